// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.IsrMember;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.JobThrottle;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.StartJobCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job on real quorum nodes: it is the quorum that carries it out, whoever leads. Storage nodes are only seen by what they propose. */
class JobFailoverTest {
    private static final long WAIT_MS = 60_000;
    private static final int SESSION_MS = 20_000;
    private static final int PARTITIONS = 12;
    private static final RequestOrigin ALICE = new RequestOrigin("User:alice", "tool");

    @TempDir
    private Path directory;

    /** A storage node whose replicas come into sync when the test says so. */
    private static final class Node implements MetadataListener, AutoCloseable {
        final int id;
        final RemoteMetadataClient client;

        Node(TestQuorum quorum, int id) throws Exception {
            this.id = id;
            this.client = new RemoteMetadataClient(MetadataClientSettings.of(quorum.endpoints(), id, SESSION_MS));
            client.start(this);
            get(client.register(new BrokerRegistration(
                    id, Uuid.randomUuid(), "127.0.0.1", 9092, null, List.of(Uuid.randomUuid()), -1, List.of(), "")));
            Await.until("node " + id + " unfenced", WAIT_MS, () -> isUnfenced(client.image(), id));
        }

        private static boolean isUnfenced(MetadataImage image, int id) {
            return image.broker(id) != null && !image.broker(id).fenced();
        }

        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
            client.reportApplied(current.offset());
        }

        @Override
        public void onRegistrationLost(Errors error, String message) {}

        /** Everything that it leads and that is being reassigned arrives. */
        void copyAll() throws Exception {
            MetadataImage image = client.image();
            List<PartitionAlterationSpec> arrivals = new ArrayList<>();
            for (TopicImage topic : image.topics()) {
                for (int number = 0; number < topic.partitionCount(); number++) {
                    PartitionImage partition = topic.partition(number);
                    if (partition.reassigning() && partition.leader() == id) {
                        arrivals.add(arrival(image, topic.id(), number, partition));
                    }
                }
            }
            if (!arrivals.isEmpty()) {
                get(client.alterPartitions(arrivals));
            }
        }

        private static PartitionAlterationSpec arrival(
                MetadataImage image, Uuid topic, int number, PartitionImage partition) {
            List<IsrMember> all = new ArrayList<>();
            for (int replica : partition.replicas()) {
                all.add(new IsrMember(replica, image.broker(replica).epoch()));
            }
            return new PartitionAlterationSpec(
                    topic, number, partition.leaderEpoch(), partition.partitionEpoch(), all, true, false);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    /** All partitions of topic t from node 1 to node 3, two at a time. */
    private static MetadataCommand.Builder start(MetadataImage image) {
        StartJobCommand.Builder start = StartJobCommand.newBuilder()
                .setRequestId(ByteString.copyFrom(new byte[16]))
                .setKind(JobRecord.Kind.REASSIGN)
                .setTitle("from 1 to 3")
                .setSettings(JobSettings.newBuilder().setMaxInFlight(2).setRateBytesPerSecond(1_000));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            start.addMoves(JobMove.newBuilder()
                    .setTopicId(Uuids.toBytes(image.topic("t").id()))
                    .setPartition(partition)
                    .addReplicas(3)
                    .addReplicas(2)
                    .addExpected(1)
                    .addExpected(2));
        }
        return MetadataCommand.newBuilder().setStartJob(start);
    }

    private static JobImage job(Node node) {
        return node.client.image().jobs().job(1);
    }

    /** Whatever is being copied arrives, again and again. */
    private static void copyUntil(List<Node> nodes, String what, Predicate<JobImage> isSo) {
        Await.until(what, WAIT_MS, () -> {
            try {
                for (Node node : nodes) {
                    node.copyAll();
                }
            } catch (Exception e) {
                // No controller just now, or another state of the partition: seen again in the next round.
                System.getLogger("test").log(System.Logger.Level.DEBUG, "not now", e);
            }
            return isSo.test(job(nodes.get(0)));
        });
    }

    private static Predicate<JobImage> done(int moves) {
        return job -> job.counts().moves(MoveState.DONE) >= moves;
    }

    private static void createTopic(Node node) throws Exception {
        Map<Integer, List<Integer>> assignments = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assignments.put(partition, List.of(1, 2));
        }
        get(node.client.createTopics(
                List.of(new NewTopicSpec("t", -1, (short) -1, assignments, Map.of())), false, (int) WAIT_MS));
    }

    @Test
    void jobGoesOnWhenTheActiveControllerIsKilled() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3)
                        .set("broker.session.timeout.ms", String.valueOf(SESSION_MS))
                        .startAll();
                Node one = new Node(quorum, 1);
                Node two = new Node(quorum, 2);
                Node three = new Node(quorum, 3)) {
            List<Node> nodes = List.of(one, two, three);
            createTopic(one);
            get(one.client.submit(start(one.client.image()), ALICE, (int) WAIT_MS));
            assertThat(job(one).principal()).isEqualTo("User:alice");
            copyUntil(nodes, "the first moves", done(3));
            assertThat(job(one).state()).isEqualTo(JobState.RUNNING);
            quorum.kill(quorum.awaitActive().nodeId());
            copyUntil(nodes, "the job has ended", job -> job.state() == JobState.DONE);
            MetadataImage image = one.client.image();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(image.topic("t").partition(partition).replicas()).containsExactly(3, 2);
                assertThat(image.jobs()
                                .throttleOf(new PartitionId(image.topic("t").id(), partition)))
                        .isNull();
            }
            List<HistoryLine> lines = get(one.client.describeHistory(DescribeHistoryRequest.newBuilder()
                            .setKind(HistoryLine.Kind.JOB)
                            .setName("1")
                            .setLimit(1_000)
                            .build()))
                    .getLinesList();
            assertThat(lines.get(0).getNewValue()).contains("reassign done, from 1 to 3");
            assertThat(lines.get(lines.size() - 1).getPrincipal()).isEqualTo("User:alice");
            assertThat(lines)
                    .anyMatch(line -> line.getKey().equals("t-7")
                            && line.getOldValue().equals("moving")
                            && line.getNewValue().equals("done"));
            assertThat(get(one.client.describeHistory(DescribeHistoryRequest.newBuilder()
                                    .setKind(HistoryLine.Kind.PARTITION)
                                    .setName("t-7")
                                    .setLimit(1_000)
                                    .build()))
                            .getLinesList())
                    .extracting(HistoryLine::getCause)
                    .contains("ADVANCE_JOBS: REASSIGNMENT of job 1");
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void jobIsPausedAndCancelledBackThroughTheClient() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1)
                        .set("broker.session.timeout.ms", String.valueOf(SESSION_MS))
                        .startAll();
                Node one = new Node(quorum, 1);
                Node two = new Node(quorum, 2);
                Node three = new Node(quorum, 3)) {
            List<Node> nodes = List.of(one, two, three);
            createTopic(one);
            get(one.client.submit(start(one.client.image()), ALICE, (int) WAIT_MS));
            copyUntil(nodes, "the first moves", done(3));
            control(one, ControlJobCommand.Action.PAUSE);
            assertThat(job(one).state()).isEqualTo(JobState.PAUSED);
            assertThat(job(one).throttle().kind()).isEqualTo(JobThrottle.Kind.HELD);
            control(one, ControlJobCommand.Action.CANCEL_BACK);
            copyUntil(nodes, "all is back", job -> job.state() == JobState.CANCELLED);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(one.client.image().topic("t").partition(partition).replicas())
                        .containsExactly(1, 2);
            }
        }
    }

    private static void control(Node node, ControlJobCommand.Action action) throws Exception {
        get(node.client.submit(
                MetadataCommand.newBuilder()
                        .setControlJob(
                                ControlJobCommand.newBuilder().setJobId(1).setAction(action)),
                ALICE,
                (int) WAIT_MS));
    }
}
