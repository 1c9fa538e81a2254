// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The active controller goes while clients change the cluster: they notice nothing but the time it takes. */
class AdminDuringFailoverTest {
    private static final String TOPIC = "orders";

    @TempDir
    Path directory;

    @Test
    void administrationGoesOnWithAnotherController() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3, 1).start();
                Admin admin = cluster.clients().admin()) {
            cluster.clients().createTopic(TOPIC, 1, 1, Map.of());
            int active = active(cluster);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread stopping = new Thread(() -> stop(cluster, active, failure), "stop-controller");
            int partitions = 1;
            stopping.start();
            while (stopping.isAlive() || active(cluster) < 0 || partitions < 20) {
                partitions++;
                grow(admin, partitions);
                setRetention(admin, 1_000_000 + partitions);
            }
            stopping.join();
            assertThat(failure.get()).isNull();
            assertThat(active(cluster)).isNotEqualTo(active);
            assertThat(cluster.image().topic(TOPIC).partitionCount()).isEqualTo(partitions);
            assertThat(cluster.image().topicConfigs(cluster.image().topic(TOPIC).id()))
                    .containsEntry("retention.ms", Integer.toString(1_000_000 + partitions));
        }
    }

    /** The quorum node that leads; -1 while none does. */
    private static int active(TestCluster cluster) {
        for (int id = 1; id <= 3; id++) {
            if (cluster.quorumNode(id) != null && cluster.quorumNode(id).isActiveController()) {
                return id;
            }
        }
        return -1;
    }

    private static void stop(TestCluster cluster, int id, AtomicReference<Throwable> failure) {
        try {
            cluster.stopQuorum(id);
        } catch (Exception | Error e) {
            failure.set(e);
        }
    }

    /** One partition more each time: a repetition of what was done already must not be told as a refusal. */
    private static void grow(Admin admin, int partitions) throws Exception {
        admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(partitions)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static void setRetention(Admin admin, int ms) throws Exception {
        var op = new AlterConfigOp(new ConfigEntry("retention.ms", Integer.toString(ms)), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, TOPIC), List.of(op)))
                .all()
                .get(30, TimeUnit.SECONDS);
    }
}
