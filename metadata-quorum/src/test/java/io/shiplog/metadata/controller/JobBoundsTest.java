// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_KEEP;
import static io.shiplog.metadata.proto.JobRecord.Kind.REASSIGN;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.StartJobCommand;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** How much there may be of jobs, with as much as there may be. Four nodes; topics have many partitions with one replica each, which goes to the next node. */
class JobBoundsTest {
    private final TestCluster cluster = TestCluster.of(4);
    private final TestJobs jobs = new TestJobs(cluster);

    private StartJobCommand.Builder movingAll(String topic, int partitions) {
        cluster.create(cluster.newTopic(topic, partitions, 1));
        TopicImage image = cluster.image().topic(topic);
        StartJobCommand.Builder start = jobs.job(REASSIGN);
        for (int number = 0; number < partitions; number++) {
            PartitionImage partition = image.partition(number);
            start.addMoves(JobMove.newBuilder()
                    .setTopicId(Uuids.toBytes(image.id()))
                    .setPartition(number)
                    .addReplicas(partition.replica(0) % 4 + 1)
                    .addExpected(partition.replica(0)));
        }
        return start;
    }

    @Test
    void movesOfAllJobsAreBoundedAndTheOldestThatEndedMakeRoom() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < JobLimits.OPEN_MOVES / JobLimits.MOVES; i++) {
            ids.add(jobs.start(movingAll("t" + i, JobLimits.MOVES)));
        }
        StartJobCommand.Builder more = movingAll("more", 1);
        jobs.refused(Errors.POLICY_VIOLATION, "more than 50000 moves together: wait until one has ended", more);
        for (long id : ids.subList(0, 2)) {
            jobs.tell(id, CANCEL_KEEP);
            jobs.advance(TestJobs.step());
            jobs.wallClockMs++;
        }
        assertThat(jobs.job(ids.get(0)).moves()).as("told of for a while").hasSize(JobLimits.MOVES);
        long next = jobs.start(more);
        assertThat(jobs.job(ids.get(0)).moves()).isEmpty();
        assertThat(jobs.job(ids.get(0)).counts().moves()).isEqualTo(JobLimits.MOVES);
        assertThat(jobs.job(ids.get(1)).moves()).hasSize(JobLimits.MOVES);
        assertThat(jobs.job(next).moves()).hasSize(1);
    }

    /** Moves from 1 to 2, of which only the first finds room, and then one from 3 to 4; how many are under way. */
    private int underWayWithBusyMoves(int busy) {
        List<JobMove> all = movingAll("t" + busy, 8_200).getMovesList();
        List<JobMove> toTwo =
                all.stream().filter(move -> move.getExpected(0) == 1).toList();
        JobMove toFour = all.stream()
                .filter(move -> move.getExpected(0) == 3)
                .findFirst()
                .orElseThrow();
        long id = jobs.start(jobs.job(REASSIGN)
                .setSettings(TestJobs.atATime(100, 1))
                .addAllMoves(toTwo.subList(0, 1 + busy))
                .addMoves(toFour));
        jobs.advance();
        return jobs.job(id).inFlight().size();
    }

    @Test
    void nodesWithoutRoomKeepNoOthersAway() {
        assertThat(underWayWithBusyMoves(1_500)).isEqualTo(2);
    }

    /** Or each look at a job of ten thousand moves that are in each other's way would be long. */
    @Test
    void moveFarBehindManyThatFindNoRoomWaitsWithThem() {
        assertThat(underWayWithBusyMoves(2_001)).isEqualTo(1);
    }
}
