// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.node.SimNode;
import org.junit.jupiter.api.Test;

/** Whom the others can do without. */
class FaultsTest {
    private final QuietCluster c = new QuietCluster(3, 2);
    private final SimNode two = c.world.node(2);

    private boolean goesForGood(int node) {
        c.faults.begin(new Fault(0, FaultKind.DEATH, "node-" + node, "-", 0, 1));
        return c.world.node(node).isGone();
    }

    private long epochInMetadata() {
        return c.world.metadata().broker(2).epoch();
    }

    @Test
    void whoServesKeepsUpAndAnotherOneMayGo() {
        assertThat(c.faults.keepsUp(two)).isTrue();
        assertThat(goesForGood(3)).isTrue();
    }

    @Test
    void onlyOneGoes() {
        assertThat(goesForGood(3)).isTrue();
        assertThat(goesForGood(1)).isFalse();
    }

    @Test
    void whoIsDownDoesNotKeepUp() {
        c.faults.kill(two);
        assertThat(c.world.metadata().broker(2).active()).isTrue();
        assertThat(c.faults.keepsUp(two)).isFalse();
        assertThat(goesForGood(3)).isFalse();
    }

    @Test
    void whoIsPausedDoesNotKeepUp() {
        two.life().process().pause();
        assertThat(c.faults.keepsUp(two)).isFalse();
    }

    /** The metadata know the process before it, which was in sync: with the registration of this one it is so no more. */
    @Test
    void whoHasNotRegisteredYetDoesNotKeepUp() {
        c.faults.kill(two);
        two.start();
        assertThat(c.world.metadata().broker(2).active()).isTrue();
        assertThat(c.image().inIsr(2)).isTrue();
        assertThat(c.faults.keepsUp(two)).isFalse();
        assertThat(goesForGood(3)).isFalse();
    }

    @Test
    void whoIsFencedDoesNotKeepUp() {
        c.faults.begin(new Fault(0, FaultKind.CUT_FROM_QUORUM, "node-2", "-", 5_000, 1));
        c.until(() -> c.world.metadata().broker(2).fenced());
        assertThat(two.life().brokerEpoch()).isEqualTo(epochInMetadata());
        assertThat(c.faults.keepsUp(two)).isFalse();
    }

    @Test
    void whoIsBackKeepsUp() {
        c.faults.kill(two);
        two.start();
        c.until(() -> two.isUp()
                && two.life().brokerEpoch() == epochInMetadata()
                && two.life().isUnfenced());
        assertThat(c.faults.keepsUp(two)).isTrue();
    }
}
