// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.IsrMember;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.HistoryLine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The client against real quorum nodes. */
@Execution(ExecutionMode.CONCURRENT)
class MetadataClientTest {
    private static final long WAIT_MS = 30_000;
    private static final int SESSION_MS = 3_000;

    @TempDir
    private Path directory;

    /** A storage node as far as the quorum can tell: it applies at once whatever it hears. */
    private static final class FakeBroker implements MetadataListener, AutoCloseable {
        final int id;
        final RemoteMetadataClient client;
        final List<Errors> lost = new CopyOnWriteArrayList<>();
        final List<String> disorder = new CopyOnWriteArrayList<>();
        private long lastOffset;

        FakeBroker(TestQuorum quorum, int id) {
            this.id = id;
            this.client = new RemoteMetadataClient(MetadataClientSettings.of(quorum.endpoints(), id, SESSION_MS));
            client.start(this);
        }

        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
            if (previous.offset() != lastOffset || current.offset() <= lastOffset) {
                disorder.add(previous.offset() + " to " + current.offset() + " after " + lastOffset);
            }
            lastOffset = current.offset();
            client.reportApplied(current.offset());
        }

        @Override
        public void onRegistrationLost(Errors error, String message) {
            lost.add(error);
        }

        Registration register() throws Exception {
            return get(client.register(registration(id, Uuid.randomUuid())));
        }

        void awaitUnfenced() {
            Await.until("broker " + id + " unfenced, with a lease", WAIT_MS, () -> {
                MetadataImage image = client.image();
                return image.broker(id) != null
                        && !image.broker(id).fenced()
                        && client.lease().valid(System.nanoTime());
            });
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static BrokerRegistration registration(int id, Uuid incarnation) {
        return new BrokerRegistration(
                id, incarnation, "127.0.0.1", 9092, null, List.of(Uuid.randomUuid()), -1, List.of(), "");
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    private static TopicOutcome create(RemoteMetadataClient client, String topic) throws Exception {
        NewTopicSpec spec = new NewTopicSpec(topic, 3, (short) 2, Map.of(), Map.of());
        return get(client.createTopics(List.of(spec), false, (int) WAIT_MS)).get(0);
    }

    @Test
    void brokersRegisterAreUnfencedAndSeeTheTopicsTheyCreate() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1);
                FakeBroker two = new FakeBroker(quorum, 2)) {
            Registration registration = one.register();
            two.register();
            assertThat(get(one.client.clusterId())).isEqualTo(registration.clusterId());
            one.awaitUnfenced();
            two.awaitUnfenced();
            TopicOutcome created = create(one.client, "t");
            assertThat(created.error()).isEqualTo(Errors.NONE);
            assertThat(created.topicId()).isNotEqualTo(Uuid.ZERO_UUID);
            assertThat(one.client.image().topic("t").partitionCount()).isEqualTo(3);
            assertThat(create(one.client, "t").error()).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
            assertThat(get(one.client.allocateProducerIds()).count()).isPositive();
            assertThat(get(one.client.describeQuorum()).leaderId()).isEqualTo(1);
            TopicOutcome deleted = get(one.client.deleteTopics(List.of(TopicSelector.byName("t")), 0))
                    .get(0);
            assertThat(deleted.error()).isEqualTo(Errors.NONE);
            assertThat(one.client.image().topic("t")).isNull();
            assertThat(one.disorder).isEmpty();
        }
    }

    @Test
    void changesAreReadableAsHistoryWithTheirAuthor() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1)) {
            one.register();
            one.awaitUnfenced();
            NewTopicSpec spec = new NewTopicSpec("t", 1, (short) 1, Map.of(), Map.of("retention.ms", "5"));
            get(one.client.createTopics(
                    List.of(spec), false, new RequestOrigin("User:alice", "admin-1 127.0.0.1"), (int) WAIT_MS));
            DescribeHistoryRequest ofTopic =
                    DescribeHistoryRequest.newBuilder().setName("t").build();
            Await.until("the lines are written", WAIT_MS, () -> {
                try {
                    return get(one.client.describeHistory(ofTopic)).getLinesCount() == 3;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            List<HistoryLine> lines = get(one.client.describeHistory(ofTopic)).getLinesList();
            assertThat(lines)
                    .extracting(HistoryLine::getKind)
                    .containsExactly(HistoryLine.Kind.PARTITION, HistoryLine.Kind.CONFIG, HistoryLine.Kind.TOPIC);
            for (HistoryLine line : lines) {
                assertThat(line.getPrincipal()).isEqualTo("User:alice");
                assertThat(line.getClient()).isEqualTo("admin-1 127.0.0.1");
                assertThat(line.getCause()).isEqualTo("CREATE_TOPICS");
            }
            List<HistoryLine> ofBroker = get(one.client.describeHistory(DescribeHistoryRequest.newBuilder()
                            .setKind(HistoryLine.Kind.BROKER)
                            .build()))
                    .getLinesList();
            assertThat(ofBroker).extracting(HistoryLine::getPrincipal).containsExactly("controller", "broker 1");
        }
    }

    @Test
    void theOutcomeOfAnIsrChangeComesWhenTheClientsOwnImageShowsIt() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1);
                FakeBroker two = new FakeBroker(quorum, 2)) {
            long firstEpoch = one.register().brokerEpoch();
            long secondEpoch = two.register().brokerEpoch();
            one.awaitUnfenced();
            two.awaitUnfenced();
            Uuid topic = create(one.client, "t").topicId();
            IsrMember first = new IsrMember(1, firstEpoch);
            IsrMember second = new IsrMember(2, secondEpoch);
            boolean oneLeads = one.client.image().partition(topic, 0).leader() == 1;
            FakeBroker leader = oneLeads ? one : two;
            // The topic was created through the other client.
            Await.until(
                    "the leader sees its partition",
                    WAIT_MS,
                    () -> leader.client.image().partition(topic, 0) != null);
            for (int round = 0; round < 20; round++) {
                List<IsrMember> isr = round % 2 == 0 ? List.of(oneLeads ? first : second) : List.of(first, second);
                PartitionImage before = leader.client.image().partition(topic, 0);
                PartitionAlterationSpec change = new PartitionAlterationSpec(
                        topic, 0, before.leaderEpoch(), before.partitionEpoch(), isr, true, false);
                CompletableFuture<PartitionImage> seen = leader.client
                        .alterPartitions(List.of(change))
                        .thenApply(outcomes -> leader.client.image().partition(topic, 0));
                assertThat(get(seen).isr()).hasSize(isr.size());
            }
        }
    }

    @Test
    void aBrokerWhoseConnectionBreaksIsFencedLongBeforeItsSessionEnds() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1)) {
            one.register();
            one.awaitUnfenced();
            FakeBroker two = new FakeBroker(quorum, 2);
            two.register();
            two.awaitUnfenced();
            long closedAtNs = System.nanoTime();
            two.close();
            assertThat(two.client.lease().valid(System.nanoTime())).isFalse();
            Await.until(
                    "fenced",
                    SESSION_MS - 1_000,
                    () -> one.client.image().broker(2).fenced());
            assertThat((System.nanoTime() - closedAtNs) / 1_000_000).isLessThan(SESSION_MS - 1_000);
            assertThat(one.client.image().broker(1).fenced()).isFalse();
        }
    }

    @Test
    void aSecondIncarnationIsRefusedWhileTheFirstIsAlive() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1);
                FakeBroker impostor = new FakeBroker(quorum, 1)) {
            one.register();
            one.awaitUnfenced();
            assertThat(impostor.client.register(registration(1, Uuid.randomUuid())))
                    .failsWithin(WAIT_MS, TimeUnit.MILLISECONDS)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(MetadataRefusal.class)
                    .withMessageContaining(Errors.DUPLICATE_BROKER_REGISTRATION.name());
        }
    }

    @Test
    void theClientFollowsAcrossAFailoverWithoutLosingItsRegistration() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll();
                FakeBroker one = new FakeBroker(quorum, 1);
                FakeBroker two = new FakeBroker(quorum, 2)) {
            Registration registration = one.register();
            two.register();
            one.awaitUnfenced();
            two.awaitUnfenced();
            assertThat(create(one.client, "before").error()).isEqualTo(Errors.NONE);

            quorum.kill(quorum.awaitActive().nodeId());
            Await.until("a topic created after the failover", WAIT_MS, () -> {
                try {
                    return create(one.client, "after").error() != Errors.NONE
                            || one.client.image().topic("after") != null;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(MetadataUnavailable.class);
                    return one.client.image().topic("after") != null;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(one.client.image().broker(1).epoch()).isEqualTo(registration.brokerEpoch());
            assertThat(one.client.image().broker(1).fenced()).isFalse();
            assertThat(one.lost).isEmpty();
            one.awaitUnfenced();
            assertThat(one.disorder).isEmpty();
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void controlledShutdownIsGrantedWhenTheBrokerLeadsNothing() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll();
                FakeBroker one = new FakeBroker(quorum, 1);
                FakeBroker two = new FakeBroker(quorum, 2)) {
            one.register();
            two.register();
            one.awaitUnfenced();
            two.awaitUnfenced();
            create(one.client, "t");
            get(two.client.controlledShutdown());
            Await.until("broker 1 leads all", WAIT_MS, () -> leads(one.client.image(), 1));
        }
    }

    private static boolean leads(MetadataImage image, int brokerId) {
        for (int partition = 0; partition < image.topic("t").partitionCount(); partition++) {
            if (image.topic("t").partition(partition).leader() != brokerId) {
                return false;
            }
        }
        return true;
    }

    @Test
    void commandsWithoutAnyQuorumFailAsUnavailable() throws Exception {
        TestQuorum nobody = new TestQuorum(directory, 1);
        try (FakeBroker one = new FakeBroker(nobody, 1)) {
            CompletableFuture<?> creation = one.client.createTopics(
                    List.of(new NewTopicSpec("t", 1, (short) 1, Map.of(), Map.of())), false, 300);
            assertThat(creation)
                    .failsWithin(WAIT_MS, TimeUnit.MILLISECONDS)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(MetadataUnavailable.class);
            assertThat(one.client.register(registration(1, Uuid.randomUuid())))
                    .failsWithin(500, TimeUnit.MILLISECONDS)
                    .withThrowableOfType(TimeoutException.class);
        }
    }

    /** A tool has no heartbeats, which would tell it that the node that it knows has handed its office over. */
    @Test
    void toolThatKnowsAFormerControllerFindsTheNewOne() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll();
                RemoteMetadataClient tool =
                        new RemoteMetadataClient(MetadataClientSettings.of(quorum.endpoints(), -1, SESSION_MS))) {
            tool.start(new MetadataListener() {
                @Override
                public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {}

                @Override
                public void onRegistrationLost(Errors error, String message) {
                    throw new AssertionError(message);
                }
            });
            // On a busy machine three nodes need longer than a question waits.
            quorum.awaitActive();
            int former = get(tool.describeQuorum()).leaderId();
            get(tool.transferQuorumLeadership(-1, (int) WAIT_MS));
            QuorumDescription now = get(tool.describeQuorum());
            assertThat(now.leaderId()).isNotEqualTo(former);
            assertThat(now.voters()).hasSize(3);
        }
    }
}
