// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.AdaptiveRate.Seen;
import org.junit.jupiter.api.Test;

/** A look is a quarter of a second. */
class AdaptiveRateTest {
    private static final long MIB = 1 << 20;
    private static final long MIN = 4 * MIB;

    private final AdaptiveRate rate = new AdaptiveRate();

    private static Seen seen(boolean clients, double waitMs, double flushMs, double delayMs, double passed) {
        return new Seen(clients, waitMs, flushMs, delayMs, passed, true);
    }

    /** Clients wait for 8 ms, flushes take 4, the loop is 2 ms late; nothing moves. */
    private void quiet() {
        for (int i = 0; i < 100; i++) {
            rate.rest(seen(true, 8, 4, 2, 0));
        }
    }

    /** All that is allowed passes. */
    private void look(double waitMs, double flushMs, double delayMs) {
        rate.look(seen(true, waitMs, flushMs, delayMs, (double) rate.rate()), MIN);
    }

    private void fine(int looks) {
        for (int i = 0; i < looks; i++) {
            look(8, 4, 2);
        }
    }

    @Test
    void withoutClientsItIsAsFastAsAMachineWithinTwoSecondsWhateverTheLoopSays() {
        for (int i = 0; i < 8; i++) {
            rate.look(seen(false, AdaptiveRate.UNKNOWN, 500, 500, (double) rate.rate()), MIN);
        }
        assertThat(rate.rate()).isGreaterThanOrEqualTo(2L << 30);
    }

    @Test
    void withClientsThatDoNotNoticeItIsFastWithinTenSeconds() {
        quiet();
        fine(40);
        assertThat(rate.rate()).isGreaterThan(2L << 30);
    }

    @Test
    void itIsNotRaisedWhereNobodyWantsMore() {
        quiet();
        long before = rate.rate();
        for (int i = 0; i < 100; i++) {
            rate.look(new Seen(true, 8, 4, 2, before / 2.0, false), MIN);
        }
        assertThat(rate.rate()).isEqualTo(before);
    }

    @Test
    void itFallsAtOnceWhenProducesWait() {
        quiet();
        fine(6);
        long before = rate.rate();
        look(20, 4, 2);
        assertThat(rate.rate()).isBetween(before * 6 / 10, before * 3 / 4);
    }

    @Test
    void itFallsAtOnceWhenFlushesTakeLonger() {
        quiet();
        fine(6);
        long before = rate.rate();
        look(8, 12, 2);
        assertThat(rate.rate()).isLessThan(before);
    }

    @Test
    void itFallsAtOnceWhenTheLoopIsLate() {
        quiet();
        fine(6);
        long before = rate.rate();
        look(8, 4, 15);
        assertThat(rate.rate()).isLessThan(before);
    }

    @Test
    void itFallsFurtherWhenThereIsMuchTrouble() {
        quiet();
        fine(6);
        long before = rate.rate();
        look(100, 4, 2);
        assertThat(rate.rate()).isLessThan(before * 6 / 10);
    }

    /** A rate that nobody has made use of says nothing about what is too much. */
    @Test
    void itFallsFromWhatPassedNotFromWhatWasAllowed() {
        quiet();
        fine(16);
        rate.look(seen(true, 8, 4, 2, 100.0 * MIB), MIN);
        rate.look(seen(true, 20, 4, 2, 100.0 * MIB), MIN);
        assertThat(rate.rate()).isLessThanOrEqualTo(100 * MIB);
    }

    @Test
    void theEffectOfAFallIsAwaited() {
        quiet();
        fine(6);
        look(20, 4, 2);
        long fallen = rate.rate();
        for (int i = 0; i < AdaptivePace.LOOKS; i++) {
            look(20, 4, 2);
        }
        assertThat(rate.rate()).isEqualTo(fallen);
        look(20, 4, 2);
        assertThat(rate.rate()).isLessThan(fallen);
    }

    /** Cuts that follow each other are for one trouble: the rate at which it began is what is known to be too much, not that of the last cut. */
    @Test
    void afterSeveralCutsItIsSoonBackNearWhereTheTroubleBegan() {
        quiet();
        fine(12);
        long trouble = rate.rate();
        for (int i = 0; i <= 3 * (AdaptivePace.LOOKS + 1); i++) {
            look(20, 4, 2);
        }
        assertThat(rate.rate()).isLessThan(trouble * 3 / 10);
        fine(4 + 12);
        assertThat(rate.rate()).isGreaterThan(trouble * 6 / 10);
    }

    @Test
    void itFallsLessWhereThereIsLittleTrouble() {
        quiet();
        fine(6);
        long before = rate.rate();
        look(14, 4, 2);
        assertThat(rate.rate()).isBetween(before * 7 / 10 + 1, before * 9 / 10);
    }

    /** Others move, too: one of their bad moments is not the end of what this node may do. */
    @Test
    void oneTroubleAtAMuchLowerRateIsSoonForgotten() {
        quiet();
        fine(12);
        long trouble = rate.rate();
        look(20, 4, 2);
        fine(3 * AdaptivePace.LOOKS);
        rate.look(seen(true, 8, 4, 2, trouble / 10.0), MIN);
        rate.look(seen(true, 20, 4, 2, trouble / 10.0), MIN);
        assertThat(rate.rate()).isLessThan(trouble / 10);
        fine(AdaptivePace.LOOKS + 25);
        assertThat(rate.rate()).isGreaterThan(trouble / 2);
    }

    @Test
    void itNeverFallsBelowTheMinimum() {
        quiet();
        for (int i = 0; i < 40; i++) {
            look(400, 400, 400);
            assertThat(rate.rate()).isGreaterThanOrEqualTo(MIN);
        }
        assertThat(rate.rate()).isEqualTo(MIN);
    }

    @Test
    void afterTroubleItIsRaisedSlowlyWhereTheTroubleWas() {
        quiet();
        fine(6);
        long trouble = rate.rate();
        look(20, 4, 2);
        fine(10);
        assertThat(rate.rate()).isBetween(trouble * 7 / 10, trouble * 9 / 10);
        fine(60);
        assertThat(rate.rate()).as("the trouble has passed").isGreaterThan(2 * trouble);
    }

    /** The node has just begun with a move: what is quiet here is not known, and clients wait for longer than anybody would expect. */
    @Test
    void whatIsSeenAtTheMinimumIsNotTheMovesDoing() {
        for (int i = 0; i < 200; i++) {
            look(60, 4, 2);
        }
        assertThat(rate.rate()).isGreaterThan(MIN);
    }

    @Test
    void aMoveThatBeginsKnowsNothingOfTheOneBefore() {
        quiet();
        fine(2);
        look(400, 4, 2);
        quiet();
        assertThat(rate.rate()).isEqualTo(8 * MIB);
    }

    /** Else the second job would find what the first one did to clients to be quiet. */
    @Test
    void whatIsSeenWhileAnotherJobMovesIsNotQuiet() {
        quiet();
        for (int i = 0; i < 200; i++) {
            rate.rest(seen(true, 100, 100, 100, 50.0 * MIB));
        }
        fine(6);
        long before = rate.rate();
        look(20, 4, 2);
        assertThat(rate.rate()).isLessThan(before);
    }

    /**
     * A machine that could do 100 MiB/s, of which clients need some: what they wait for grows with its load as in any queue, and the move can have what it is allowed.
     * Returns how fast the move was on average, in MiB/s; clients notice in one look of ten at most.
     */
    private double moveBeside(double clientsMib) {
        double capacity = 100.0 * MIB;
        double clients = clientsMib * MIB;
        double quietMs = 4 / (1 - clients / capacity);
        for (int i = 0; i < 100; i++) {
            rate.rest(seen(true, quietMs, 1, 1, 0));
        }
        double moved = 0;
        int noticed = 0;
        int looks = 1_000;
        for (int i = 0; i < looks; i++) {
            double passed = Math.min((double) rate.rate(), capacity);
            double left = Math.max(0.01, 1 - (clients + passed) / capacity);
            double waitMs = 4 / left;
            noticed += waitMs > 2 * quietMs ? 1 : 0;
            moved += passed / MIB / looks;
            rate.look(seen(true, waitMs, 1, 1, passed), MIN);
        }
        assertThat(noticed).isLessThan(looks / 10);
        return moved;
    }

    /** Twice the wait is at half of what clients leave. */
    @Test
    void itTakesAGoodPartOfWhatClientsCanSpare() {
        assertThat(moveBeside(20)).isBetween(20.0, 42.0);
    }

    @Test
    void itTakesLessBesideMoreClients() {
        assertThat(moveBeside(60)).isBetween(10.0, 22.0);
    }
}
