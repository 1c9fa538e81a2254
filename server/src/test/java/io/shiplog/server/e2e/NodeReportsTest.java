// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.admin.NodeClient;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.FollowerReport;
import io.shiplog.metadata.proto.ReplicaReport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes tell of themselves where the metadata say, and a node that does not is told of as what it is. */
class NodeReportsTest {
    private static final String TOPIC = "told";
    private static final int TIMEOUT_MS = 2_000;

    @TempDir
    Path directory;

    private static <T> NodeAnswer<T> get(CompletableFuture<NodeAnswer<T>> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static BrokerImage node(TestCluster cluster, int id) {
        return cluster.image().broker(id);
    }

    @Test
    void nodesAreFoundThroughTheMetadataAndTellOfTheirReplicas() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start();
                Admin admin = cluster.clients().admin();
                NodeClient client = new NodeClient(TIMEOUT_MS)) {
            admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(101, 102, 103)))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            cluster.awaitIsr(TOPIC, 0, 3);
            DescribeNodeResponse told =
                    get(client.describe(node(cluster, 101).adminEndpoint())).value();
            assertThat(told.getNodeId()).isEqualTo(101);
            assertThat(told.getBrokerEpoch()).isEqualTo(node(cluster, 101).epoch());
            assertThat(told.getClusterId()).isEqualTo(cluster.image().clusterId());
            assertThat(told.getLeaseRemainingMs()).isPositive();
            assertThat(told.getDirectories(0).getUsableBytes()).isPositive();

            PartitionId id = new PartitionId(cluster.image().topic(TOPIC).id(), 0);
            cluster.crashStorage(103);
            cluster.awaitIsr(TOPIC, 0, 2);
            int leader = cluster.leader(TOPIC, 0);
            Await.until(
                    "the leader says that 103 is out",
                    30_000,
                    () -> !follower(client, cluster, leader, id, 103).getInIsr());
            NodeAnswer<DescribeNodeResponse> silence =
                    get(client.describe(node(cluster, 103).adminEndpoint()));
            assertThat(silence.silence()).isEqualTo(Silence.REFUSED);
            assertThat(silence.why()).startsWith("connection refused, no process listens on 127.0.0.1:");
        }
    }

    private static FollowerReport follower(
            NodeClient client, TestCluster cluster, int leader, PartitionId id, int follower) throws Exception {
        ReplicaReport report = get(client.replicas(node(cluster, leader).adminEndpoint(), List.of(id)))
                .value()
                .getReplicas(0);
        assertThat(report.getRole()).isEqualTo(ReplicaReport.Role.LEADER);
        return report.getFollowersList().stream()
                .filter(each -> each.getNodeId() == follower)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNodeMayBeToldToTellNothing() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 1).with("admin.listener", "");
                NodeClient client = new NodeClient(TIMEOUT_MS)) {
            cluster.start();
            assertThat(node(cluster, 101).adminEndpoint()).isNull();
            assertThat(get(client.describe(node(cluster, 101).adminEndpoint())).silence())
                    .isEqualTo(Silence.NOT_TOLD);
        }
    }

    /** As a process does that is paused: the kernel takes the connection. */
    @Test
    void whoTakesConnectionsAndSaysNothingHangs() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                TestCluster cluster = new TestCluster(directory, 1, 1).with("admin.listener", "127.0.0.1:0");
                NodeClient client = new NodeClient(200)) {
            cluster.start();
            NodeAnswer<DescribeNodeResponse> answer = get(client.describe(at(mute.getLocalPort())));
            assertThat(answer.silence()).isEqualTo(Silence.HANGS);
            assertThat(answer.why())
                    .isEqualTo("timed out, 127.0.0.1:" + mute.getLocalPort()
                            + " takes connections but says nothing for 200 ms");
            int quorum = cluster.quorumNode(1).endpointPort();
            assertThat(get(client.describe(at(quorum))).silence()).isEqualTo(Silence.DECLINED);
        }
    }

    private static ListenerEndpoint at(int port) {
        return new ListenerEndpoint("ADMIN", "127.0.0.1", port);
    }
}
