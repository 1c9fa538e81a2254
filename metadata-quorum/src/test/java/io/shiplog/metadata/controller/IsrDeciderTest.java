// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.IsrMember;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionAlterationResult;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every outcome of AlterPartition, each with a request in which only that rule is broken. */
class IsrDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void createTopic() {
        cluster = TestCluster.of(4);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
    }

    private void refused(int from, PartitionAlteration.Builder alteration, Errors expected) {
        PartitionImage before = cluster.partition("t");
        long offset = cluster.image().offset();
        PartitionAlterationResult result = cluster.alter(from, alteration);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(expected);
        assertThat(result.hasState()).isFalse();
        assertThat(cluster.partition("t")).isEqualTo(before);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void shrinkKeepsTheLeaderEpochAndRaisesThePartitionEpoch() {
        PartitionAlterationResult result = cluster.alter(1, cluster.alteration("t", 1, 3));

        assertThat(result.getError()).isZero();
        PartitionImage state = cluster.partition("t");
        assertThat(state.isr()).containsExactly(1, 3);
        assertThat(state.leader()).isEqualTo(1);
        assertThat(state.leaderEpoch()).isZero();
        assertThat(state.partitionEpoch()).isEqualTo(1);
        assertThat(result.getState().getIsrList()).containsExactly(1, 3);
        assertThat(result.getState().getPartitionEpoch()).isEqualTo(1);
    }

    @Test
    void shrinkBelowMinIsrMakesThoseWhoLeaveEligible() {
        cluster.alterIsr("t", 1, 2);
        assertThat(cluster.partition("t").elr()).isEmpty();

        cluster.alterIsr("t", 1);

        assertThat(cluster.partition("t").elr()).containsExactly(2);
    }

    @Test
    void expansionToMinIsrEndsEligibility() {
        cluster.alterIsr("t", 1);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);

        cluster.alterIsr("t", 3, 1);

        assertThat(cluster.partition("t").isr()).containsExactly(1, 3);
        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    @Test
    void unknownTopicId() {
        PartitionAlteration.Builder alteration =
                cluster.alteration("t", 1, 2).setTopicId(Uuids.toBytes(new Uuid(9, 9)));
        refused(1, alteration, Errors.UNKNOWN_TOPIC_ID);
        refused(1, alteration.setTopicId(ByteString.EMPTY), Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void unknownPartition() {
        refused(1, cluster.alteration("t", 1, 2).setPartition(1), Errors.UNKNOWN_TOPIC_OR_PARTITION);
        refused(1, cluster.alteration("t", 1, 2).setPartition(-1), Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void leaderThatKnowsMoreThanThisControllerIsSentElsewhere() {
        refused(1, cluster.alteration("t", 1, 2).setLeaderEpoch(1), Errors.NOT_CONTROLLER);
        refused(1, cluster.alteration("t", 1, 2).setPartitionEpoch(1), Errors.NOT_CONTROLLER);
    }

    @Test
    void oldLeaderEpochIsFenced() {
        PartitionAlteration.Builder old = cluster.alteration("t", 1, 2);
        cluster.fence(1);
        cluster.unfence(1);
        refused(1, old, Errors.FENCED_LEADER_EPOCH);
    }

    @Test
    void onlyTheLeaderMayAsk() {
        refused(2, cluster.alteration("t", 1, 2), Errors.INVALID_REQUEST);
    }

    @Test
    void oldPartitionEpochIsRefused() {
        PartitionAlteration.Builder old = cluster.alteration("t", 1, 2);
        cluster.alterIsr("t", 1, 3);
        refused(1, old, Errors.INVALID_UPDATE_VERSION);
    }

    @Test
    void proposalWhoseAnswerWasLostIsAnsweredWithTheStateItMade() {
        PartitionAlteration.Builder proposal = cluster.alteration("t", 2, 1);
        cluster.alter(1, proposal);
        long offset = cluster.image().offset();

        PartitionAlterationResult again = cluster.alter(1, proposal);

        assertThat(again.getError()).isZero();
        assertThat(again.getState().getPartitionEpoch()).isEqualTo(1);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void isrMustBeReplicas() {
        refused(1, cluster.alteration("t", 1, 4), Errors.INVALID_REQUEST);
    }

    @Test
    void isrMustNotNameABrokerTwice() {
        refused(1, cluster.alteration("t", 1, 2, 2), Errors.INVALID_REQUEST);
    }

    @Test
    void isrMustHoldTheLeader() {
        refused(1, cluster.alteration("t", 2, 3), Errors.INVALID_REQUEST);
        refused(1, cluster.alteration("t"), Errors.INVALID_REQUEST);
    }

    @Test
    void fencedMemberIsIneligible() {
        cluster.fence(3);
        refused(1, cluster.alteration("t", 1, 2, 3), Errors.INELIGIBLE_REPLICA);
    }

    @Test
    void memberThatShutsDownIsIneligible() {
        cluster.ok(cluster.change(3, false, true));
        refused(1, cluster.alteration("t", 1, 2, 3), Errors.INELIGIBLE_REPLICA);
    }

    @Test
    void memberOfAnOlderRegistrationIsIneligible() {
        PartitionAlteration.Builder expand = cluster.alteration("t", 1, 2, 3);
        long oldEpoch = cluster.epoch(3);
        cluster.fence(3);
        cluster.start(3);
        expand.setPartitionEpoch(cluster.partition("t").partitionEpoch());
        assertThat(expand.getNewIsr(2).getBrokerEpoch()).isEqualTo(oldEpoch);
        refused(1, expand, Errors.INELIGIBLE_REPLICA);
    }

    @Test
    void memberNamedWithoutItsEpochIsIneligible() {
        PartitionAlteration.Builder alteration = cluster.alteration("t", 1, 2);
        alteration.setNewIsr(1, IsrMember.newBuilder().setBrokerId(2).setBrokerEpoch(-1));
        refused(1, alteration, Errors.INELIGIBLE_REPLICA);
    }

    @Test
    void staleBrokerEpochRefusesTheWholeCommand() {
        MetadataResult result = cluster.run(cluster.from(1)
                .setBrokerEpoch(cluster.epoch(1) - 1)
                .setAlterPartition(AlterPartitionCommand.newBuilder().addPartitions(cluster.alteration("t", 1))));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(result.hasAlterPartition()).isFalse();
    }

    @Test
    void secondAlterationOfACommandIsJudgedAfterTheFirst() {
        MetadataResult result = cluster.ok(cluster.from(1)
                .setAlterPartition(AlterPartitionCommand.newBuilder()
                        .addPartitions(cluster.alteration("t", 1, 2))
                        .addPartitions(cluster.alteration("t", 1, 3))));
        assertThat(result.getAlterPartition().getPartitions(0).getError()).isZero();
        assertThat(Errors.forCode(
                        (short) result.getAlterPartition().getPartitions(1).getError()))
                .isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
    }

    @Test
    void durableIsTakenUnderCommitOnly() {
        cluster.topicOn("r", TestCluster.ids(1, 2, 3), "flush.policy", "replicated");
        assertThat(cluster.partition("r").durable()).isFalse();

        PartitionAlterationResult result =
                cluster.alter(1, cluster.alteration("r", 1, 2, 3).setDurable(true));

        assertThat(result.getError()).isZero();
        assertThat(result.getState().getDurable()).isFalse();
        assertThat(cluster.partition("r").partitionEpoch()).isZero();
    }

    @Test
    void durableIsNotTakenWhileSomebodyOutsideOfTheIsrIsEligible() {
        cluster.topicOn("s", TestCluster.ids(1, 2, 3), "flush.policy", "replicated");
        cluster.alterIsr("s", 1);
        ConfigDeciderTest.set(cluster, "s", "flush.policy", "commit");

        cluster.alter(1, cluster.alteration("s", 1).setDurable(true));
        assertThat(cluster.partition("s").durable()).isFalse();

        cluster.alter(1, cluster.alteration("s", 1, 2).setDurable(true));
        assertThat(cluster.partition("s").durable()).isTrue();
    }

    @Test
    void durableStaysWhenAProposalDoesNotSaySo() {
        assertThat(cluster.partition("t").durable()).isTrue();
        cluster.alter(1, cluster.alteration("t", 1, 2).setDurable(false));
        assertThat(cluster.partition("t").durable()).isTrue();
    }

    @Test
    void uncleanIsClearedOnRequestOnly() {
        cluster.topicOn("u", TestCluster.ids(1, 2), "unclean.leader.election.enable", "true");
        cluster.alterIsr("u", 1);
        cluster.fence(1);
        assertThat(cluster.partition("u").unclean()).isTrue();

        cluster.alterIsr("u", 2);
        assertThat(cluster.partition("u").unclean()).isTrue();

        cluster.alter(2, cluster.alteration("u", 2).setClearUnclean(true));
        assertThat(cluster.partition("u").unclean()).isFalse();
        assertThat(cluster.partition("u").leaderEpoch()).isEqualTo(1);
    }
}
