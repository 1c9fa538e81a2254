// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of a node takes no more writes while the node runs (C17): its partitions move, the others stay, the last disk ends the node. */
class DiskFailureTest {
    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 4;
    /** The file that a node writes to now and then; a directory in its place refuses that. */
    private static final String PROBE = "alive";

    @TempDir
    Path directory;

    private TestCluster cluster;

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private static void breakDisk(Path data) throws IOException {
        Await.until("the first probe", 30_000, () -> Files.isRegularFile(data.resolve(PROBE)));
        Files.delete(data.resolve(PROBE));
        Files.createDirectory(data.resolve(PROBE));
    }

    @Test
    void partitionsOfAFailedDiskGetOtherLeadersAndTheNodeServesOn() throws Exception {
        cluster = new TestCluster(directory, 1, 3).withTwoDisks().start();
        cluster.clients().createTopic(TOPIC, PARTITIONS, 3, Map.of("min.insync.replicas", "2"));
        for (int p = 0; p < PARTITIONS; p++) {
            cluster.awaitIsr(TOPIC, p, 3);
        }
        int node = cluster.leader(TOPIC, 0);
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(100);
            Path failing = cluster.logDirectory(node, TOPIC, 0).getParent();
            breakDisk(failing);
            Await.until("another leader", 60_000, () -> cluster.leader(TOPIC, 0) != node);
            load.awaitMoreAcks(100);
            for (int p = 0; p < PARTITIONS; p++) {
                boolean failed =
                        cluster.logDirectory(node, TOPIC, p).getParent().equals(failing);
                int partition = p;
                Await.until(
                        "the ISR of " + p + " with or without " + node,
                        30_000,
                        () -> cluster.partition(TOPIC, partition).inIsr(node) == !failed);
            }
            assertThat(cluster.image().broker(node).fenced()).isFalse();

            // The disk is mended and the node started again: it catches up and is in sync everywhere.
            cluster.stopStorage(node);
            Files.delete(failing.resolve(PROBE));
            cluster.startStorage(node);
            for (int p = 0; p < PARTITIONS; p++) {
                cluster.awaitIsr(TOPIC, p, 3);
            }
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void diskThatIsMissingAtStartCostsOnlyWhatLayOnIt() throws Exception {
        cluster = new TestCluster(directory, 1, 3).withTwoDisks().start();
        cluster.clients().createTopic(TOPIC, PARTITIONS, 3, Map.of("min.insync.replicas", "2"));
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(100);
            int node = cluster.leader(TOPIC, 0);
            cluster.stopStorage(node);
            Path lost = cluster.logDirectory(node, TOPIC, 0).getParent();
            Files.move(lost, directory.resolve("unmounted"));
            cluster.startStorage(node);
            for (int p = 0; p < PARTITIONS; p++) {
                cluster.awaitIsr(TOPIC, p, 3);
            }
            assertThat(Files.exists(lost)).isFalse();
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void theLastDiskThatFailsEndsTheNode() throws Exception {
        cluster = new TestCluster(directory, 1, 1).start();
        int node = TestCluster.FIRST_STORAGE_ID;
        breakDisk(cluster.data(node));
        cluster.awaitFatal(node);
        cluster.crashStorage(node);
    }
}
