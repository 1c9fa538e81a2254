// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.LogInfoGathering.Ready;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import io.shiplog.metadata.proto.ReportLogInfoCommand;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is asked, when enough is known, and that nothing is asked for ever. */
class LogInfoGatheringTest {
    private static final GatheringSettings SETTINGS = GatheringSettings.defaults();

    private final LogInfoGathering gathering = new LogInfoGathering(SETTINGS);
    private final TestCluster cluster = TestCluster.of(3);
    private long nowMs = 1_000;

    private List<Ready> poll() {
        return gathering.poll(cluster.image(), nowMs);
    }

    private List<Ready> after(long ms) {
        nowMs += ms;
        return poll();
    }

    private List<PartitionId> wanted(int broker) {
        return gathering.wantedFrom(cluster.image(), broker);
    }

    private void report(int broker, PartitionLogInfo info) {
        gathering.onReport(
                broker,
                cluster.epoch(broker),
                ReportLogInfoCommand.newBuilder().addInfos(info).build());
    }

    private void report(int broker, long logEnd) {
        report(broker, cluster.info("t", broker, 0, logEnd, 10));
    }

    private PartitionId id() {
        return new PartitionId(cluster.image().topic("t").id(), 0);
    }

    private void carryOut(List<Ready> ready) {
        for (Ready each : ready) {
            cluster.ok(each.command().toBuilder());
        }
    }

    /** All lost power; all their flushed bytes are there. */
    private void powerFailure() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1, 2, 3);
        for (int id = 1; id <= 3; id++) {
            cluster.register(id, cluster.registration(id));
        }
    }

    @Test
    void nothingIsAskedWhileAllIsWell() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        assertThat(poll()).isEmpty();
        assertThat(wanted(1)).isEmpty();
    }

    @Test
    void longestLogOfThoseWhoAreBackLeads() {
        powerFailure();
        cluster.unfence(2);
        cluster.unfence(3);
        assertThat(poll()).isEmpty();
        assertThat(wanted(2)).containsExactly(id());
        assertThat(wanted(3)).containsExactly(id());
        report(2, 100);
        assertThat(wanted(2)).as("has answered").isEmpty();
        assertThat(after(100)).as("3 has not").isEmpty();
        report(3, 105);
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isFalse();
        assertThat(after(100)).isEmpty();
        assertThat(wanted(1)).as("it is over").isEmpty();
    }

    @Test
    void oneAloneWaitsForCompanyButNotForEver() {
        powerFailure();
        cluster.unfence(3);
        poll();
        report(3, 105);
        assertThat(after(SETTINGS.companyMs() - 100)).isEmpty();
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
    }

    /** Of its log a start has cut something that may have been flushed. */
    private void reportShortened(int broker, long logEnd) {
        PartitionLogInfo.Builder info = cluster.info("t", broker, 0, logEnd, 10).toBuilder();
        info.getReplicaBuilder().setShortened(true);
        report(broker, info.build());
    }

    @Test
    void oneAloneWhoseLogWasCutWaitsHoweverLong() {
        powerFailure();
        cluster.unfence(3);
        poll();
        reportShortened(3, 50);
        assertThat(after(600_000)).isEmpty();
        cluster.unfence(2);
        assertThat(wanted(2)).containsExactly(id());
        report(2, 100);
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void amongAsManyAsMinIsrOneHasLostNothing() {
        powerFailure();
        cluster.unfence(2);
        cluster.unfence(3);
        poll();
        reportShortened(2, 50);
        reportShortened(3, 100);
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isFalse();
    }

    @Test
    void nobodyIsTakenUnheard() {
        powerFailure();
        cluster.unfence(3);
        poll();
        assertThat(after(600_000)).isEmpty();
    }

    @Test
    void silenceEndsToo() {
        powerFailure();
        cluster.unfence(2);
        cluster.unfence(3);
        poll();
        report(3, 105);
        assertThat(after(SETTINGS.companyMs() - 100)).isEmpty();
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).as("who answered").isEqualTo(3);
    }

    @Test
    void bystanderThatSaysNothingDelaysOnlyABit() {
        powerFailure();
        cluster.unfence(2);
        cluster.unfence(3);
        cluster.unfence(1);
        poll();
        report(2, 100);
        report(3, 105);
        assertThat(after(SETTINGS.answerMs() - 100)).isEmpty();
        assertThat(after(100)).hasSize(1);
    }

    @Test
    void commandIsGivenAgainWhenItsEffectDoesNotShow() {
        powerFailure();
        cluster.unfence(2);
        cluster.unfence(3);
        poll();
        report(2, 100);
        report(3, 105);
        assertThat(after(100)).hasSize(1);
        assertThat(after(100)).isEmpty();
        assertThat(after(SETTINGS.retryMs())).hasSize(1);
    }

    @Test
    void answerOfAnOlderRegistrationIsAskedForAgain() {
        powerFailure();
        cluster.unfence(2);
        poll();
        report(2, 100);
        assertThat(wanted(2)).isEmpty();
        cluster.fence(2);
        cluster.start(2);
        assertThat(wanted(2)).containsExactly(id());
    }

    @Test
    void onlyWhatIsAskedForIsKept() {
        powerFailure();
        report(2, 100);
        cluster.unfence(2);
        cluster.unfence(3);
        poll();
        assertThat(wanted(2)).as("it was not wanted when it came").containsExactly(id());
    }

    @Test
    void oneBrokerIsAskedBoundedlyOften() {
        LogInfoGathering bounded = new LogInfoGathering(new GatheringSettings(1_000, 2_000, 250, 3, 2));
        for (int i = 0; i < 6; i++) {
            cluster.topicOn("t" + i, TestCluster.ids(1, 2, 3));
        }
        cluster.fence(1, 2, 3);
        cluster.register(2, cluster.registration(2));
        cluster.register(3, cluster.registration(3));
        cluster.unfence(2);
        assertThat(bounded.poll(cluster.image(), nowMs)).isEmpty();
        assertThat(bounded.wantedFrom(cluster.image(), 2))
                .as("of three that are asked about")
                .hasSize(2);
    }

    // ---- recovery strategies of topics

    /** Under {@code replicated}: 1 led last, nobody is vouched for. */
    private void nobodyVouchedFor(String strategy) {
        cluster.topicOn(
                "t", TestCluster.ids(1, 2, 3), "flush.policy", "replicated", "unclean.recovery.strategy", strategy);
        cluster.fence(2, 3, 1);
        cluster.register(1, cluster.registration(1));
        cluster.start(3);
        cluster.start(2);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
    }

    @Test
    void balancedWaitsForAllWhoWereVouchedForHoweverLong() {
        nobodyVouchedFor("balanced");
        poll();
        report(2, 100);
        report(3, 105);
        assertThat(after(600_000)).isEmpty();
        cluster.unfence(1);
        assertThat(wanted(1)).containsExactly(id());
        report(1, 103);
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isTrue();
    }

    @Test
    void aggressiveTakesWhoeverAnswersInTime() {
        nobodyVouchedFor("aggressive");
        poll();
        report(2, 100);
        assertThat(after(SETTINGS.answerMs() - 100))
                .as("3 is alive and may answer")
                .isEmpty();
        carryOut(after(100));
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").unclean()).isTrue();
    }

    @Test
    void withoutAStrategyNobodyIsAsked() {
        nobodyVouchedFor("none");
        assertThat(poll()).isEmpty();
        assertThat(wanted(2)).isEmpty();
    }

    // ---- operators

    private static MetadataCommand recover(Strategy strategy) {
        return TestCluster.own()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder()
                        .setStrategy(strategy)
                        .addPartitions(TestCluster.name("t")))
                .build();
    }

    @Test
    void operatorsCommandWaitsForThoseWhoAreAlive() {
        nobodyVouchedFor("none");
        long ask = gathering.begin(cluster.image(), recover(Strategy.AGGRESSIVE), nowMs);
        assertThat(poll()).isEmpty();
        assertThat(wanted(2)).containsExactly(id());
        report(2, 100);
        report(3, 105);
        List<Ready> ready = poll();
        assertThat(ready).hasSize(1);
        assertThat(ready.get(0).ask()).isEqualTo(ask);
        assertThat(ready.get(0).command().getRecoverPartitions().getInfosList()).hasSize(2);
        carryOut(ready);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(after(100)).isEmpty();
        assertThat(wanted(2)).as("it is over").isEmpty();
    }

    @Test
    void uncleanElectionByHandWaitsForLogsToo() {
        nobodyVouchedFor("none");
        ElectLeadersCommand.Builder all = ElectLeadersCommand.newBuilder()
                .setType(ElectLeadersCommand.Type.UNCLEAN)
                .setAll(true);
        gathering.begin(cluster.image(), TestCluster.own().setElectLeaders(all).build(), nowMs);
        assertThat(wanted(2)).containsExactly(id());
        report(2, 100);
        report(3, 105);
        carryOut(poll());
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
    }

    @Test
    void operatorsCommandDoesNotWaitForEver() {
        nobodyVouchedFor("none");
        gathering.begin(cluster.image(), recover(Strategy.NONE), nowMs);
        assertThat(after(SETTINGS.answerMs() - 1)).isEmpty();
        List<Ready> ready = after(1);
        assertThat(ready).hasSize(1);
        assertThat(ready.get(0).command().getRecoverPartitions().getInfosList()).isEmpty();
    }

    @Test
    void inventedInfosAreNotBelieved() {
        nobodyVouchedFor("none");
        MetadataCommand command = recover(Strategy.AGGRESSIVE);
        command = command.toBuilder()
                .setRecoverPartitions(
                        command.getRecoverPartitions().toBuilder().addInfos(cluster.info("t", 2, 99, 9_999, 9_999)))
                .build();
        gathering.begin(cluster.image(), command, nowMs);
        report(3, 105);
        assertThat(after(SETTINGS.answerMs())
                        .get(0)
                        .command()
                        .getRecoverPartitions()
                        .getInfosList())
                .containsExactly(cluster.info("t", 3, 0, 105, 10));
    }

    @Test
    void aReplicaSpeaksOnlyForItself() {
        nobodyVouchedFor("none");
        gathering.begin(cluster.image(), recover(Strategy.AGGRESSIVE), nowMs);
        report(2, cluster.info("t", 3, 99, 9_999, 9_999));
        assertThat(wanted(3)).containsExactly(id());
        assertThat(after(SETTINGS.answerMs())
                        .get(0)
                        .command()
                        .getRecoverPartitions()
                        .getInfos(0)
                        .getReplica()
                        .getBrokerId())
                .isEqualTo(2);
    }

    @Test
    void partitionThatIsLedIsNotAskedAbout() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        gathering.begin(cluster.image(), recover(Strategy.NONE), nowMs);
        assertThat(wanted(1)).isEmpty();
        assertThat(poll()).hasSize(1);
    }

    @Test
    void onlySoManyOperatorsWaitAtATime() {
        nobodyVouchedFor("none");
        for (int i = 0; i < 16; i++) {
            assertThat(gathering.begin(cluster.image(), recover(Strategy.NONE), nowMs))
                    .isPositive();
        }
        assertThat(gathering.begin(cluster.image(), recover(Strategy.NONE), nowMs))
                .isNegative();
        assertThat(after(SETTINGS.answerMs())).hasSize(16);
        assertThat(gathering.begin(cluster.image(), recover(Strategy.NONE), nowMs))
                .isPositive();
    }
}
