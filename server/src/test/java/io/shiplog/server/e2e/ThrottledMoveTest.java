// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replication throttles as Kafka's reassignment tool sets them: on topics by pairs, on brokers by rates. */
class ThrottledMoveTest {
    private static final String TOPIC = "slow";
    private static final int MIB = 1024 * 1024;
    private static final int DATA_MIB = 8;
    /** The data would take more than two minutes. */
    private static final String RATE = "65536";

    @TempDir
    Path directory;

    @Test
    void aNewReplicaIsThrottledAndWhoIsInSyncIsNot() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start();
                Admin admin = cluster.clients().admin()) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(101, 102)))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            fill(cluster);
            throttle(admin, AlterConfigOp.OpType.SET);
            reassign(admin, 101, 102, 103);
            try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
                load.awaitMoreAcks(400);
                assertThat(cluster.partition(TOPIC, 0).isrSize())
                        .as("the new replica is far from being in sync")
                        .isEqualTo(2);
                throttle(admin, AlterConfigOp.OpType.DELETE);
                cluster.awaitIsr(TOPIC, 0, 3);
                load.finishAndVerify();
            }
            cluster.awaitIdenticalLogs(TOPIC, 0);
        }
    }

    private static void fill(TestCluster cluster) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            for (int i = 0; i < DATA_MIB * 4; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[MIB / 4]))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    /** As the tool does it: the leaders that send, the followers that are new, and every broker that takes part. */
    private static void throttle(Admin admin, AlterConfigOp.OpType op) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        changes.put(
                new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
                List.of(
                        op("leader.replication.throttled.replicas", "0:101,0:102", op),
                        op("follower.replication.throttled.replicas", "0:103", op)));
        for (int broker = 101; broker <= 103; broker++) {
            List<AlterConfigOp> rates = new ArrayList<>();
            rates.add(op("leader.replication.throttled.rate", RATE, op));
            rates.add(op("follower.replication.throttled.rate", RATE, op));
            changes.put(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker)), rates);
        }
        admin.incrementalAlterConfigs(changes).all().get(60, TimeUnit.SECONDS);
    }

    private static AlterConfigOp op(String name, String value, AlterConfigOp.OpType op) {
        return new AlterConfigOp(new ConfigEntry(name, value), op);
    }

    private static void reassign(Admin admin, Integer... target) throws Exception {
        admin.alterPartitionReassignments(Map.of(
                        new TopicPartition(TOPIC, 0), Optional.of(new NewPartitionReassignment(List.of(target)))))
                .all()
                .get(60, TimeUnit.SECONDS);
    }
}
