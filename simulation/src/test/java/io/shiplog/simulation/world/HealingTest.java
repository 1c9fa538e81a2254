// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import org.junit.jupiter.api.Test;

/** What a cluster is asked for that counts as healed. */
class HealingTest {
    private static String problem(QuietCluster c) {
        return new Healing(c.world).problem();
    }

    @Test
    void aClusterToWhichNothingHappenedIsHealed() {
        QuietCluster c = new QuietCluster(3, 2);
        c.world.produce(0, 0, 3);
        c.pass(1_000);
        assertThat(c.world.consumers().get(0).position()).isEqualTo(3);
        assertThat(problem(c)).isNull();
    }

    @Test
    void whoIsOutOfSyncIsMissed() {
        QuietCluster c = new QuietCluster(3, 2);
        c.faults.kill(c.world.node(2));
        c.until(() -> !c.image().inIsr(2));
        assertThat(problem(c)).contains("has 2 of 3 replicas in sync");
    }

    @Test
    void whoIsGoneForGoodIsNotMissed() {
        QuietCluster c = new QuietCluster(3, 2);
        c.world.node(2).retire();
        c.until(() -> !c.image().inIsr(2));
        c.pass(1_000);
        assertThat(problem(c)).isNull();
    }

    @Test
    void aBatchWithoutAnOutcomeIsWaitedFor() {
        QuietCluster c = new QuietCluster(3, 2);
        c.world.produce(0, 0, 1);
        c.until(() -> !c.world.producers().get(0).isIdle());
        assertThat(problem(c)).contains("a producer has batches without an outcome");
    }

    @Test
    void consumersAreWaitedFor() {
        QuietCluster c = new QuietCluster(3, 2);
        c.stopConsumer();
        c.world.produce(0, 0, 1);
        c.pass(1_000);
        assertThat(problem(c)).endsWith("has a consumer at 0 of 1");
    }

    /** Below min ISR nothing more is committed; what was has to be read all the same. */
    @Test
    void consumersAreWaitedForBelowMinIsrToo() {
        QuietCluster c = new QuietCluster(3, 3);
        c.stopConsumer();
        c.world.produce(0, 0, 1);
        c.pass(1_000);
        c.world.node(c.image().leader() % 3 + 1).retire();
        c.until(() -> c.image().isrSize() == 2);
        c.pass(1_000);
        assertThat(problem(c)).endsWith("has a consumer at 0 of 1");
    }

    @Test
    void belowMinIsrItIsHealedWhenWhatWasCommittedIsRead() {
        QuietCluster c = new QuietCluster(3, 3);
        c.world.produce(0, 0, 1);
        c.pass(1_000);
        c.world.node(c.image().leader() % 3 + 1).retire();
        c.until(() -> c.image().isrSize() == 2);
        c.pass(1_000);
        assertThat(problem(c)).isNull();
    }

    /** The only replica was fenced, and leads again before it has heard of either: it does as it did, in the epoch before. Not in every run. */
    @Test
    void theLeaderHasToKnowItsNewestEpoch() {
        int seen = 0;
        for (long seed = 1; seen == 0 && seed <= 200; seed++) {
            QuietCluster c = new QuietCluster(1, 1, seed);
            int epoch = c.image().leaderEpoch();
            c.faults.begin(new Fault(0, FaultKind.CUT_FROM_QUORUM, "node-1", "-", 600, 1));
            c.until(() -> c.image().leaderEpoch() > epoch && c.image().hasLeader());
            if (c.replica(1).now().leads()) {
                seen++;
                assertThat(c.replica(1).now().leaderEpoch()).isEqualTo(epoch);
                assertThat(problem(c)).endsWith("has a leader that does not know it");
                c.pass(1_000);
                assertThat(problem(c)).isNull();
            }
        }
        assertThat(seen).isOne();
    }
}
