// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A partition moves from node to node while records are written to it. */
class ReassignmentTest {
    private static final String TOPIC = "wanderer";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    @TempDir
    Path directory;

    @Test
    void partitionMovesUnderLoadAndLosesNothing() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start();
                Admin admin = cluster.clients().admin()) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(101, 102)))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            cluster.awaitIsr(TOPIC, 0, 2);
            try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
                load.awaitMoreAcks(100);
                reassign(admin, 103, 102);
                awaitReplicas(cluster, 103, 102);
                awaitNoLog(cluster, 101);
                load.awaitMoreAcks(100);
                for (int round = 0; round < 5; round++) {
                    reassign(admin, 101, 102);
                    cancel(admin);
                    reassign(admin, 101, 103);
                    reassign(admin, 102, 101);
                    reassign(admin, 103, 102);
                }
                reassign(admin, 101, 102);
                awaitReplicas(cluster, 101, 102);
                awaitNoLog(cluster, 103);
                load.awaitMoreAcks(100);
                load.finishAndVerify();
            }
            cluster.awaitIsr(TOPIC, 0, 2);
            cluster.awaitIdenticalLogs(TOPIC, 0);
        }
    }

    private static void reassign(Admin admin, Integer... target) throws Exception {
        admin.alterPartitionReassignments(Map.of(PARTITION, Optional.of(new NewPartitionReassignment(List.of(target)))))
                .all()
                .get(60, TimeUnit.SECONDS);
    }

    /** It may be complete already. */
    private static void cancel(Admin admin) throws Exception {
        try {
            admin.alterPartitionReassignments(Map.of(PARTITION, Optional.empty()))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(NoReassignmentInProgressException.class);
        }
    }

    private static void awaitReplicas(TestCluster cluster, int... replicas) {
        Await.until("a complete move", 60_000, () -> {
            var partition = cluster.partition(TOPIC, 0);
            assertThat(partition.replicas()).startsWith(replicas);
            return !partition.reassigning() && partition.isrSize() == replicas.length;
        });
    }

    private static void awaitNoLog(TestCluster cluster, int id) {
        Await.until(
                "the log on " + id + " to be deleted", 30_000, () -> !Files.exists(cluster.logDirectory(id, TOPIC, 0)));
    }
}
