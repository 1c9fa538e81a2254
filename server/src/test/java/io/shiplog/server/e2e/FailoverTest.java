// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Storage nodes die, stop and come back under load with acks=all; nothing that was acknowledged may be missing. */
class FailoverTest extends OneTopic {
    FailoverTest() {
        super(3, 1, Map.of());
    }

    @Test
    void crashedLeaderIsReplacedAndComesBackWithTheSameBytes() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(200);
            int leader = cluster.leader(TOPIC, 0);
            cluster.crashStorage(leader);
            load.awaitMoreAcks(200);
            assertThat(cluster.leader(TOPIC, 0)).isNotEqualTo(leader);
            cluster.startStorage(leader);
            cluster.awaitIsr(TOPIC, 0, 3);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
            System.out.println("longest gap in acks: " + load.longestGapMs() + " ms");
            assertThat(load.longestGapMs()).isLessThan(5_000);
        }
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void stoppedLeaderHandsOverWithoutAPause() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(200);
            int leader = cluster.leader(TOPIC, 0);
            cluster.stopStorage(leader);
            load.awaitMoreAcks(200);
            cluster.startStorage(leader);
            cluster.awaitIsr(TOPIC, 0, 3);
            load.finishAndVerify();
            System.out.println("longest gap in acks: " + load.longestGapMs() + " ms");
        }
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void everyNodeCrashesAtOnceAndNothingIsLost() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(200);
            for (int id : new int[] {101, 102, 103}) {
                cluster.crashStorage(id);
            }
            cluster.startStorage(101, 102, 103);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void everyFollowerIsCrashedInTurn() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            for (int round = 0; round < 3; round++) {
                load.awaitMoreAcks(100);
                int victim = 101 + round;
                cluster.crashStorage(victim);
                load.awaitMoreAcks(100);
                cluster.startStorage(victim);
                cluster.awaitIsr(TOPIC, 0, 3);
            }
            load.finishAndVerify();
        }
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }
}
