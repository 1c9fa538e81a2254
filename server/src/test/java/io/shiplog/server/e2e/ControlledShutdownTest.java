// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A storage node that is told to stop hands over while it goes on serving. */
class ControlledShutdownTest extends OneTopic {
    ControlledShutdownTest() {
        super(3, 1, Map.of("min.insync.replicas", "2"));
    }

    @Test
    void clientsSeeNothingButNotLeader() throws Exception {
        int acked;
        try (ImpatientLoad load = new ImpatientLoad(cluster.clients(), TOPIC)) {
            load.awaitMore(300);
            int leader = cluster.leader(TOPIC, 0);
            cluster.stopStorage(leader);
            load.awaitMore(300);
            load.finish();
            acked = load.acked();
            cluster.startStorage(leader);
        }
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSizeGreaterThanOrEqualTo(acked);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void nodeThatStoppedInOrderIsKnownToHaveDoneSo() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(100);
            long epoch = cluster.image().broker(101).epoch();
            cluster.stopStorage(101);
            assertThat(cluster.image().broker(101).fenced()).isTrue();
            assertThat(cluster.cleanEpoch(101)).isEqualTo(epoch);
            cluster.startStorage(101);
            assertThat(cluster.cleanEpoch(101))
                    .as("while it runs there is no clean mark")
                    .isEqualTo(-1);
            cluster.crashStorage(101);
            assertThat(cluster.cleanEpoch(101)).isEqualTo(-1);
            cluster.startStorage(101);
            cluster.awaitIsr(TOPIC, 0, 3);
            load.finishAndVerify();
        }
    }

    /** Nobody can take over, so there is nothing to wait for. */
    @Test
    void lastNodeStopsWithoutWaiting() throws Exception {
        cluster.stopStorage(101);
        cluster.stopStorage(102);
        long beginNs = System.nanoTime();
        cluster.stopStorage(103);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs)).isLessThan(8_000);
        cluster.startStorage(103, 102, 101);
        cluster.awaitIsr(TOPIC, 0, 3);
    }
}
