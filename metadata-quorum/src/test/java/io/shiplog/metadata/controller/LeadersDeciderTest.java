// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.BalanceLeadersCommand;
import io.shiplog.metadata.proto.BalanceLeadersResult;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.ElectLeadersResult;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionError;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Elections by hand and balancing, each outcome with a state in which only that rule decides. */
class LeadersDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void createTopic() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
    }

    private ElectLeadersResult elect(ElectLeadersCommand.Builder command) {
        return cluster.ok(TestCluster.own().setElectLeaders(command)).getElectLeaders();
    }

    private Errors elect(ElectLeadersCommand.Type type, String topic) {
        ElectLeadersResult result =
                elect(ElectLeadersCommand.newBuilder().setType(type).addPartitions(TestCluster.name(topic)));
        assertThat(result.getPartitionsList()).hasSize(1);
        PartitionError partition = result.getPartitions(0);
        assertThat(partition.getTopic()).isEqualTo(topic);
        return Errors.forCode((short) partition.getError());
    }

    private void unchanged(ElectLeadersCommand.Type type, String topic, Errors expected) {
        long hash = cluster.image().stateHash();
        assertThat(elect(type, topic)).isEqualTo(expected);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    /** 2 leads, 1 is back in sync. */
    private void movedAwayAndBackInSync() {
        cluster.fence(1);
        cluster.unfence(1);
        cluster.alterIsr("t", 1, 2, 3);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void preferredLeaderThatIsInSyncTakesOver() {
        movedAwayAndBackInSync();
        assertThat(elect(ElectLeadersCommand.Type.PREFERRED, "t")).isEqualTo(Errors.NONE);
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(1);
        assertThat(state.leaderEpoch()).isEqualTo(2);
        assertThat(state.isr()).containsExactly(1, 2, 3);
    }

    @Test
    void preferredLeaderLeadsAlready() {
        unchanged(ElectLeadersCommand.Type.PREFERRED, "t", Errors.ELECTION_NOT_NEEDED);
    }

    @Test
    void preferredLeaderIsNotInSync() {
        cluster.fence(1);
        cluster.unfence(1);
        unchanged(ElectLeadersCommand.Type.PREFERRED, "t", Errors.PREFERRED_LEADER_NOT_AVAILABLE);
    }

    @Test
    void preferredLeaderIsFenced() {
        cluster.fence(1);
        unchanged(ElectLeadersCommand.Type.PREFERRED, "t", Errors.PREFERRED_LEADER_NOT_AVAILABLE);
    }

    @Test
    void preferredLeaderDrains() {
        movedAwayAndBackInSync();
        cluster.ok(cluster.drain(1, true));
        unchanged(ElectLeadersCommand.Type.PREFERRED, "t", Errors.PREFERRED_LEADER_NOT_AVAILABLE);
        cluster.ok(cluster.drain(1, false));
        assertThat(elect(ElectLeadersCommand.Type.PREFERRED, "t")).isEqualTo(Errors.NONE);
    }

    @Test
    void uncleanElectionByHandNeedsNoPermissionOfTheTopic() {
        cluster.alterIsr("t", 1);
        cluster.alterIsr("t", 1, 2);
        cluster.alterIsr("t", 1);
        cluster.fence(1, 2);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        assertThat(elect(ElectLeadersCommand.Type.UNCLEAN, "t")).isEqualTo(Errors.NONE);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isTrue();
    }

    @Test
    void uncleanElectionByHandTakesSomebodyWhoIsEligibleFirst() {
        cluster.fence(1, 2, 3);
        cluster.register(2, cluster.registration(2));
        cluster.register(3, cluster.registration(3));
        cluster.unfence(1);
        cluster.unfence(3);
        assertThat(cluster.partition("t").hasLeader())
                .as("3 is to be compared with 2")
                .isFalse();
        assertThat(elect(ElectLeadersCommand.Type.UNCLEAN, "t")).isEqualTo(Errors.NONE);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isFalse();
    }

    @Test
    void uncleanElectionByHandPrefersTheLongestLogThatIsKnown() {
        cluster = TestCluster.of(4);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3, 4));
        cluster.alterIsr("t", 1, 4);
        cluster.fence(1, 4);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        elect(ElectLeadersCommand.newBuilder()
                .setType(ElectLeadersCommand.Type.UNCLEAN)
                .addPartitions(TestCluster.name("t"))
                .addInfos(cluster.info("t", 2, 0, 100, 90))
                .addInfos(cluster.info("t", 3, 0, 101, 90)));
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").unclean()).isTrue();
    }

    @Test
    void uncleanElectionOfAPartitionThatIsLed() {
        unchanged(ElectLeadersCommand.Type.UNCLEAN, "t", Errors.ELECTION_NOT_NEEDED);
    }

    @Test
    void uncleanElectionWithNobodyAlive() {
        cluster.fence(1, 2, 3);
        unchanged(ElectLeadersCommand.Type.UNCLEAN, "t", Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    @Test
    void unknownPartition() {
        unchanged(ElectLeadersCommand.Type.PREFERRED, "nobody", Errors.UNKNOWN_TOPIC_OR_PARTITION);
        ElectLeadersResult result = elect(ElectLeadersCommand.newBuilder()
                .addPartitions(TestCluster.name("t").setPartition(7)));
        assertThat(Errors.forCode((short) result.getPartitions(0).getError()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void partitionNamedTwiceIsElectedOnce() {
        movedAwayAndBackInSync();
        ElectLeadersResult result = elect(ElectLeadersCommand.newBuilder()
                .addPartitions(TestCluster.name("t"))
                .addPartitions(TestCluster.name("t")));
        assertThat(result.getPartitions(0).getError()).isZero();
        assertThat(Errors.forCode((short) result.getPartitions(1).getError())).isEqualTo(Errors.ELECTION_NOT_NEEDED);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(2);
    }

    @Test
    void allPartitionsLeavesOutThoseThatNeedNone() {
        movedAwayAndBackInSync();
        cluster.topicOn("u", TestCluster.ids(2, 1));
        cluster.topicOn("v", TestCluster.ids(3, 2));
        cluster.fence(3);
        ElectLeadersResult result = elect(ElectLeadersCommand.newBuilder().setAll(true));
        assertThat(result.getPartitionsList())
                .extracting(PartitionError::getTopic, each -> Errors.forCode((short) each.getError()))
                .containsExactlyInAnyOrder(tuple("t", Errors.NONE), tuple("v", Errors.PREFERRED_LEADER_NOT_AVAILABLE));
    }

    @Test
    void unknownTypeAndContradictionAreRefused() {
        MetadataResult result = cluster.run(TestCluster.own()
                .setElectLeaders(ElectLeadersCommand.newBuilder().setTypeValue(7)));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.INVALID_REQUEST);
        result = cluster.run(TestCluster.own()
                .setElectLeaders(ElectLeadersCommand.newBuilder().setAll(true).addPartitions(TestCluster.name("t"))));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void soManyPartitionsACallAndNoMore() {
        TestCluster small = new TestCluster(new ControllerSettings(1, 3, 2, 900_000, 5_000)).formed();
        ElectLeadersCommand.Builder command = ElectLeadersCommand.newBuilder();
        for (int i = 0; i < 3; i++) {
            command.addPartitions(TestCluster.name("t").setPartition(i));
        }
        assertThat(Errors.forCode((short)
                        small.run(TestCluster.own().setElectLeaders(command)).getError()))
                .isEqualTo(Errors.POLICY_VIOLATION);
    }

    // ---- balancing

    private BalanceLeadersResult balance(int percentage, int max, int... excluded) {
        BalanceLeadersCommand.Builder command =
                BalanceLeadersCommand.newBuilder().setPercentage(percentage).setMaxPartitions(max);
        for (int id : excluded) {
            command.addExcluded(id);
        }
        return cluster.ok(TestCluster.own().setBalanceLeaders(command)).getBalanceLeaders();
    }

    /** Ten partitions that prefer 1, all in sync everywhere; {@code elsewhere} of them are led by 2. */
    private void tenOfOne(int elsewhere) {
        cluster = TestCluster.of(3);
        for (int i = 0; i < 10; i++) {
            boolean moves = i < elsewhere;
            cluster.topicOn("t" + i, TestCluster.ids(1, 2, 3));
            if (moves) {
                cluster.fence(1);
                cluster.unfence(1);
            }
        }
        for (TopicImage topic : cluster.image().topics()) {
            cluster.alterIsr(topic.name(), 1, 2, 3);
            if (topic.partition(0).leader() != 1
                    && Integer.parseInt(topic.name().substring(1)) >= elsewhere) {
                elect(ElectLeadersCommand.Type.PREFERRED, topic.name());
            }
        }
        assertThat(cluster.image().index().preferredElsewhere(1)).isEqualTo(elsewhere);
    }

    @Test
    void leadershipsGoBackOnlyPastTheThreshold() {
        tenOfOne(1);
        assertThat(balance(10, 100).getMoved())
                .as("1 of 10 is not more than 10 %")
                .isZero();
        tenOfOne(2);
        assertThat(balance(10, 100).getMoved()).isEqualTo(2);
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(10);
        assertThat(cluster.image().index().size(Group.NOT_PREFERRED, 0)).isZero();
    }

    @Test
    void balancingIsBounded() {
        tenOfOne(5);
        BalanceLeadersResult result = balance(0, 3);
        assertThat(result.getMoved()).isEqualTo(3);
        assertThat(result.getMore()).isTrue();
        result = balance(0, 3);
        assertThat(result.getMoved()).isEqualTo(2);
        assertThat(result.getMore()).isFalse();
    }

    @Test
    void slowNodeGetsNothingBack() {
        tenOfOne(5);
        assertThat(balance(0, 100, 1).getMoved()).isZero();
    }

    @Test
    void drainingNodeGetsNothingBack() {
        tenOfOne(5);
        cluster.ok(cluster.drain(1, true));
        assertThat(balance(0, 100).getMoved()).isZero();
    }

    @Test
    void fencedOrStoppingNodeGetsNothingBack() {
        tenOfOne(5);
        cluster.ok(cluster.change(1, false, true));
        assertThat(balance(0, 100).getMoved()).isZero();
        cluster.fence(1);
        assertThat(balance(0, 100).getMoved()).isZero();
    }

    @Test
    void nodeThatIsNotInSyncGetsNothingBack() {
        tenOfOne(5);
        for (int i = 0; i < 5; i++) {
            cluster.alterIsr("t" + i, 2, 3);
        }
        assertThat(balance(0, 100).getMoved()).isZero();
    }

    @Test
    void onlyTheControllerItselfBalances() {
        MetadataResult result = cluster.run(cluster.from(1)
                .setBalanceLeaders(BalanceLeadersCommand.newBuilder().setMaxPartitions(1)));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.INVALID_REQUEST);
    }
}
