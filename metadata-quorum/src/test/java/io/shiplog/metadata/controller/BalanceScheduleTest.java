// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.MetadataCommand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When leaderships are given back. */
class BalanceScheduleTest {
    private static final BalanceSettings SETTINGS = new BalanceSettings(true, 300_000, 10, 2, 1_000);

    private final BalanceSchedule schedule = new BalanceSchedule(SETTINGS);
    private TestCluster cluster;
    private long nowMs = 5_000;

    /** Five partitions that prefer 1 and are led by 2. */
    @BeforeEach
    void unbalanced() {
        cluster = TestCluster.of(3);
        for (int i = 0; i < 5; i++) {
            cluster.topicOn("t" + i, TestCluster.ids(1, 2, 3));
        }
        cluster.fence(1);
        cluster.unfence(1);
        for (int i = 0; i < 5; i++) {
            cluster.alterIsr("t" + i, 1, 2, 3);
        }
        schedule.onControllerReady(nowMs);
    }

    private Optional<MetadataCommand> next(Integer... degraded) {
        return schedule.next(cluster.image(), List.of(degraded), nowMs);
    }

    private Optional<MetadataCommand> after(long ms) {
        nowMs += ms;
        return next();
    }

    private void carryOut(Optional<MetadataCommand> command) {
        cluster.ok(command.orElseThrow().toBuilder());
    }

    @Test
    void looksOnlyEverySoOften() {
        assertThat(next()).isEmpty();
        assertThat(after(299_999)).isEmpty();
        assertThat(after(1)).isPresent();
    }

    @Test
    void goesOnInBatchesWithAPauseUntilAllIsBalanced() {
        carryOut(after(300_000));
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(2);
        assertThat(after(999)).isEmpty();
        carryOut(after(1));
        carryOut(after(1_000));
        assertThat(cluster.image().index().leaderships(1)).isEqualTo(5);
        assertThat(after(1_000)).isEmpty();
        assertThat(after(299_000)).isEmpty();
    }

    @Test
    void stopsTheLookWhenABatchMovedNothing() {
        for (int i = 0; i < 5; i++) {
            cluster.alterIsr("t" + i, 2, 3);
        }
        carryOut(after(300_000));
        assertThat(after(1_000)).as("1 is not in sync").isEmpty();
        assertThat(after(1_000)).isEmpty();
        assertThat(after(299_000)).as("the next look").isPresent();
    }

    @Test
    void belowTheThresholdNothingIsGiven() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        assertThat(after(300_000)).isEmpty();
    }

    @Test
    void slowNodesAreLeftOut() {
        nowMs += 300_000;
        assertThat(next(1)).isEmpty();
        nowMs += 300_000;
        assertThat(next(2).orElseThrow().getBalanceLeaders().getExcludedList()).containsExactly(2);
    }

    @Test
    void canBeSwitchedOff() {
        BalanceSchedule off = new BalanceSchedule(new BalanceSettings(false, 300_000, 10, 2, 1_000));
        off.onControllerReady(nowMs);
        assertThat(off.next(cluster.image(), List.of(), nowMs + 900_000)).isEmpty();
    }
}
