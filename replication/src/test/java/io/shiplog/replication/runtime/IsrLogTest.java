// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class IsrLogTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final TurnedLoop loop = new TurnedLoop();
    private final List<String> lines = new ArrayList<>();
    private final IsrLog log = new IsrLog(loop, lines::add);

    private static PartitionState state(int partitionEpoch, AssignedReplica second) {
        AssignedReplica first = new AssignedReplica(1, true, false, 10, false, false);
        return new PartitionState(1, 1, partitionEpoch, List.of(first, second), true, false, 1, true);
    }

    private static AssignedReplica in() {
        return new AssignedReplica(2, true, false, 20, false, false);
    }

    private static AssignedReplica out(boolean fenced, boolean stops) {
        return new AssignedReplica(2, false, false, 20, fenced, stops);
    }

    private void changed(PartitionState before, PartitionState now) {
        log.changed(PARTITION, before, now, id -> "no fetch for 1.2 s");
        loop.turn();
    }

    @Test
    void whoLeavesIsToldWithTheReason() {
        changed(state(1, in()), state(2, out(false, false)));
        assertThat(lines).containsExactly("t-0: 2 left the ISR: no fetch for 1.2 s");
    }

    @Test
    void theNodesStateGoesBeforeTheLag() {
        changed(state(1, in()), state(2, out(true, false)));
        changed(state(3, in()), state(4, out(false, true)));
        assertThat(lines)
                .containsExactly("t-0: 2 left the ISR: its node is fenced", "t-0: 2 left the ISR: its node stops");
    }

    @Test
    void whoJoinsIsTold() {
        changed(state(1, out(false, false)), state(2, in()));
        assertThat(lines).containsExactly("t-0: 2 joined the ISR");
    }

    @Test
    void nothingIsToldWhereNothingChanged() {
        changed(state(1, in()), state(1, in()));
        changed(state(1, in()), state(2, in()));
        assertThat(lines).isEmpty();
    }

    @Test
    void manyOfOneTurnAreFewLines() {
        for (int i = 0; i < 1_000; i++) {
            log.changed(PARTITION, state(1, in()), state(2, out(false, false)), id -> "x");
        }
        loop.turn();
        assertThat(lines).hasSize(IsrLog.MAX_LINES + 1);
        assertThat(lines.get(IsrLog.MAX_LINES))
                .isEqualTo("990 more changes of ISRs: in all 1000 replicas left and 0 joined");
        changed(state(1, out(false, false)), state(2, in()));
        assertThat(lines).hasSize(IsrLog.MAX_LINES + 2);
    }
}
