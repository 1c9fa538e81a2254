// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** All nodes stop uncleanly and one of their disks never comes back; under flush.policy=commit nothing that was acknowledged is lost. */
class LostDiskTest extends OneTopic {
    private static final List<Integer> NODES = List.of(101, 102, 103);

    LostDiskTest() {
        super(3, 1, Map.of("min.insync.replicas", "2"));
    }

    @Test
    void leadersDiskIsGoneAfterAllCrashedAtOnce() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(300);
            int leader = cluster.leader(TOPIC, 0);
            NODES.forEach(cluster::crashStorage);
            cluster.loseDisk(leader);
            cluster.startStorage(101, 102, 103);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(cluster.partition(TOPIC, 0).unclean()).isFalse();
    }

    /** Whoever left the ISR while it was below min ISR has all that was acknowledged, though the last member's disk is gone. */
    @Test
    void diskOfTheLastInSyncReplicaIsGone() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(300);
            int last = cluster.leader(TOPIC, 0);
            List<Integer> others = new ArrayList<>(NODES);
            others.remove(Integer.valueOf(last));
            cluster.crashStorage(others.get(0));
            cluster.awaitIsr(TOPIC, 0, 2);
            load.awaitMoreAcks(100);
            cluster.crashStorage(others.get(1));
            cluster.awaitIsr(TOPIC, 0, 1);
            cluster.crashStorage(last);
            cluster.loseDisk(last);
            cluster.startStorage(last);
            PartitionImage alone = cluster.partition(TOPIC, 0);
            assertThat(alone.hasLeader())
                    .as("an empty disk leads nothing: " + alone)
                    .isFalse();
            cluster.startStorage(others.get(0));
            alone = cluster.partition(TOPIC, 0);
            assertThat(alone.hasLeader())
                    .as("nor does one that missed records: " + alone)
                    .isFalse();
            cluster.startStorage(others.get(1));
            assertThat(cluster.leader(TOPIC, 0)).isEqualTo(others.get(1));
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }
}
