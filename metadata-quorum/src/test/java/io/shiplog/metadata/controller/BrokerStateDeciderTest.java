// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class BrokerStateDeciderTest {
    private static Errors error(MetadataResult result) {
        return Errors.forCode((short) result.getError());
    }

    @Test
    void fencingRecordsTheBrokerFirst() {
        TestCluster cluster = TestCluster.of(3);
        cluster.create(cluster.newTopic("t", 6, 3));

        Decision decision = cluster.decide(cluster.change(1, true, false));

        assertThat(decision.divisible()).isTrue();
        assertThat(decision.records().get(0).getBrokerState().getFenced()).isTrue();
        assertThat(decision.records()).hasSize(7);
        for (MetadataRecord record : decision.records().subList(1, 7)) {
            assertThat(record.getPartitionChange().getCause()).isEqualTo(ChangeCause.REPLICA_FENCED);
        }
    }

    @Test
    void fencedBrokerIsInNoIsrAndLeadsNothing() {
        TestCluster cluster = TestCluster.of(3);
        cluster.create(cluster.newTopic("t", 6, 3));
        cluster.fence(2);
        for (PartitionImage partition : cluster.image().topic("t").partitions()) {
            assertThat(partition.inIsr(2)).isFalse();
            assertThat(partition.leader()).isIn(1, 3);
            assertThat(partition.isrSize()).isEqualTo(2);
        }
    }

    @Test
    void unfencedBrokerIsElectedWhereNobodyLeads() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1, 2, 3);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);

        cluster.unfence(1);
        assertThat(cluster.partition("t").hasLeader()).as("1 was not eligible").isFalse();
        cluster.unfence(3);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        cluster.unfence(2);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(cluster.partition("t").isr()).containsExactly(3);
        assertThat(cluster.partition("t").elr()).containsExactly(2);
    }

    @Test
    void changeOfAnOlderRegistrationIsRefused() {
        TestCluster cluster = TestCluster.of(2);
        MetadataCommand.Builder old = cluster.change(1, true, false);
        cluster.fence(1);
        cluster.start(1);
        assertThat(error(cluster.run(old))).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(cluster.broker(1).fenced()).isFalse();
        old.getChangeBrokerStateBuilder().setTargetBrokerId(9);
        assertThat(error(cluster.run(old))).isEqualTo(Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void onlyTheControllerItselfMayFenceSweepOrForm() {
        TestCluster cluster = TestCluster.of(2);
        MetadataCommand.Builder fence = cluster.change(1, true, false);
        fence.setBrokerId(2).setBrokerEpoch(cluster.epoch(2));
        assertThat(error(cluster.run(fence))).isEqualTo(Errors.INVALID_REQUEST);
        MetadataCommand.Builder sweep = cluster.from(2);
        sweep.getSweepBuilder().setMaxPartitions(5);
        assertThat(error(cluster.run(sweep))).isEqualTo(Errors.INVALID_REQUEST);
        MetadataCommand.Builder form = cluster.from(2);
        form.getFormClusterBuilder().setClusterId("x");
        assertThat(error(cluster.run(form))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void controlledShutdownMovesLeadershipsAndKeepsTheBrokerUnfenced() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(cluster.change(1, false, true));
        assertThat(cluster.broker(1).fenced()).isFalse();
        assertThat(cluster.broker(1).inControlledShutdown()).isTrue();
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").isr()).containsExactly(2, 3);
    }

    @Test
    void controlledShutdownEndsOnlyWithANewRegistration() {
        TestCluster cluster = TestCluster.of(3);
        cluster.ok(cluster.change(1, false, true));
        assertThat(error(cluster.run(cluster.change(1, false, false)))).isEqualTo(Errors.INVALID_REQUEST);
        cluster.ok(cluster.change(1, true, true));
        assertThat(error(cluster.run(cluster.change(1, false, false)))).isEqualTo(Errors.INVALID_REQUEST);
        cluster.start(1);
        assertThat(cluster.broker(1).active()).isTrue();
    }

    @Test
    void boundedFencingIsFinishedBySweeps() {
        TestCluster cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 4))
                .formed()
                .withBrokers(3);
        cluster.create(cluster.newTopic("t", 10, 3));
        Decision decision = cluster.decide(cluster.change(1, true, false));
        assertThat(decision.records()).hasSize(5);
        cluster.apply(decision, 5);
        assertThat(BrokerStateDecider.needsSweep(cluster.image())).isTrue();

        MetadataResult first = cluster.sweep(4);
        assertThat(first.getSweep().getChanged()).isEqualTo(4);
        assertThat(first.getSweep().getMore()).isTrue();
        MetadataResult second = cluster.sweep(4);
        assertThat(second.getSweep().getChanged()).isEqualTo(2);
        assertThat(second.getSweep().getMore()).isFalse();

        assertThat(BrokerStateDecider.needsSweep(cluster.image())).isFalse();
        assertThat(BrokerStateDecider.inAnyIsr(cluster.image(), 1)).isFalse();
        assertThat(cluster.sweep(4).getSweep().getChanged()).isZero();
    }

    /** Nobody can write to a partition without a leader; one with a follower too few can wait a little. */
    @Test
    void leadershipsMoveBeforeMembershipsEnd() {
        TestCluster cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 2))
                .formed()
                .withBrokers(3);
        cluster.create(cluster.newTopic("t", 15, 3));
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(5);
        cluster.fence(1);
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(3);
        cluster.sweep(2);
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(1);
        MetadataResult last = cluster.sweep(11);
        assertThat(last.getSweep().getMore()).isFalse();
        assertThat(cluster.image().index().leaderships(1)).isZero();
        assertThat(BrokerStateDecider.inAnyIsr(cluster.image(), 1)).isFalse();
    }

    @Test
    void sweepOfNothingIsRefused() {
        assertThat(error(TestCluster.of(1).sweep(0))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void fencingCutOffAnywhereIsFinishedByASweep() {
        for (int records = 0; records <= 7; records++) {
            TestCluster cluster = TestCluster.of(3);
            cluster.create(cluster.newTopic("t", 6, 3));
            cluster.apply(cluster.decide(cluster.change(1, true, false)), records);
            cluster.fence(1);
            cluster.sweep(100);
            assertThat(BrokerStateDecider.inAnyIsr(cluster.image(), 1)).isFalse();
            for (PartitionImage partition : cluster.image().topic("t").partitions()) {
                assertThat(partition.partitionEpoch()).isEqualTo(1);
            }
        }
    }

    @Test
    void commandGivenTwiceChangesNothingTheSecondTime() {
        TestCluster cluster = TestCluster.of(3);
        cluster.create(cluster.newTopic("t", 6, 3));
        cluster.fence(1);
        MetadataImage before = cluster.image();
        cluster.fence(1);
        assertThat(cluster.image().offset()).isEqualTo(before.offset());
    }

    // ---- the last in-sync replica stops

    @Test
    void lastInSyncReplicaLeadsWhileItIsStopping() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1);
        cluster.ok(cluster.change(1, false, true));
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").isr()).containsExactly(1);
        assertThat(cluster.partition("t").leaderEpoch()).isZero();
        assertThat(BrokerStateDecider.needsSweep(cluster.image())).isFalse();

        cluster.fence(1);
        assertThat(cluster.partition("t").leader()).as("2 was eligible").isEqualTo(2);
    }

    @Test
    void whoComesBackInSyncTakesOverFromALeaderThatIsStopping() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1);
        cluster.ok(cluster.change(1, false, true));

        Errors outcome = Errors.forCode(
                (short) cluster.alter(1, cluster.alteration("t", 1, 2)).getError());

        assertThat(outcome).isEqualTo(Errors.NEW_LEADER_ELECTED);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").isr()).containsExactly(2);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(1);
    }

    @Test
    void ofTwoThatStopOneAfterTheOtherTheSecondLeads() {
        TestCluster cluster = TestCluster.of(2);
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.ok(cluster.change(1, false, true));
        cluster.ok(cluster.change(2, false, true));
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").isr()).containsExactly(2);
    }

    // ---- draining

    @Test
    void drainedBrokerLeadsNothingThatOthersCanAndStaysInSync() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("alone", TestCluster.ids(1));
        MetadataResult result = cluster.ok(cluster.drain(1, true));
        assertThat(result.getDrainBroker().getLeadershipsLeft()).isEqualTo(1);
        assertThat(cluster.broker(1).draining()).isTrue();
        assertThat(cluster.broker(1).active()).isTrue();
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2, 3);
        assertThat(cluster.partition("alone").leader()).isEqualTo(1);
    }

    @Test
    void boundedDrainIsFinishedBySweeps() {
        TestCluster cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 2))
                .formed()
                .withBrokers(3);
        for (int i = 0; i < 5; i++) {
            cluster.topicOn("t" + i, TestCluster.ids(1, 2, 3));
        }
        assertThat(cluster.ok(cluster.drain(1, true)).getDrainBroker().getLeadershipsLeft())
                .isEqualTo(3);
        assertThat(BrokerStateDecider.needsSweep(cluster.image())).isTrue();
        cluster.sweep(100);
        assertThat(cluster.image().index().leaderships(1)).isZero();
        assertThat(BrokerStateDecider.needsSweep(cluster.image())).isFalse();
    }

    @Test
    void drainOutlivesFencingAndRestartAndEndsByHand() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(cluster.drain(1, true));
        cluster.fence(1);
        cluster.start(1);
        assertThat(cluster.broker(1).draining()).isTrue();
        cluster.ok(cluster.drain(1, false));
        assertThat(cluster.broker(1).draining()).isFalse();
        assertThat(cluster.partition("t").leader())
                .as("leaderships come back by balancing")
                .isEqualTo(2);
    }

    @Test
    void drainedBrokerLeadsWhereNobodyElseIsLeft() {
        TestCluster cluster = TestCluster.of(2);
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.ok(cluster.drain(1, true));
        cluster.fence(2);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        cluster.unfence(2);
        Errors outcome = Errors.forCode(
                (short) cluster.alter(1, cluster.alteration("t", 1, 2)).getError());
        assertThat(outcome).isEqualTo(Errors.NEW_LEADER_ELECTED);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
    }

    @Test
    void drainOfAnUnknownBrokerIsRefused() {
        TestCluster cluster = TestCluster.of(1);
        assertThat(error(cluster.run(cluster.drain(9, true)))).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
    }

    @Test
    void drainGivenTwiceChangesNothingTheSecondTime() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(cluster.drain(1, true));
        long offset = cluster.image().offset();
        cluster.ok(cluster.drain(1, true));
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }
}
