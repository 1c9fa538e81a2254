// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.PartitionRecovery;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Unclean recovery: who is elected, what would be lost, and when nothing changes. */
class RecoveryDeciderTest {
    private TestCluster cluster;
    private final List<PartitionLogInfo> infos = new ArrayList<>();

    /** Nobody leads: all three restarted uncleanly under {@code replicated}, 1 led last and is still away. */
    @BeforeEach
    void loseAll() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "flush.policy", "replicated");
        cluster.fence(2, 3, 1);
        cluster.register(1, cluster.registration(1));
        cluster.start(2);
        cluster.start(3);
        PartitionImage state = cluster.partition("t");
        assertThat(state.hasLeader()).isFalse();
        assertThat(state.elr()).isEmpty();
        assertThat(state.lastKnownElr())
                .as("the last leader, then who was eligible")
                .containsExactly(1, 3);
    }

    private RecoveryDeciderTest knows(int broker, int lastEpoch, long logEnd, long highWatermark) {
        infos.add(cluster.info("t", broker, lastEpoch, logEnd, highWatermark));
        return this;
    }

    private PartitionRecovery recover(Strategy strategy, boolean dryRun) {
        MetadataResult result = cluster.ok(TestCluster.own()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder()
                        .setStrategy(strategy)
                        .setDryRun(dryRun)
                        .addPartitions(TestCluster.name("t"))
                        .addAllInfos(infos)));
        return result.getRecoverPartitions().getPartitions(0);
    }

    private PartitionRecovery unchanged(Strategy strategy, boolean dryRun) {
        long hash = cluster.image().stateHash();
        PartitionRecovery result = recover(strategy, dryRun);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
        return result;
    }

    @Test
    void aggressiveElectsTheLongestLogOfThoseWhoAnswered() {
        knows(2, 0, 100, 90).knows(3, 0, 120, 80);
        PartitionRecovery result = recover(Strategy.AGGRESSIVE, false);
        assertThat(result.getError()).isZero();
        assertThat(result.getElected()).isEqualTo(3);
        assertThat(result.getUnclean()).isTrue();
        assertThat(result.getMissingList()).containsExactly(1);
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(3);
        assertThat(state.isr()).containsExactly(3);
        assertThat(state.unclean()).isTrue();
        assertThat(state.lastKnownElr()).isEmpty();
    }

    @Test
    void lastEpochCountsBeforeTheEnd() {
        knows(2, 1, 100, 90).knows(3, 0, 120, 80);
        assertThat(recover(Strategy.AGGRESSIVE, false).getElected()).isEqualTo(2);
    }

    @Test
    void firstAssignedOfEqualsIsElected() {
        knows(3, 0, 100, 90).knows(2, 0, 100, 90);
        assertThat(recover(Strategy.AGGRESSIVE, false).getElected()).isEqualTo(2);
    }

    @Test
    void whatWouldBeLostIsToldFirst() {
        knows(2, 1, 100, 90).knows(3, 0, 130, 110);
        PartitionRecovery result = unchanged(Strategy.AGGRESSIVE, true);
        assertThat(result.getError()).isZero();
        assertThat(result.getElected()).isEqualTo(2);
        assertThat(result.getLogEndOffset()).isEqualTo(100);
        assertThat(result.getHighWatermark()).isEqualTo(110);
        assertThat(result.getCommittedLost()).isEqualTo(10);
        assertThat(result.getRecordsLost()).isEqualTo(30);
        assertThat(result.getReplicasCount()).isEqualTo(2);
    }

    @Test
    void strategyNoneOnlyTells() {
        knows(2, 1, 100, 90);
        PartitionRecovery result = unchanged(Strategy.NONE, false);
        assertThat(result.getElected()).isEqualTo(2);
    }

    @Test
    void balancedWaitsForAllWhoWereVouchedForLast() {
        knows(2, 0, 100, 90).knows(3, 0, 120, 80);
        PartitionRecovery result = unchanged(Strategy.BALANCED, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        assertThat(result.getMessage()).contains("[1]");

        ConfigDeciderTest.set(cluster, "t", "unclean.recovery.strategy", "balanced");
        cluster.unfence(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        knows(1, 0, 110, 100);
        assertThat(recover(Strategy.BALANCED, false).getElected()).isEqualTo(3);
    }

    @Test
    void nobodyAnswered() {
        PartitionRecovery result = unchanged(Strategy.AGGRESSIVE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        assertThat(result.getElected()).isEqualTo(PartitionImage.NO_LEADER);
    }

    @Test
    void answerOfAnOlderRegistrationDoesNotCount() {
        knows(2, 0, 100, 90);
        cluster.fence(2);
        cluster.start(2);
        assertThat(unchanged(Strategy.AGGRESSIVE, false).getMissingList()).contains(2);
    }

    @Test
    void answerOfAFencedBrokerDoesNotCount() {
        knows(2, 0, 100, 90);
        cluster.fence(2);
        assertThat(unchanged(Strategy.AGGRESSIVE, false).getMissingList()).contains(2);
    }

    @Test
    void answerOfABrokerThatIsNoReplicaDoesNotCount() {
        cluster.start(4);
        knows(4, 1, 900, 900);
        assertThat(unchanged(Strategy.AGGRESSIVE, false).getReplicasCount()).isZero();
    }

    @Test
    void replicaWithoutAUsableLogIsNotElected() {
        knows(2, 0, 100, 90);
        infos.set(
                0,
                infos.get(0).toBuilder()
                        .setReplica(infos.get(0).getReplica().toBuilder().setFailed(true))
                        .build());
        assertThat(Errors.forCode((short) unchanged(Strategy.AGGRESSIVE, false).getError()))
                .isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    @Test
    void partitionThatIsLedIsLeftAlone() {
        cluster.unfence(1);
        assertThat(cluster.partition("t").hasLeader())
                .as("the last known leader")
                .isTrue();
        PartitionRecovery result = unchanged(Strategy.AGGRESSIVE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELECTION_NOT_NEEDED);
        assertThat(result.getElected()).isEqualTo(1);
    }

    @Test
    void unknownPartitionAndPartitionNamedTwice() {
        MetadataResult result = cluster.ok(TestCluster.own()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder()
                        .addPartitions(TestCluster.name("nobody"))
                        .addPartitions(TestCluster.name("t"))
                        .addPartitions(TestCluster.name("t"))));
        assertThat(result.getRecoverPartitions().getPartitionsList())
                .extracting(each -> Errors.forCode((short) each.getError()))
                .containsExactly(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                        Errors.INVALID_REQUEST);
    }

    @Test
    void unknownStrategyIsRefused() {
        MetadataResult result = cluster.run(TestCluster.own()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder().setStrategyValue(9)));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.INVALID_REQUEST);
    }

    // ---- those who are eligible

    /** Under {@code commit}: all lost power, 2 and 3 are back. */
    private void allEligible() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1, 2, 3);
        cluster.start(2);
        cluster.start(3);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
    }

    @Test
    void eligibleOneWithTheLongestLogIsElectedCleanly() {
        allEligible();
        knows(2, 0, 100, 90).knows(3, 0, 120, 90);
        PartitionRecovery result = recover(Strategy.ELIGIBLE, false);
        assertThat(result.getElected()).isEqualTo(3);
        assertThat(result.getUnclean()).isFalse();
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(3);
        assertThat(state.elr()).containsExactly(2);
        assertThat(state.unclean()).isFalse();
        assertThat(state.durable()).isTrue();
    }

    @Test
    void eligibleOnesComeBeforeALongerLogOfSomebodyElse() {
        allEligible();
        cluster.unfence(1);
        knows(1, 1, 900, 90).knows(2, 0, 100, 90);
        PartitionRecovery result = recover(Strategy.AGGRESSIVE, false);
        assertThat(result.getElected()).isEqualTo(2);
        assertThat(result.getUnclean()).isFalse();
    }

    @Test
    void eligibleOnesThatSayNothingAreNotTaken() {
        allEligible();
        PartitionRecovery result = unchanged(Strategy.ELIGIBLE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    private RecoveryDeciderTest knowsOfACut(int broker, long logEnd) {
        knows(broker, 0, logEnd, 40);
        PartitionLogInfo.Builder info = infos.remove(infos.size() - 1).toBuilder();
        info.getReplicaBuilder().setShortened(true);
        infos.add(info.build());
        return this;
    }

    /** Rot above the flush mark looks like a torn tail: what 2 has lost may be on 3 alone. */
    @Test
    void aLogThatWasCutDoesNotLeadBeforeMinIsrWereHeard() {
        allEligible();
        knowsOfACut(2, 50);
        PartitionRecovery result = unchanged(Strategy.ELIGIBLE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        assertThat(result.getMessage()).contains("[3]");
        knowsOfACut(3, 60);
        assertThat(recover(Strategy.ELIGIBLE, false).getElected()).isEqualTo(3);
    }

    @Test
    void oneWhoseLogWasNotCutIsEnough() {
        allEligible();
        knows(2, 0, 100, 90);
        assertThat(recover(Strategy.ELIGIBLE, false).getElected()).isEqualTo(2);
    }

    @Test
    void aLogThatWasNotCutComesBeforeALongerOneThatWas() {
        allEligible();
        knows(2, 0, 100, 90).knowsOfACut(3, 105);
        assertThat(recover(Strategy.ELIGIBLE, false).getElected()).isEqualTo(2);
    }

    /** The leader epoch in the header of a batch is covered by no CRC of the batch. */
    @Test
    void aLogThatNamesAnEpochOfTheFutureHasRotted() {
        allEligible();
        int epoch = cluster.partition("t").leaderEpoch();
        knows(2, epoch, 100, 90).knows(3, epoch + 1, 120, 90);
        assertThat(recover(Strategy.ELIGIBLE, false).getElected()).isEqualTo(2);
    }

    @Test
    void oneThatHasRottedDoesNotMakeItEnough() {
        allEligible();
        knows(3, cluster.partition("t").leaderEpoch() + 1, 120, 90);
        PartitionRecovery result = unchanged(Strategy.ELIGIBLE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    /** An operator decides what to do without. */
    @Test
    void byHandALogThatWasCutLeadsAlone() {
        allEligible();
        knowsOfACut(2, 50);
        PartitionRecovery result = recover(Strategy.AGGRESSIVE, false);
        assertThat(result.getElected()).isEqualTo(2);
        assertThat(result.getUnclean()).isFalse();
    }

    @Test
    void failedLogsAreNotTakenHoweverManyAnswered() {
        allEligible();
        for (int broker : new int[] {2, 3}) {
            PartitionLogInfo.Builder info = cluster.info("t", broker, -1, -1, -1).toBuilder();
            info.getReplicaBuilder().setFailed(true);
            infos.add(info.build());
        }
        PartitionRecovery result = unchanged(Strategy.ELIGIBLE, false);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }
}
