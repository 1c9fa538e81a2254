// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

/**
 * The one source of chance of a run (SplitMix64): the same seed gives the same numbers on every Java. Not thread-safe.
 */
public final class Dice {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    public Dice(long seed) {
        state = seed;
    }

    public long nextLong() {
        state += GOLDEN;
        return mix(state);
    }

    /** The finisher of SplitMix64: spreads what is in few bits over all of them. */
    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /** From 0 to bound − 1. */
    public int nextInt(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** From 0 to 1, without 1. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** True with this probability. */
    public boolean chance(double probability) {
        return probability > 0 && nextDouble() < probability;
    }

    /** From the first to the second, both included. */
    public long between(long least, long most) {
        return least + (long) (nextDouble() * (most - least + 1));
    }

    /** One of them. */
    @SafeVarargs
    public final <T> T oneOf(T... choices) {
        return choices[nextInt(choices.length)];
    }

    /** A source of its own for one part of the run, so that what is drawn there does not change what is drawn here. */
    public Dice split() {
        return new Dice(nextLong());
    }
}
