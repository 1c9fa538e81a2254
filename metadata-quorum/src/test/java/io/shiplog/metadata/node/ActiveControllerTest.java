// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.BalanceSettings;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.JobSchedule;
import io.shiplog.metadata.controller.LivenessSettings;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.metrics.ControllerEvents;
import io.shiplog.metadata.proto.AccessControlEntry;
import io.shiplog.metadata.proto.AllocateProducerIdsCommand;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.CreateAclsCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.HeartbeatRequest;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The controller's shell on a log that the test agrees by hand. */
class ActiveControllerTest {
    private static final long WAIT_MS = 20_000;

    /** A log in memory: entries wait until the test says what becomes of them. */
    private static final class HandLog implements AgreedLog {
        record Proposed(MetadataEntry entry, CompletableFuture<Outcome> outcome) {}

        final ConcurrentLinkedQueue<Proposed> proposed = new ConcurrentLinkedQueue<>();
        final List<MetadataEntry> all = new CopyOnWriteArrayList<>();
        volatile MetadataImage image = MetadataImage.empty();
        volatile boolean leads = true;
        volatile long term = 1;
        volatile boolean automatic;

        @Override
        public CompletableFuture<Outcome> submit(MetadataEntry entry) {
            Proposed next = new Proposed(entry, new CompletableFuture<>());
            all.add(entry);
            if (automatic) {
                agree(next);
            } else {
                proposed.add(next);
            }
            return next.outcome();
        }

        Proposed await() {
            Await.until("a proposal", WAIT_MS, () -> !proposed.isEmpty());
            return proposed.poll();
        }

        void agree(Proposed next) {
            image = image.apply(next.entry());
            boolean applied = image.outcome(
                            next.entry().getProposer(), next.entry().getProposal())
                    .isPresent();
            next.outcome().complete(new Outcome(applied));
        }

        @Override
        public MetadataImage image() {
            return image;
        }

        @Override
        public boolean isLeaderReady() {
            return leads;
        }

        @Override
        public long term() {
            return term;
        }
    }

    private final HandLog log = new HandLog();
    private final List<String> fatals = new CopyOnWriteArrayList<>();
    private final ActiveController controller = new ActiveController(
            log,
            new Controller(ControllerSettings.defaults()),
            LivenessSettings.of(600_000),
            BalanceSettings.defaults(),
            JobSchedule.DEFAULT_REPAIR_WAIT_MS,
            "cluster-a",
            Clock.SYSTEM,
            new ControllerEvents(),
            (broker, gone) -> {},
            (reason, cause) -> fatals.add(reason + cause));

    @AfterEach
    void close() {
        controller.close();
        assertThat(fatals).isEmpty();
    }

    /** Active, the cluster formed. */
    private void begin() {
        controller.start();
        log.agree(log.await());
        assertThat(log.image.clusterId()).isEqualTo("cluster-a");
    }

    private CompletableFuture<MetadataResult> submit(MetadataCommand command) {
        CompletableFuture<MetadataResult> result = new CompletableFuture<>();
        controller.submit(command, result::complete);
        return result;
    }

    private static Errors error(CompletableFuture<MetadataResult> result) throws Exception {
        return Errors.forCode((short) result.get(WAIT_MS, TimeUnit.MILLISECONDS).getError());
    }

    private static MetadataCommand refusedCommand() {
        return MetadataCommand.newBuilder()
                .setBrokerId(77)
                .setBrokerEpoch(1)
                .setAllocateProducerIds(AllocateProducerIdsCommand.getDefaultInstance())
                .build();
    }

    @Test
    void theFirstLeaderFormsTheCluster() {
        begin();
        assertThat(controller.isActive()).isTrue();
    }

    @Test
    void anAnswerLeavesOnlyWhenItsRoundIsApplied() throws Exception {
        begin();
        CompletableFuture<MetadataResult> result = submit(QuorumNodeTest.registerBroker(1));
        HandLog.Proposed proposal = log.await();
        assertThat(result).isNotDone();
        log.agree(proposal);
        assertThat(error(result)).isEqualTo(Errors.NONE);
    }

    @Test
    void aRefusalTooLeavesOnlyWhenItsRoundIsApplied() throws Exception {
        begin();
        CompletableFuture<MetadataResult> result = submit(refusedCommand());
        HandLog.Proposed proposal = log.await();
        assertThat(proposal.entry().getRecordsList()).isEmpty();
        assertThat(result).isNotDone();
        log.agree(proposal);
        assertThat(error(result)).isNotEqualTo(Errors.NONE);
    }

    @Test
    void whatWaitsGoesIntoOneEntryAndOnlyOneIsInFlight() throws Exception {
        begin();
        CompletableFuture<MetadataResult> first = submit(QuorumNodeTest.registerBroker(1));
        HandLog.Proposed one = log.await();
        CompletableFuture<MetadataResult> second = submit(QuorumNodeTest.registerBroker(2));
        CompletableFuture<MetadataResult> third = submit(QuorumNodeTest.registerBroker(3));
        assertThat(second).isNotDone();
        assertThat(log.proposed).isEmpty();
        log.agree(one);
        assertThat(error(first)).isEqualTo(Errors.NONE);
        HandLog.Proposed both = log.await();
        assertThat(both.entry().getRecordsCount()).isEqualTo(2);
        assertThat(both.entry().getDecidedOnOffset()).isEqualTo(log.image.offset());
        log.agree(both);
        assertThat(error(second)).isEqualTo(Errors.NONE);
        assertThat(third.get(WAIT_MS, TimeUnit.MILLISECONDS).getRegisterBroker().getBrokerEpoch())
                .isEqualTo(log.image.broker(3).epoch());
    }

    @Test
    void anEntryOfAnotherLeaderInBetweenMeansDecidingAgain() throws Exception {
        begin();
        CompletableFuture<MetadataResult> result = submit(QuorumNodeTest.registerBroker(1));
        HandLog.Proposed proposal = log.await();
        log.image = log.image.apply(proposal.entry().toBuilder()
                .setProposer(proposal.entry().getProposer() + 1)
                .setRecords(
                        0,
                        MetadataRecord.newBuilder()
                                .setVersion(1)
                                .setProducerIds(ProducerIdsRecord.newBuilder().setNextProducerId(1_000)))
                .build());
        log.agree(proposal);
        HandLog.Proposed again = log.await();
        assertThat(again.entry().getDecidedOnOffset()).isEqualTo(log.image.offset());
        log.agree(again);
        assertThat(error(result)).isEqualTo(Errors.NONE);
        assertThat(log.image.broker(1)).isNotNull();
        assertThat(log.image.nextProducerId()).isEqualTo(1_000);
    }

    @Test
    void anUncertainProposalIsGivenAgainUnchanged() throws Exception {
        begin();
        CompletableFuture<MetadataResult> result = submit(QuorumNodeTest.registerBroker(1));
        HandLog.Proposed proposal = log.await();
        // It was agreed on, but nobody heard.
        log.image = log.image.apply(proposal.entry());
        proposal.outcome().completeExceptionally(new IllegalStateException("no answer"));
        HandLog.Proposed again = log.await();
        assertThat(again.entry()).isEqualTo(proposal.entry());
        log.agree(again);
        assertThat(error(result)).isEqualTo(Errors.NONE);
    }

    @Test
    void aDeposedControllerAnswersWhatIsUncertainAndWhatIsNot() throws Exception {
        begin();
        CompletableFuture<MetadataResult> inFlight = submit(QuorumNodeTest.registerBroker(1));
        HandLog.Proposed proposal = log.await();
        CompletableFuture<MetadataResult> waiting = submit(QuorumNodeTest.registerBroker(2));
        log.leads = false;
        controller.onLeadershipChanged();
        assertThat(error(inFlight)).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(error(waiting)).isEqualTo(Errors.NOT_CONTROLLER);
        assertThat(controller.isActive()).isFalse();
        // What comes of it later concerns nobody any more.
        log.agree(proposal);
        assertThat(error(submit(QuorumNodeTest.registerBroker(3)))).isEqualTo(Errors.NOT_CONTROLLER);
        assertThat(log.proposed).isEmpty();
    }

    @Test
    void anotherTermIsAnotherController() throws Exception {
        begin();
        long firstProposer = log.all.get(0).getProposer();
        log.term = 2;
        controller.onLeadershipChanged();
        // The old controller may still take the command and turn it away; then it is sent again, as clients do.
        AtomicReference<CompletableFuture<MetadataResult>> sent =
                new AtomicReference<>(submit(QuorumNodeTest.registerBroker(1)));
        Await.until("a proposal of the new controller", WAIT_MS, () -> {
            if (sent.get().isDone()) {
                sent.set(submit(QuorumNodeTest.registerBroker(1)));
            }
            return !log.proposed.isEmpty();
        });
        CompletableFuture<MetadataResult> result = sent.get();
        HandLog.Proposed proposal = log.await();
        assertThat(proposal.entry().getProposer()).isNotEqualTo(firstProposer);
        log.agree(proposal);
        assertThat(error(result)).isEqualTo(Errors.NONE);
    }

    @Test
    void heartbeatsOfOneWhoDoesNotLeadAreNotAnswered() throws Exception {
        log.leads = false;
        controller.start();
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        controller.heartbeat(
                "connection", HeartbeatRequest.getDefaultInstance(), reply -> answered.complete(reply != null));
        assertThat(answered.get(WAIT_MS, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void aBrokerIsUnfencedWhenItHasCaughtUpAndFencedWhenItsConnectionEnds() throws Exception {
        log.automatic = true;
        controller.start();
        Await.until("active", WAIT_MS, controller::isActive);
        MetadataResult registered = submit(QuorumNodeTest.registerBroker(1)).get(WAIT_MS, TimeUnit.MILLISECONDS);
        HeartbeatRequest heartbeat = HeartbeatRequest.newBuilder()
                .setBrokerId(1)
                .setBrokerEpoch(registered.getRegisterBroker().getBrokerEpoch())
                .setAppliedOffset(registered.getMetadataOffset())
                .build();
        controller.heartbeat("old connection", heartbeat, reply -> {});
        Await.until("unfenced", WAIT_MS, () -> !log.image.broker(1).fenced());
        // A second connection holds it when the first one goes.
        controller.heartbeat("connection", heartbeat, reply -> {});
        controller.onConnectionClosed("old connection");
        long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        Await.until("time to fence wrongly", WAIT_MS, () -> System.nanoTime() > untilNs);
        assertThat(log.image.broker(1).fenced()).isFalse();
        controller.onConnectionClosed("connection");
        Await.until("fenced", WAIT_MS, () -> log.image.broker(1).fenced());
    }

    /** An active controller and one unfenced broker. */
    private MetadataResult beginWithABroker() throws Exception {
        log.automatic = true;
        controller.start();
        Await.until("active", WAIT_MS, controller::isActive);
        MetadataResult registered = submit(QuorumNodeTest.registerBroker(1)).get(WAIT_MS, TimeUnit.MILLISECONDS);
        controller.heartbeat(
                "connection",
                HeartbeatRequest.newBuilder()
                        .setBrokerId(1)
                        .setBrokerEpoch(registered.getRegisterBroker().getBrokerEpoch())
                        .setAppliedOffset(registered.getMetadataOffset())
                        .build(),
                reply -> {});
        Await.until("unfenced", WAIT_MS, () -> !log.image.broker(1).fenced());
        return registered;
    }

    private static MetadataCommand creation(String name) {
        return MetadataCommand.newBuilder()
                .setBrokerId(-1)
                .setPrincipal("User:alice")
                .setCreateTopics(CreateTopicsCommand.newBuilder()
                        .addTopics(NewTopic.newBuilder()
                                .setName(name)
                                .setPartitions(9_000)
                                .setReplicationFactor(1)))
                .build();
    }

    @Test
    void aControllerThatDiesBetweenEntriesLeavesWholeTopicsOrNone() throws Exception {
        beginWithABroker();
        log.automatic = false;
        CompletableFuture<MetadataResult> gate = submit(QuorumNodeTest.registerBroker(2));
        HandLog.Proposed first = log.await();
        List<String> names = List.of("a", "b", "c", "d", "e");
        List<CompletableFuture<MetadataResult>> results = new ArrayList<>();
        for (String name : names) {
            results.add(submit(creation(name)));
        }
        log.agree(first);
        assertThat(error(gate)).isEqualTo(Errors.NONE);
        HandLog.Proposed some = log.await();
        assertThat(some.entry().getOriginsList())
                .extracting(CommandOrigin::getPrincipal)
                .contains("User:alice");
        log.agree(some);
        HandLog.Proposed rest = log.await();
        assertThat(rest.entry().getRecordsCount()).isGreaterThanOrEqualTo(9_001);
        log.leads = false;
        controller.onLeadershipChanged();
        int created = 0;
        for (String name : names) {
            TopicImage topic = log.image.topic(name);
            assertThat(topic == null || topic.partitionCount() == 9_000)
                    .as(name)
                    .isTrue();
            created += topic == null ? 0 : 1;
        }
        assertThat(created).isBetween(1, names.size() - 1);
        assertThat(error(results.get(0))).isEqualTo(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void producerIdsInDoubtAreNotGivenOutAgainByTheNextController() throws Exception {
        MetadataResult registered = beginWithABroker();
        MetadataCommand allocation = MetadataCommand.newBuilder()
                .setBrokerId(1)
                .setBrokerEpoch(registered.getRegisterBroker().getBrokerEpoch())
                .setAllocateProducerIds(AllocateProducerIdsCommand.getDefaultInstance())
                .build();
        log.automatic = false;
        CompletableFuture<MetadataResult> inDoubt = submit(allocation);
        HandLog.Proposed proposal = log.await();
        // Agreed on, but this controller is deposed before it hears of that.
        log.image = log.image.apply(proposal.entry());
        log.leads = false;
        controller.onLeadershipChanged();
        assertThat(error(inDoubt)).isEqualTo(Errors.REQUEST_TIMED_OUT);
        long lost = log.image.nextProducerId();
        assertThat(lost).isEqualTo(1_000);

        log.term = 2;
        log.leads = true;
        log.automatic = true;
        controller.onLeadershipChanged();
        Await.until("active again", WAIT_MS, controller::isActive);
        MetadataResult next = submit(allocation).get(WAIT_MS, TimeUnit.MILLISECONDS);
        assertThat(next.getAllocateProducerIds().getFirstProducerId()).isEqualTo(lost);
    }

    @Test
    void accessControlEntriesGetTheirIdsBeforeTheyAreDecided() throws Exception {
        begin();
        CompletableFuture<MetadataResult> result = submit(MetadataCommand.newBuilder()
                .setBrokerId(-1)
                .setCreateAcls(CreateAclsCommand.newBuilder()
                        .addEntries(AccessControlEntry.newBuilder()
                                .setResourceType(2)
                                .setResourceName("t")
                                .setPatternType(3)
                                .setPrincipal("User:alice")
                                .setHost("*")
                                .setOperation(3)
                                .setPermission(3)))
                .build());
        log.agree(log.await());
        assertThat(error(result)).isEqualTo(Errors.NONE);
        assertThat(log.image.registry().acls()).hasSize(1);
    }
}
