// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.KafkaListener;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.TransferCounters;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stock Java admin client against a listener with the metadata of a cluster behind it. */
class StockAdminTest {
    private static final long TIMEOUT_S = 30;

    private final TestCluster cluster = new TestCluster(1);
    private NettyEventLoop loop;
    private KafkaListener listener;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        loop = NettyEventLoop.start("test-loop", e -> {
            throw new AssertionError(e);
        });
        RequestDispatcher dispatcher = new RequestDispatcher(
                List.of(
                        new MetadataHandler(cluster, TopicAutoCreation.off(new InMemoryAdmin())),
                        new DescribeClusterHandler(cluster),
                        new DescribeTopicPartitionsHandler(cluster)),
                cluster);
        listener = KafkaListener.bind(loop, "127.0.0.1", 0, dispatcher, NetSettings.defaults(), new TransferCounters());
        listener.open();
        cluster.broker(1, listener.port());
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + listener.port()));
    }

    @AfterEach
    void stop() {
        admin.close();
        listener.close();
        loop.close();
    }

    @Test
    void describesTheClusterWithItsAliveNodes() throws Exception {
        cluster.broker(2, 1, true, "");
        var described = admin.describeCluster();
        assertThat(described.clusterId().get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo("test-cluster");
        assertThat(described.nodes().get(TIMEOUT_S, TimeUnit.SECONDS))
                .extracting(node -> node.id())
                .containsExactly(1);
        assertThat(described.controller().get(TIMEOUT_S, TimeUnit.SECONDS).id()).isEqualTo(1);
    }

    @Test
    void listsAndDescribesTopics() throws Exception {
        Uuid id = cluster.topic("orders", 3, 1);
        assertThat(admin.listTopics().names().get(TIMEOUT_S, TimeUnit.SECONDS)).containsExactly("orders");
        TopicDescription orders = admin.describeTopics(List.of("orders"))
                .allTopicNames()
                .get(TIMEOUT_S, TimeUnit.SECONDS)
                .get("orders");
        assertThat(orders.topicId()).isEqualTo(id);
        assertThat(orders.partitions())
                .hasSize(3)
                .allSatisfy(p -> assertThat(p.leader().id()).isEqualTo(1));
    }
}
