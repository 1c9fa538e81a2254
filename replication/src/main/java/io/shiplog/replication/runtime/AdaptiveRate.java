// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * How fast a node may move replicas without its clients noticing: faster as long as there is no trouble, much slower at once when there is. Told at an even pace what
 * was seen; knows no clock, and changes only itself.
 *
 * <p>Three signs are each compared with what they are while nothing moves: how long produces wait for their acknowledgement, how long flushes take, how late the event
 * loop runs. They count only while clients use the node: nobody minds a loop that is busy with nothing but the move. While the node moves no more than
 * the minimum, what is seen is not the move's doing, and is slowly learned as quiet: so a node that began with a move, or whose clients came during it, learns too.
 */
final class AdaptiveRate {
    /** There was nothing to be seen. */
    static final double UNKNOWN = -1;

    /**
     * What was seen since the last look.
     *
     * @param clients whether clients used the node
     * @param waitMs how long produces waited, or {@link #UNKNOWN}
     * @param flushMs how long flushes took, or {@link #UNKNOWN}
     * @param delayMs how late the loop ran
     * @param bytesPerSecond what passed of the jobs in the last second, in the direction in which it was more: responses come in lumps
     * @param wanted whether more would have passed, had it been allowed
     */
    record Seen(
            boolean clients, double waitMs, double flushMs, double delayMs, double bytesPerSecond, boolean wanted) {}

    private static final double MIB = 1 << 20;
    /** With which a move begins. */
    private static final double FIRST = 8 * MIB;
    /** More than any machine moves. */
    private static final double MOST = 1L << 40;

    /** A job of a fixed rate that moves more is not quiet. */
    private static final double QUIET = MIB;

    private static final double ALONE = 2;
    private static final double SEEKING = 1.2;
    private static final double BELOW = 1.1;
    private static final double NEAR = 1.02;
    private static final double BEYOND = 1.04;
    private static final double SMALLEST_STEP = 128 * 1024;
    private static final double NEAR_FROM = 0.75;
    private static final double NEAR_UNTIL = 1.1;
    private static final double SOMEWHAT_LESS = 0.8;
    private static final double LESS = 0.7;
    private static final double MUCH_LESS = 0.5;
    private static final double MORE_TROUBLE = 1.3;
    private static final double MUCH_TROUBLE = 2;
    /** How much one trouble says of where the next will be: others move, too, and at times it is they who are noticed here. */
    private static final double KNEE_WEIGHT = 0.3;
    /** Looks after one trouble that the next one is still the same, which began at the rate of the first. */
    private static final int STILL_THE_SAME = 2 * AdaptivePace.LOOKS;

    /** Looks after a change for the worse until its effect shows. */
    private static final int SETTLES = AdaptivePace.LOOKS;

    private static final double HARMLESS_WAIT_MS = 3;
    private static final double HARMLESS_FLUSH_MS = 5;
    private static final double HARMLESS_DELAY_MS = 10;

    private final QuietLevel wait = new QuietLevel(HARMLESS_WAIT_MS);
    private final QuietLevel flush = new QuietLevel(HARMLESS_FLUSH_MS);
    private final QuietLevel delay = new QuietLevel(HARMLESS_DELAY_MS);
    private double rate = FIRST;
    private double minimum = 1;
    /** At which rate there was trouble of late, on average; 0 when none is known. */
    private double knee;

    private int kneeAge = STILL_THE_SAME;
    private int settling;
    private double recent;

    /** Nothing is to be moved at present: the next move begins from the start. */
    void rest(Seen seen) {
        rate = FIRST;
        knee = 0;
        kneeAge = STILL_THE_SAME;
        settling = 0;
        recent = 0;
        if (seen.bytesPerSecond() <= QUIET) {
            learn(seen, false);
        }
    }

    /**
     * A look while something is moved.
     *
     * @param atLeast bytes per second that are moved in any case
     */
    void look(Seen seen, double atLeast) {
        minimum = Math.max(1, atLeast);
        rate = Math.max(rate, minimum);
        double observed = Math.max(seen.bytesPerSecond(), recent);
        recent = seen.bytesPerSecond();
        if (observed <= minimum) {
            learn(seen, true);
        }
        double trouble = trouble(seen);
        kneeAge++;
        if (settling > 0) {
            settling--;
        } else if (trouble > 1 && observed > minimum) {
            double passed = Math.max(minimum, Math.min(rate, observed));
            if (kneeAge > STILL_THE_SAME) {
                knee = knee == 0 ? passed : knee + KNEE_WEIGHT * (passed - knee);
            }
            kneeAge = 0;
            rate = Math.max(minimum, passed * part(trouble));
            settling = SETTLES;
        } else if (trouble <= 1 && seen.wanted()) {
            raise(seen.clients());
        }
    }

    /** What of the rate is left after such trouble. */
    private static double part(double trouble) {
        if (trouble > MUCH_TROUBLE) {
            return MUCH_LESS;
        }
        return trouble > MORE_TROUBLE ? LESS : SOMEWHAT_LESS;
    }

    private void raise(boolean clients) {
        if (!clients) {
            knee = 0;
            rate = Math.min(MOST, rate * ALONE);
            return;
        }
        double factor = SEEKING;
        if (knee > 0 && rate < knee * NEAR_FROM) {
            factor = BELOW;
        } else if (knee > 0) {
            factor = rate < knee * NEAR_UNTIL ? NEAR : BEYOND;
        }
        rate = Math.min(MOST, Math.max(rate * factor, rate + SMALLEST_STEP));
    }

    private void learn(Seen seen, boolean moving) {
        if (seen.clients()) {
            wait.learn(seen.waitMs(), moving);
            flush.learn(seen.flushMs(), moving);
            delay.learn(seen.delayMs(), moving);
        }
    }

    /** Above 1: clients would notice. */
    private double trouble(Seen seen) {
        if (!seen.clients()) {
            return 0;
        }
        return Math.max(wait.part(seen.waitMs()), Math.max(flush.part(seen.flushMs()), delay.part(seen.delayMs())));
    }

    /** Bytes per second in each direction. */
    long rate() {
        return (long) rate;
    }

    @Override
    public String toString() {
        return String.format(
                "%.1f MiB/s (trouble at %.1f; bearable: %.0f ms for a produce, %.0f for a flush, %.0f late)",
                rate / MIB, knee / MIB, wait.bearable(), flush.bearable(), delay.bearable());
    }
}
