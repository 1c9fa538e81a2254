// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.MetadataCommand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When leaderships leave brokers whose disk is slow or full, and where they go. */
class EvacuationScheduleTest {
    private final EvacuationSchedule schedule =
            new EvacuationSchedule(new BalanceSettings(false, 300_000, 10, 2, 1_000));
    private TestCluster cluster;
    private long nowMs = 5_000;

    /** Three partitions that 1 leads, two that 2 leads. */
    @BeforeEach
    void topics() {
        cluster = TestCluster.of(3);
        for (int i = 0; i < 3; i++) {
            cluster.topicOn("a" + i, TestCluster.ids(1, 2, 3));
        }
        for (int i = 0; i < 2; i++) {
            cluster.topicOn("b" + i, TestCluster.ids(2, 3, 1));
        }
    }

    private Optional<MetadataCommand> next(Integer... degraded) {
        return schedule.next(cluster.image(), List.of(degraded), nowMs);
    }

    private void carryOut(Optional<MetadataCommand> command) {
        cluster.ok(command.orElseThrow().toBuilder());
    }

    private int leaderships(int broker) {
        return cluster.image().index().leaderships(broker);
    }

    @Test
    void nothingMovesWhileAllAreWell() {
        assertThat(next()).isEmpty();
    }

    @Test
    void leadershipsLeaveInBatchesWithAPause() {
        carryOut(next(1));
        assertThat(leaderships(1)).isEqualTo(1);
        assertThat(next(1)).isEmpty();
        nowMs += 1_000;
        carryOut(next(1));
        assertThat(leaderships(1)).isZero();
        assertThat(leaderships(2)).as("next in the assignment").isEqualTo(5);
        nowMs += 1_000;
        assertThat(next(1)).isEmpty();
    }

    @Test
    void theyGoOnlyToBrokersThatAreWell() {
        carryOut(next(1, 2));
        nowMs += 1_000;
        carryOut(next(1, 2));
        nowMs += 1_000;
        carryOut(next(1, 2));
        assertThat(leaderships(3)).isEqualTo(5);
    }

    @Test
    void nothingMovesWhenNobodyIsWell() {
        assertThat(next(1, 2, 3)).isEmpty();
    }

    @Test
    void onlyInSyncReplicasTakeOver() {
        cluster.alterIsr("a0", 1);
        carryOut(next(1));
        nowMs += 1_000;
        next(1).ifPresent(command -> cluster.ok(command.toBuilder()));
        assertThat(cluster.partition("a0").leader()).isEqualTo(1);
        assertThat(leaderships(1)).isEqualTo(1);
    }

    @Test
    void whatCouldNotMoveIsTriedAgainAfterAWhile() {
        for (int i = 0; i < 3; i++) {
            cluster.alterIsr("a" + i, 1);
        }
        carryOut(next(1));
        nowMs += 1_000;
        assertThat(next(1)).as("a batch that moved nothing").isPresent();
        nowMs += 9_999;
        assertThat(next(1)).isEmpty();
        cluster.alterIsr("a0", 1, 2);
        nowMs += 1;
        carryOut(next(1));
        assertThat(cluster.partition("a0").leader()).isEqualTo(2);
    }

    @Test
    void aBrokerThatBecomesDegradedLaterIsLookedAtAtOnce() {
        carryOut(next(1));
        assertThat(next(1, 2)).isPresent();
    }

    @Test
    void aCommandWithoutRoomForPartitionsIsRefused() {
        MetadataCommand command = next(1).orElseThrow();
        Decision decision = cluster.decide(command.toBuilder()
                .setBalanceLeaders(command.getBalanceLeaders().toBuilder().setMaxPartitions(0)));
        assertThat(decision.result().getError()).isNotZero();
    }
}
