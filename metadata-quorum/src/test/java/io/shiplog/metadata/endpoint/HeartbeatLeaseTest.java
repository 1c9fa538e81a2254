// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeartbeatLeaseTest {
    private static final long MS = 1_000_000;
    private static final long START = Long.MAX_VALUE - 500 * MS; // nanoTime may wrap on the way

    private final HeartbeatLease lease = new HeartbeatLease(1_000, 100, START);

    private static long at(long ms) {
        return START + ms * MS;
    }

    /** Registered, unfenced, everything applied: valid until 1000. */
    private void begin() {
        lease.onApplied(10, at(0));
        lease.onAcknowledged(at(0), 10, false, at(1));
    }

    @Test
    void isInvalidBeforeTheFirstAcknowledgement() {
        assertThat(lease.valid(at(0))).isFalse();
        assertThat(lease.remainingMs(at(0))).isZero();
    }

    @Test
    void lastsFromTheSendTimeNotFromTheAnswer() {
        begin();
        lease.onAcknowledged(at(200), 10, false, at(900));
        assertThat(lease.valid(at(1_199))).isTrue();
        assertThat(lease.valid(at(1_200))).isFalse();
        assertThat(lease.remainingMs(at(1_100))).isEqualTo(100);
    }

    @Test
    void answersThatComeLateAndOutOfOrderNeverShortenIt() {
        begin();
        lease.onAcknowledged(at(400), 10, false, at(500));
        lease.onAcknowledged(at(200), 10, false, at(501));
        assertThat(lease.valid(at(1_399))).isTrue();
    }

    @Test
    void onceOutItNeedsTheMetadataOfTheAcknowledgement() {
        begin();
        lease.onAcknowledged(at(2_000), 15, false, at(2_010));
        assertThat(lease.valid(at(2_011))).isFalse();
        lease.onApplied(14, at(2_020));
        assertThat(lease.valid(at(2_021))).isFalse();
        lease.onApplied(15, at(2_030));
        assertThat(lease.valid(at(2_031))).isTrue();
        assertThat(lease.valid(at(3_000))).isFalse();
    }

    @Test
    void anAcknowledgementFromBeforeALongPauseRevivesNothing() {
        begin();
        lease.onAcknowledged(at(900), 10, false, at(10_000));
        assertThat(lease.valid(at(10_000))).isFalse();
    }

    @Test
    void aFencedBrokerHasNone() {
        begin();
        lease.onAcknowledged(at(200), 10, true, at(210));
        assertThat(lease.valid(at(211))).isFalse();
    }

    @Test
    void aBrokenConnectionCutsItShort() {
        begin();
        lease.onConnectionLost(at(300));
        assertThat(lease.valid(at(399))).isTrue();
        assertThat(lease.valid(at(400))).isFalse();
    }

    @Test
    void theCutIsTakenBackWhenTheControllerIsGone() {
        begin();
        lease.onConnectionLost(at(300));
        lease.onControllerGone(at(350));
        assertThat(lease.valid(at(999))).isTrue();
        assertThat(lease.valid(at(1_000))).isFalse();
    }

    @Test
    void tooLateToKnowThatTheControllerDidNotFence() {
        begin();
        lease.onConnectionLost(at(300));
        lease.onControllerGone(at(401));
        assertThat(lease.valid(at(402))).isFalse();
    }

    @Test
    void aReconnectTakesTheCutBack() {
        begin();
        lease.onConnectionLost(at(300));
        lease.onAcknowledged(at(330), 10, false, at(340));
        assertThat(lease.valid(at(1_329))).isTrue();
    }

    @Test
    void aCutNeverMakesItLonger() {
        begin();
        lease.onConnectionLost(at(950));
        assertThat(lease.valid(at(1_000))).isFalse();
    }

    @Test
    void aNodeThatAsksToBeFencedHasNoneUntilItTakesThatBack() {
        begin();
        lease.suspend(true, at(100));
        lease.onAcknowledged(at(110), 10, false, at(120));
        assertThat(lease.valid(at(121))).isFalse();
        lease.suspend(false, at(130));
        lease.onAcknowledged(at(140), 10, false, at(150));
        assertThat(lease.valid(at(151))).isTrue();
    }

    @Test
    void followsTheControllersSessionTimeoutLessAMargin() {
        lease.onSessionTimeout(2_000, at(0));
        begin();
        assertThat(lease.valid(at(1_799))).isTrue();
        assertThat(lease.valid(at(1_800))).isFalse();
    }

    @Test
    void shorterSessionCutsALeaseThatRuns() {
        begin();
        lease.onSessionTimeout(500, at(100));
        assertThat(lease.valid(at(549))).isTrue();
        assertThat(lease.valid(at(550))).isFalse();
    }

    @Test
    void longerSessionDoesNotLengthenALeaseThatRuns() {
        begin();
        lease.onSessionTimeout(10_000, at(100));
        assertThat(lease.valid(at(1_000))).isFalse();
    }

    @Test
    void shorterSessionHoldsForALeaseThatComesBackAfterACut() {
        begin();
        lease.onConnectionLost(at(100));
        lease.onSessionTimeout(500, at(100));
        lease.onControllerGone(at(150));
        assertThat(lease.valid(at(549))).isTrue();
        assertThat(lease.valid(at(550))).isFalse();
    }

    @Test
    void controllerThatDoesNotSayChangesNothing() {
        begin();
        lease.onSessionTimeout(0, at(100));
        assertThat(lease.valid(at(999))).isTrue();
    }
}
