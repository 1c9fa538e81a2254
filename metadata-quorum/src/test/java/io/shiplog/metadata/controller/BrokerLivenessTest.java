// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Session 2,000 ms, grace 150 ms; polls every 50 ms unless a test stalls. */
class BrokerLivenessTest {
    private static final LivenessSettings SETTINGS = LivenessSettings.defaults();
    private static final BalanceSettings BALANCING = BalanceSettings.defaults();
    private static final long SESSION = SETTINGS.sessionTimeoutMs();
    private static final long GRACE = SETTINGS.connectionGraceMs();
    private static final long REFUSED = SETTINGS.refusedGraceMs();

    private final BrokerLiveness liveness = new BrokerLiveness(SETTINGS, BALANCING);
    private TestCluster cluster;
    private long nowMs = 1_000_000;

    /** All brokers that beat every 50 ms. */
    private final List<Integer> beating = new ArrayList<>();

    @BeforeEach
    void start() {
        become(3);
    }

    private void become(int brokers) {
        cluster = TestCluster.of(brokers);
        beating.clear();
        liveness.onControllerReady(cluster.image(), nowMs);
        for (int id = 1; id <= brokers; id++) {
            beating.add(id);
            liveness.onConnected(id, nowMs);
            beat(id);
        }
        assertThat(poll()).isEmpty();
    }

    private HeartbeatReply beat(int id) {
        return beat(id, cluster.image().offset(), false, false);
    }

    private HeartbeatReply beat(int id, long applied, boolean shutdown, boolean fence) {
        return liveness.onHeartbeat(
                cluster.image(), id, cluster.epoch(id), applied, new HeartbeatWishes(shutdown, fence, false), nowMs);
    }

    private List<String> poll() {
        List<String> commands = new ArrayList<>();
        for (MetadataCommand command : liveness.poll(cluster.image(), nowMs)) {
            commands.add(describe(command));
        }
        return commands;
    }

    private static String describe(MetadataCommand command) {
        assertThat(command.getBrokerId()).isEqualTo(Controller.NO_BROKER);
        if (command.hasSweep()) {
            return "sweep";
        }
        if (command.hasBalanceLeaders()) {
            return "balance";
        }
        ChangeBrokerStateCommand change = command.getChangeBrokerState();
        if (change.getFenced()) {
            return "fence " + change.getTargetBrokerId() + ": " + change.getCause();
        }
        return (change.getInControlledShutdown() ? "shut down " : "unfence ") + change.getTargetBrokerId();
    }

    /** Polls each 50 ms, with heartbeats of those that beat; carries commands out; tells all commands. */
    private List<String> pass(long ms) {
        List<String> commands = new ArrayList<>();
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += 50;
            for (int id : beating) {
                beat(id);
            }
            for (MetadataCommand command : liveness.poll(cluster.image(), nowMs)) {
                commands.add(describe(command));
                cluster.ok(command.toBuilder());
            }
        }
        return commands;
    }

    private void lose(int id) {
        beating.remove((Integer) id);
        liveness.onConnectionLost(id, nowMs);
    }

    private void comeBack(int id) {
        liveness.onConnected(id, nowMs);
        beating.add(id);
    }

    /** As {@link #become}, but that nothing is heard of the last broker. */
    private void becomeWithoutTheLast(int brokers) {
        cluster = TestCluster.of(brokers);
        beating.clear();
        liveness.onControllerReady(cluster.image(), nowMs);
        for (int id = 1; id < brokers; id++) {
            comeBack(id);
            beat(id);
        }
    }

    private List<Integer> questionable() {
        return liveness.questionable(cluster.image(), nowMs).stream()
                .map(BrokerImage::id)
                .toList();
    }

    @Test
    void brokerThatDiedWithTheControllerBeforeIsFencedSoonAfterItsHostSaysSo() {
        becomeWithoutTheLast(3);
        assertThat(questionable()).as("others may be on their way").isEmpty();
        assertThat(pass(GRACE)).isEmpty();
        assertThat(questionable()).containsExactly(3);
        liveness.onRefused(3, cluster.epoch(3), nowMs);
        assertThat(poll()).isEmpty();
        assertThat(pass(50)).contains("fence 3: connection lost");
    }

    @Test
    void brokerWhoseConnectionBrokeIsFencedSoonAfterItsHostSaysThatItIsGone() {
        lose(3);
        assertThat(questionable()).containsExactly(3);
        liveness.onRefused(3, cluster.epoch(3), nowMs);
        assertThat(poll()).as("others may have broken away with it").isEmpty();
        nowMs += REFUSED - 1;
        assertThat(poll()).isEmpty();
        assertThat(liveness.nextDeadlineMs()).isEqualTo(nowMs + 1);
        nowMs++;
        assertThat(poll()).contains("fence 3: connection lost");
    }

    /** A process that ends may listen for a moment more. */
    @Test
    void brokerWhoseConnectionBrokeIsAskedForUntilItsHostRefuses() {
        lose(3);
        assertThat(questionable()).containsExactly(3);
        assertThat(questionable()).isEmpty();
        poll();
        assertThat(liveness.nextDeadlineMs()).isEqualTo(nowMs + REFUSED);
        nowMs += REFUSED;
        assertThat(questionable()).containsExactly(3);
        liveness.onRefused(3, cluster.epoch(3), nowMs);
        nowMs += REFUSED;
        assertThat(questionable()).isEmpty();
    }

    @Test
    void severalThatBrokeAwayTogetherAreNotAskedForAgain() {
        lose(1);
        lose(2);
        lose(3);
        assertThat(questionable()).containsExactly(1, 2, 3);
        pass(REFUSED);
        assertThat(questionable()).isEmpty();
    }

    @Test
    void brokerThatCameBackAfterItsHostRefusedStaysAndHasTheWholeGraceTheNextTime() {
        lose(3);
        assertThat(questionable()).containsExactly(3);
        liveness.onRefused(3, cluster.epoch(3), nowMs);
        comeBack(3);
        assertThat(pass(2 * SESSION)).isEmpty();
        lose(3);
        assertThat(pass(GRACE - 50)).isEmpty();
        assertThat(pass(50)).contains("fence 3: connection lost");
    }

    @Test
    void eachIsAskedForOnce() {
        becomeWithoutTheLast(3);
        pass(GRACE);
        assertThat(questionable()).containsExactly(3);
        pass(GRACE);
        assertThat(questionable()).isEmpty();
        assertThat(pass(SESSION)).as("a host that says nothing").contains("fence 3: session timeout");
    }

    @Test
    void refusalOfABrokerThatHasComeMeanwhileMeansNothing() {
        becomeWithoutTheLast(3);
        pass(GRACE);
        assertThat(questionable()).containsExactly(3);
        comeBack(3);
        liveness.onRefused(3, cluster.epoch(3), nowMs);
        assertThat(pass(2 * SESSION)).isEmpty();
    }

    @Test
    void refusalOfAnEarlierRegistrationMeansNothing() {
        becomeWithoutTheLast(3);
        pass(GRACE);
        assertThat(questionable()).containsExactly(3);
        liveness.onRefused(3, cluster.epoch(3) - 1, nowMs);
        assertThat(pass(2 * GRACE)).isEmpty();
    }

    /** It is this node's network that refuses, or its hosts' names that lead astray. */
    @Test
    void severalThatAreRefusedTogetherKeepTheirSessions() {
        cluster = TestCluster.of(3);
        beating.clear();
        liveness.onControllerReady(cluster.image(), nowMs);
        pass(GRACE);
        assertThat(questionable()).containsExactly(1, 2, 3);
        for (int id = 1; id <= 3; id++) {
            liveness.onRefused(id, cluster.epoch(id), nowMs);
        }
        assertThat(pass(2 * GRACE)).noneMatch(command -> command.startsWith("fence"));
    }

    @Test
    void brokerThatBeatsStays() {
        assertThat(pass(3 * SESSION)).isEmpty();
    }

    @Test
    void brokerThatHangsIsFencedWhenItsSessionEnds() {
        beating.remove((Integer) 2);
        assertThat(pass(SESSION - 50)).isEmpty();
        assertThat(pass(50)).containsExactly("fence 2: session timeout");
    }

    @Test
    void brokenConnectionFencesAfterTheGrace() {
        lose(2);
        assertThat(pass(GRACE - 50)).isEmpty();
        assertThat(pass(50)).containsExactly("fence 2: connection lost");
        assertThat(cluster.broker(2).fenced()).isTrue();
    }

    @Test
    void reconnectWithinTheGraceCancels() {
        lose(2);
        pass(GRACE - 50);
        comeBack(2);
        assertThat(pass(SESSION * 2)).isEmpty();
    }

    @Test
    void brokerWithAnotherConnectionIsNotLost() {
        liveness.onConnected(2, nowMs);
        liveness.onConnectionLost(2, nowMs);
        assertThat(pass(SESSION)).isEmpty();
    }

    @Test
    void brokersThatBreakAwayTogetherAreFencedOnlyWhenTheirSessionsEnd() {
        lose(2);
        pass(GRACE - 50);
        lose(3);
        assertThat(pass(SESSION - 200)).isEmpty();
        assertThat(pass(200)).contains("fence 2: session timeout", "fence 3: session timeout");
    }

    @Test
    void brokersThatBreakAwayOneAfterTheOtherAreFencedOneAfterTheOther() {
        lose(2);
        assertThat(pass(GRACE + 50)).containsExactly("fence 2: connection lost");
        lose(3);
        assertThat(pass(GRACE + 50)).containsExactly("fence 3: connection lost");
    }

    @Test
    void aThirdOfManyBrokersIsNotYetTooMany() {
        become(9);
        for (int id = 1; id <= 3; id++) {
            lose(id);
        }
        assertThat(pass(GRACE))
                .containsExactly("fence 1: connection lost", "fence 2: connection lost", "fence 3: connection lost");
        become(9);
        for (int id = 1; id <= 4; id++) {
            lose(id);
        }
        assertThat(pass(GRACE)).isEmpty();
    }

    @Test
    void fencedBrokersDoNotCountAsBreakingAway() {
        lose(3);
        pass(GRACE);
        comeBack(3);
        assertThat(pass(50)).containsExactly("unfence 3");
        lose(3);
        pass(GRACE);
        assertThat(cluster.broker(3).fenced()).isTrue();
        comeBack(3);
        lose(3);
        lose(2);
        assertThat(pass(GRACE)).containsExactly("fence 2: connection lost");
    }

    @Test
    void controllerThatStalledTrustsLeasesOnly() {
        lose(2);
        nowMs += SETTINGS.maxPollGapMs() + 1;
        assertThat(poll()).isEmpty();
        assertThat(pass(SESSION - 400)).isEmpty();
        assertThat(pass(400)).containsExactly("fence 2: session timeout");
    }

    @Test
    void controllerThatWasPolledInTimeDidNotStall() {
        lose(2);
        nowMs += SETTINGS.maxPollGapMs();
        assertThat(poll()).containsExactly("fence 2: connection lost");
    }

    @Test
    void longStallLetsHeartbeatsBeReadBeforeSessionsEnd() {
        nowMs += SESSION * 5;
        assertThat(poll()).isEmpty();
        beating.remove((Integer) 2);
        assertThat(pass(GRACE - 50)).isEmpty();
        assertThat(pass(50)).containsExactly("fence 2: session timeout");
    }

    @Test
    void newControllerGivesAFullSessionAndSweepsFirst() {
        cluster.create(cluster.newTopic("t", 4, 3));
        Decision fence = cluster.decide(cluster.change(3, true, false));
        cluster.apply(fence, 1);
        nowMs += 77_777;
        liveness.onControllerReady(cluster.image(), nowMs);
        beating.clear();

        assertThat(poll()).containsExactly("sweep");
        cluster.sweep(100);
        assertThat(poll()).isEmpty();
        assertThat(pass(SESSION - 50)).isEmpty();
        assertThat(pass(50)).containsExactly("fence 1: session timeout", "fence 2: session timeout");
    }

    @Test
    void fencingComesBeforeSweepingAndOthers() {
        cluster.create(cluster.newTopic("t", 4, 3));
        cluster.register(4, cluster.registration(4));
        liveness.onControllerReady(cluster.image(), nowMs);
        cluster.apply(cluster.decide(cluster.change(3, true, false)), 1);
        nowMs += SESSION;
        beat(2);
        beat(4);
        assertThat(poll()).containsExactly("fence 1: session timeout", "sweep", "unfence 4");
    }

    @Test
    void unfinishedFencingIsSwept() {
        cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 2))
                .formed()
                .withBrokers(3);
        cluster.create(cluster.newTopic("t", 9, 3));
        liveness.onControllerReady(cluster.image(), nowMs);
        pass(100);
        lose(2);
        beating.clear();
        beating.addAll(List.of(1, 3));
        assertThat(pass(GRACE + 100)).containsExactly("fence 2: connection lost", "sweep");
        assertThat(BrokerStateDecider.inAnyIsr(cluster.image(), 2)).isFalse();
    }

    @Test
    void commandIsGivenAgainWhenItsEffectDoesNotShow() {
        lose(2);
        nowMs += GRACE;
        assertThat(poll()).containsExactly("fence 2: connection lost");
        nowMs += 100;
        assertThat(poll()).isEmpty();
        nowMs += 150;
        assertThat(poll()).containsExactly("fence 2: connection lost");
    }

    @Test
    void brokerIsUnfencedWhenItHasAppliedItsRegistration() {
        cluster.register(4, cluster.registration(4));
        long epoch = cluster.epoch(4);
        assertThat(pass(50)).as("no heartbeat yet").isEmpty();

        assertThat(beat(4, epoch, false, false).caughtUp()).isFalse();
        assertThat(poll()).isEmpty();
        assertThat(beat(4, epoch + 1, false, false).caughtUp()).isTrue();
        assertThat(poll()).containsExactly("unfence 4");
    }

    @Test
    void brokerFarBehindIsNotUnfenced() {
        cluster.register(4, cluster.registration(4));
        long epoch = cluster.epoch(4);
        cluster.create(cluster.newTopic("t", 1_500, 1));
        assertThat(beat(4, epoch + 1, false, false).caughtUp()).isFalse();
        assertThat(poll()).isEmpty();
        assertThat(beat(4, cluster.image().offset() - 1_000, false, false).caughtUp())
                .isTrue();
        assertThat(poll()).containsExactly("unfence 4");
    }

    @Test
    void brokerWhoseSessionEndedIsNotUnfenced() {
        cluster.register(4, cluster.registration(4));
        beat(4);
        nowMs += SESSION;
        for (int id = 1; id <= 3; id++) {
            beat(id);
        }
        liveness.onControllerReady(cluster.image(), nowMs);
        assertThat(poll()).isEmpty();
    }

    @Test
    void brokerThatStaysBehindWithMetadataIsFenced() {
        beating.remove((Integer) 2);
        for (long passed = 0; passed <= SETTINGS.metadataLagLimitMs() + 200; passed += 100) {
            cluster.create(cluster.newTopic("t" + passed, 1, 1));
            beat(2, 1, false, false);
            List<String> commands = pass(100);
            if (passed < SETTINGS.metadataLagLimitMs()) {
                assertThat(commands).isEmpty();
            } else if (!commands.isEmpty()) {
                assertThat(commands).containsExactly("fence 2: behind with the metadata");
                return;
            }
        }
        assertThat(cluster.broker(2).fenced()).isTrue();
    }

    @Test
    void brokerThatFollowsWithALittleDelayIsNotBehind() {
        beating.remove((Integer) 2);
        for (int i = 0; i < 200; i++) {
            long before = cluster.image().offset();
            cluster.create(cluster.newTopic("t" + i, 1, 1));
            beat(2, before, false, false);
            assertThat(pass(100)).isEmpty();
        }
    }

    @Test
    void staleEpochRenewsNothing() {
        HeartbeatReply reply =
                liveness.onHeartbeat(cluster.image(), 2, cluster.epoch(2) - 1, 0, HeartbeatWishes.NONE, nowMs);
        assertThat(reply.error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
        reply = liveness.onHeartbeat(cluster.image(), 9, 1, 0, HeartbeatWishes.NONE, nowMs);
        assertThat(reply.error()).isEqualTo(Errors.STALE_BROKER_EPOCH);

        beating.remove((Integer) 2);
        pass(SESSION - 50);
        liveness.onHeartbeat(cluster.image(), 2, cluster.epoch(2) - 1, 0, HeartbeatWishes.NONE, nowMs);
        assertThat(pass(50)).containsExactly("fence 2: session timeout");
    }

    @Test
    void brokerMayAskToBeFencedAndComesBackWhenItNoLongerDoes() {
        beating.remove((Integer) 2);
        beat(2, cluster.image().offset(), false, true);
        assertThat(pass(50)).containsExactly("fence 2: asked for by the broker");
        beat(2, cluster.image().offset(), false, true);
        assertThat(pass(50)).isEmpty();
        beat(2);
        assertThat(pass(50)).containsExactly("unfence 2");
    }

    @Test
    void controlledShutdownEndsWhenNothingIsLedAndAllKnow() {
        cluster.create(cluster.newTopic("t", 6, 3));
        pass(50);
        beating.remove((Integer) 2);
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .isFalse();

        nowMs += 50;
        assertThat(poll()).containsExactly("shut down 2");
        cluster.ok(cluster.change(2, false, true));
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .as("others have not applied it")
                .isFalse();
        assertThat(poll()).isEmpty();

        beat(1);
        beat(3);
        HeartbeatReply reply = beat(2, cluster.image().offset(), true, false);
        assertThat(reply.shouldShutdown()).isTrue();
        assertThat(poll()).containsExactly("fence 2: controlled shutdown");
        cluster.fence(2);
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .isTrue();
        assertThat(pass(500)).as("it is not unfenced again").isEmpty();
    }

    @Test
    void controlledShutdownWaitsWhileSomethingIsLed() {
        cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 1))
                .formed()
                .withBrokers(3);
        cluster.create(cluster.newTopic("t", 6, 3));
        liveness.onControllerReady(cluster.image(), nowMs);
        beating.remove((Integer) 2);
        beat(2, cluster.image().offset(), true, false);
        cluster.ok(cluster.change(2, false, true));
        beat(1);
        beat(3);
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .isFalse();
        assertThat(poll()).containsExactly("sweep");
    }

    @Test
    void fencedBrokerThatWantsToStopMayStopAtOnce() {
        cluster.register(4, cluster.registration(4));
        HeartbeatReply reply = beat(4, cluster.image().offset(), true, false);
        assertThat(reply.shouldShutdown()).isTrue();
        assertThat(reply.caughtUp()).isTrue();
        assertThat(poll()).as("not unfenced first").isEmpty();
    }

    @Test
    void brokerThatFlapsStaysFencedLonger() {
        for (int i = 0; i < SETTINGS.flapLimit(); i++) {
            lose(2);
            assertThat(pass(GRACE)).containsExactly("fence 2: connection lost");
            comeBack(2);
            assertThat(pass(100)).containsExactly("unfence 2");
        }
        lose(2);
        pass(GRACE);
        comeBack(2);
        assertThat(pass(SETTINGS.flapHoldMs() - 100)).isEmpty();
        assertThat(pass(200)).containsExactly("unfence 2");

        assertThat(pass(SETTINGS.flapWindowMs())).isEmpty();
        lose(2);
        pass(GRACE);
        comeBack(2);
        assertThat(pass(100)).as("forgotten").containsExactly("unfence 2");
    }

    @Test
    void flappingIsPunishedWithinBounds() {
        for (int i = 0; i < 30; i++) {
            lose(2);
            pass(GRACE);
            comeBack(2);
            assertThat(pass(SETTINGS.flapHoldMs() * 8 + 100)).containsExactly("unfence 2");
        }
    }

    @Test
    void sessionsThatEndDoNotCountAsFlapping() {
        for (int i = 0; i < SETTINGS.flapLimit() + 3; i++) {
            beating.remove((Integer) 2);
            assertThat(pass(SESSION)).containsExactly("fence 2: session timeout");
            beating.add(2);
            assertThat(pass(100)).containsExactly("unfence 2");
        }
    }

    @Test
    void newIncarnationNeedNotWaitWhenTheOldConnectionIsBroken() {
        Uuid other = new Uuid(5, 5);
        assertThat(liveness.beforeRegistration(cluster.image(), 2, other))
                .as("connected")
                .isEmpty();
        lose(2);
        assertThat(liveness.beforeRegistration(
                        cluster.image(), 2, cluster.broker(2).incarnationId()))
                .as("the same")
                .isEmpty();
        MetadataCommand fence =
                liveness.beforeRegistration(cluster.image(), 2, other).orElseThrow();
        cluster.ok(fence.toBuilder());
        assertThat(cluster.register(2, cluster.registration(2)).getError()).isZero();
        assertThat(liveness.beforeRegistration(cluster.image(), 2, other))
                .as("fenced")
                .isEmpty();
        assertThat(liveness.beforeRegistration(cluster.image(), 9, other))
                .as("unknown")
                .isEmpty();
    }

    @Test
    void newControllerLetsASilentBrokerBeReplacedAfterAQuarterOfASession() {
        liveness.onControllerReady(cluster.image(), nowMs);
        beating.remove((Integer) 2);
        pass(SESSION / 4 - 50);
        assertThat(liveness.beforeRegistration(cluster.image(), 2, new Uuid(5, 5)))
                .isEmpty();
        pass(50);
        assertThat(liveness.beforeRegistration(cluster.image(), 2, new Uuid(5, 5)))
                .isPresent();
        assertThat(liveness.beforeRegistration(cluster.image(), 1, new Uuid(5, 5)))
                .as("it was heard")
                .isEmpty();
    }

    @Test
    void newRegistrationForgetsWhatTheOldOneSaid() {
        beating.remove((Integer) 2);
        beat(2, cluster.image().offset(), true, false);
        pass(300);
        assertThat(cluster.broker(2).fenced()).isTrue();
        cluster.register(2, cluster.registration(2));
        assertThat(pass(100)).isEmpty();
        assertThat(beat(2).shouldShutdown()).isFalse();
        assertThat(poll()).containsExactly("unfence 2");
    }

    @Test
    void deadlineIsWhenSomethingIsDue() {
        assertThat(new BrokerLiveness(SETTINGS, BALANCING).nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
        poll();
        long polledAtMs = nowMs;
        assertThat(liveness.nextDeadlineMs()).isEqualTo(polledAtMs + 50);
        nowMs += 20;
        liveness.onConnectionLost(2, nowMs);
        assertThat(liveness.nextDeadlineMs()).as("an event is due at once").isEqualTo(nowMs);
        poll();
        nowMs += 140;
        poll();
        assertThat(liveness.nextDeadlineMs()).as("the grace ends").isEqualTo(polledAtMs + 20 + GRACE);
    }

    @Test
    void shutdownThatIsNotGrantedSaysWhatItWaitsFor() {
        cluster.topicOn("t", TestCluster.ids(2, 3, 1));
        cluster.alterIsr("t", 2);
        pass(50);
        beating.remove((Integer) 2);
        assertThat(beat(2, cluster.image().offset(), true, false).shutdownWaitsFor())
                .contains("not been recorded");
        cluster.ok(cluster.change(2, false, true));
        assertThat(beat(2, cluster.image().offset(), true, false).shutdownWaitsFor())
                .isEqualTo("the only in-sync replica of t-0");
        cluster.alter(2, cluster.alteration("t", 2, 3));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(beat(2, cluster.image().offset(), true, false).shutdownWaitsFor())
                .contains("has not applied the metadata yet");
        beat(1);
        beat(3);
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .isTrue();
        assertThat(beat(2).shutdownWaitsFor()).as("the wish holds").isEmpty();
        assertThat(beat(1).shutdownWaitsFor()).as("it did not ask").isNull();
    }

    @Test
    void nobodyHandsOverWhileAnotherMayBeGone() {
        cluster.topicOn("t", TestCluster.ids(2, 3));
        pass(50);
        lose(3);
        beat(2, cluster.image().offset(), true, false);
        nowMs += 50;
        assertThat(poll()).isEmpty();
        assertThat(beat(2).shutdownWaitsFor()).contains("whether broker 3 is gone");

        assertThat(pass(150)).containsSequence("fence 3: connection lost", "shut down 2");
        assertThat(cluster.partition("t").leader())
                .as("the last one in sync leads on")
                .isEqualTo(2);
    }

    @Test
    void whoComesBackIsHandedOverTo() {
        cluster.topicOn("t", TestCluster.ids(2, 3));
        pass(50);
        lose(3);
        beat(2, cluster.image().offset(), true, false);
        nowMs += 50;
        assertThat(poll()).isEmpty();
        comeBack(3);
        assertThat(pass(50)).containsExactly("shut down 2");
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
    }

    @Test
    void whoIsFencedKeepsNobodyFromStopping() {
        cluster.fence(3);
        lose(3);
        pass(50);
        beat(2, cluster.image().offset(), true, false);
        nowMs += 50;
        assertThat(poll()).containsExactly("shut down 2");
    }

    @Test
    void partitionThatNobodyElseCanTakeDelaysNoShutdown() {
        cluster.topicOn("alone", TestCluster.ids(2));
        cluster.topicOn("pair", TestCluster.ids(2, 3));
        cluster.fence(3);
        beating.remove((Integer) 3);
        beating.remove((Integer) 2);
        cluster.ok(cluster.change(2, false, true));
        assertThat(cluster.partition("alone").leader()).isEqualTo(2);
        beat(1);
        assertThat(beat(2, cluster.image().offset(), true, false).shouldShutdown())
                .isTrue();
    }

    @Test
    void leadershipsAreGivenBackWhenTheirTimeComesButNotToASlowBroker() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1);
        cluster.unfence(1);
        cluster.alterIsr("t", 1, 2, 3);
        beating.remove((Integer) 1);
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            liveness.onHeartbeat(
                    cluster.image(),
                    1,
                    cluster.epoch(1),
                    cluster.image().offset(),
                    new HeartbeatWishes(false, false, true),
                    nowMs);
            commands.addAll(pass(50));
        }
        assertThat(commands).as("1 is slow").doesNotContain("balance");
        beating.add(1);
        for (int i = 0; i < 6_000; i++) {
            commands.addAll(pass(50));
        }
        assertThat(commands).contains("balance");
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
    }
}
