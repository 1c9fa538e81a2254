// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DamageOutcome;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.ReportDamageCommand;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may leave to be repaired, and who is still needed. */
class DamageDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void createTopic() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "2");
    }

    private DamageOutcome report(int broker, Uuid topicId, int partition) {
        return cluster.ok(cluster.from(broker)
                        .setReportDamage(ReportDamageCommand.newBuilder()
                                .addPartitions(PartitionRef.newBuilder()
                                        .setTopicId(Uuids.toBytes(topicId))
                                        .setPartition(partition))))
                .getReportDamage()
                .getPartitions(0);
    }

    private DamageOutcome report(int broker) {
        return report(broker, cluster.image().topic("t").id(), 0);
    }

    private void stays(int broker) {
        PartitionImage before = cluster.partition("t");
        DamageOutcome outcome = report(broker);
        assertThat(outcome.getError()).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE.code());
        assertThat(cluster.partition("t")).isEqualTo(before);
    }

    @Test
    void aFollowerLeavesTheIsr() {
        DamageOutcome outcome = report(3);
        assertThat(outcome.getError()).isZero();
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(outcome.getPartitionEpoch()).isEqualTo(cluster.partition("t").partitionEpoch());
    }

    @Test
    void aLeaderHandsOverToAMemberOfTheIsr() {
        assertThat(report(1).getError()).isZero();
        PartitionImage after = cluster.partition("t");
        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.isr()).containsExactly(2, 3);
        assertThat(after.unclean()).isFalse();
    }

    /** Below min ISR whoever leaves is eligible, because he holds what was committed; he who is damaged may not. */
    @Test
    void whoIsDamagedIsNotEligibleEither() {
        cluster.fence(3);
        cluster.alterIsr("t", 1, 2);
        assertThat(report(2).getError()).isZero();
        assertThat(cluster.partition("t").isr()).containsExactly(1);
        assertThat(cluster.partition("t").inElr(2)).isFalse();
    }

    @Test
    void theLastOneInSyncStays() {
        cluster.fence(2);
        cluster.fence(3);
        stays(1);
    }

    /** 1 leads alone, the others are eligible and began again after a power loss: their logs have to be compared. */
    private void othersAreEligibleAndLostPower() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "3");
        cluster.alterIsr("t", 1);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);
        cluster.fence(2, 3);
        cluster.start(2);
        cluster.start(3);
    }

    @Test
    void whoIsAloneGoesWhenTheEligibleOnesCanBeCompared() {
        cluster = TestCluster.of(3);
        othersAreEligibleAndLostPower();
        assertThat(report(1).getError()).isZero();
        PartitionImage after = cluster.partition("t");
        assertThat(after.hasLeader()).isFalse();
        assertThat(after.elr()).containsExactly(2, 3);
        assertThat(after.inIsr(1)).isFalse();
        assertThat(after.unclean()).isFalse();
    }

    /** The log of the one that is there may have been cut, and would wait for the other. */
    @Test
    void whoIsAloneStaysWhenTooFewOfTheEligibleOnesAreThere() {
        cluster = TestCluster.of(3);
        othersAreEligibleAndLostPower();
        cluster.fence(3);
        stays(1);
    }

    @Test
    void nobodyIsElectedUncleanlyForItsSake() {
        cluster.topicOn("u", TestCluster.ids(1, 2), "unclean.leader.election.enable", "true");
        cluster.fence(2);
        cluster.alterIsr("u", 1);
        cluster.unfence(2);
        DamageOutcome outcome = report(1, cluster.image().topic("u").id(), 0);
        assertThat(outcome.getError()).isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE.code());
        assertThat(cluster.partition("u").leader()).isEqualTo(1);
    }

    @Test
    void whoIsNotCountedOnIsToldSo() {
        assertThat(report(3).getError()).isZero();
        int epoch = cluster.partition("t").partitionEpoch();
        DamageOutcome again = report(3);
        assertThat(again.getError()).isZero();
        assertThat(again.getPartitionEpoch()).isEqualTo(epoch);
        assertThat(cluster.partition("t").partitionEpoch()).isEqualTo(epoch);
    }

    @Test
    void aPartitionThatIsNotThereIsRefused() {
        assertThat(report(3, new Uuid(9, 9), 0).getError()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(report(3, cluster.image().topic("t").id(), 7).getError())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void anOldRegistrationIsRefused() {
        Uuid id = cluster.image().topic("t").id();
        var stale = cluster.from(3)
                .setBrokerEpoch(cluster.epoch(3) - 1)
                .setReportDamage(ReportDamageCommand.newBuilder()
                        .addPartitions(PartitionRef.newBuilder().setTopicId(Uuids.toBytes(id))));
        assertThat(cluster.run(stale).getError()).isEqualTo(Errors.STALE_BROKER_EPOCH.code());
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2, 3);
    }
}
