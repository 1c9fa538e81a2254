// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What targets hold of a move with two new replicas, 100 bytes each. */
class HeldBytesTest {
    private final HeldBytes bytes = new HeldBytes();
    private final Metadata metadata = new Metadata()
            .node(1, "")
            .node(2, "")
            .node(3, "")
            .topic("t")
            .partition(0, 1)
            .partition(1, 1)
            .job(1, JobRecord.State.RUNNING, 0)
            .moves(1, Metadata.move(0, 200, List.of(1), List.of(1, 2, 3)), Metadata.move(1, 0, List.of(1), List.of(2)))
            .moveState(1, 0, JobMove.State.MOVING)
            .moveState(1, 1, JobMove.State.MOVING);

    private static void holds(LogDirs logDirs, int node, long size) {
        logDirs.add(
                node,
                Map.of(
                        "/d",
                        new LogDirDescription(
                                null, Map.of(new TopicPartition("t", 0), new ReplicaInfo(size, 0, false)))));
    }

    private Map<?, Long> update(LogDirs logDirs) {
        return bytes.update(metadata.job(1), metadata.image(), logDirs);
    }

    @Test
    void eachTargetCountsUpToWhatIsPlannedForIt() {
        LogDirs logDirs = LogDirs.none();
        holds(logDirs, 2, 40);
        holds(logDirs, 3, 500);
        assertThat(update(logDirs)).isEqualTo(Map.of(Metadata.id(0), 140L));
    }

    @Test
    void whatASilentNodeHeldStillCounts() {
        LogDirs both = LogDirs.none();
        holds(both, 2, 40);
        holds(both, 3, 30);
        update(both);
        LogDirs one = LogDirs.none();
        holds(one, 2, 50);
        assertThat(update(one)).isEqualTo(Map.of(Metadata.id(0), 80L));
    }

    @Test
    void onlyTargetsThatAreUpAreAsked() {
        assertThat(HeldBytes.targets(metadata.job(1), metadata.image())).containsExactly(2, 3);
        metadata.state(3, BrokerStateRecord.newBuilder().setFenced(true));
        assertThat(HeldBytes.targets(metadata.job(1), metadata.image())).containsExactly(2);
    }
}
