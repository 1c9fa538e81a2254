// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When jobs take steps. Topics t and u are on 1 and 2 of three nodes. */
class JobScheduleTest {
    private final JobSchedule schedule = new JobSchedule(600_000);
    private TestCluster cluster;
    private TestJobs jobs;

    @BeforeEach
    void createTopics() {
        cluster = TestCluster.of(3);
        jobs = new TestJobs(cluster);
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.topicOn("u", TestCluster.ids(1, 2));
    }

    private Optional<MetadataCommand> next(long nowMs) {
        return schedule.next(cluster.image(), nowMs, 9_000_000);
    }

    /** Whether there was a step, which is taken. */
    private boolean step(long nowMs) {
        Optional<MetadataCommand> step = next(nowMs);
        step.ifPresent(command -> cluster.ok(command.toBuilder()));
        return step.isPresent();
    }

    @Test
    void withoutJobsNothingIsDone() {
        assertThat(next(0)).isEmpty();
        assertThat(schedule.next(MetadataImage.empty(), 0, 0)).isEmpty();
    }

    @Test
    void stepIsTakenAsSoonAsThereIsSomethingToDo() {
        long id = jobs.start(jobs.moving("t", 3, 2));
        assertThat(step(0)).isTrue();
        assertThat(step(1)).as("it copies").isFalse();
        jobs.sync("t");
        assertThat(step(2)).isTrue();
        jobs.is(id, JobState.DONE);
        assertThat(step(3)).isFalse();
        assertThat(jobs.job(id).changedAtMs()).isEqualTo(9_000_000);
    }

    @Test
    void repairThatPassesIsNotMinded() {
        long id = jobs.start(jobs.moving("t", 3, 2));
        cluster.alterIsr("u", 1);
        assertThat(step(0)).isTrue();
        step(999);
        assertThat(jobs.job(id).heldSinceMs()).isZero();
        assertThat(step(2_000)).isTrue();
        assertThat(jobs.job(id).heldSinceMs()).isPositive();
        cluster.alterIsr("u", 1, 2);
        assertThat(step(2_001)).isTrue();
        assertThat(jobs.job(id).heldSinceMs()).isZero();
    }

    @Test
    void jobsThatAreToldNotToWaitForRepairsDoNot() {
        JobSchedule hasty = new JobSchedule(0);
        long id = jobs.start(jobs.moving("t", 3, 2));
        cluster.alterIsr("u", 1);
        for (long nowMs = 0; nowMs <= 5_000; nowMs += 1_000) {
            hasty.next(cluster.image(), nowMs, 9_000_000).ifPresent(step -> cluster.ok(step.toBuilder()));
            assertThat(jobs.job(id).heldSinceMs()).isZero();
        }
        assertThat(jobs.job(id).inFlight()).hasSize(1);
    }

    @Test
    void nextControllerGoesOnWithTheSameRepair() {
        long id = jobs.start(jobs.moving("t", 3, 2));
        cluster.alterIsr("u", 1);
        step(0);
        step(2_000);
        long heldSinceMs = jobs.job(id).heldSinceMs();
        assertThat(heldSinceMs).isPositive();
        assertThat(new JobSchedule(600_000).next(cluster.image(), 0, 9_000_100)).isEmpty();
        assertThat(jobs.job(id).heldSinceMs()).isEqualTo(heldSinceMs);
    }

    @Test
    void anotherControllerGoesOnWhereTheLastOneStopped() {
        long id =
                jobs.start(jobs.moving("t", 3, 2).addMoves(jobs.move("u", 3, 2)).setSettings(TestJobs.atATime(1, 5)));
        for (int round = 0; jobs.job(id).open(); round++) {
            assertThat(round).isLessThan(20);
            new JobSchedule(600_000)
                    .next(cluster.image(), 0, 9_000_000)
                    .ifPresent(command -> cluster.ok(command.toBuilder()));
            for (String topic : new String[] {"t", "u"}) {
                if (cluster.partition(topic).reassigning()) {
                    jobs.sync(topic);
                }
            }
        }
        jobs.is(id, JobState.DONE);
        assertThat(jobs.replicas("u")).containsExactly(3, 2);
    }
}
