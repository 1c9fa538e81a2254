// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.util.List;
import java.util.SplittableRandom;

/** Chance from a seed: the same seed, the same choices. */
public final class Dice {
    private final SplittableRandom random;

    public Dice(long seed) {
        random = new SplittableRandom(seed);
    }

    /** From 0 to one less than {@code bound}. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** Once in {@code n} times. */
    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Any number, the ends and the neighbourhood of nothing more often than others. */
    public long number() {
        return switch (random.nextInt(8)) {
            case 0 -> -1;
            case 1, 2, 3 -> random.nextInt(10);
            case 4 -> random.nextInt(70_000) - 2_000;
            case 5 ->
                oneOf(List.of((long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE));
            case 6 -> 1L << random.nextInt(64);
            default -> random.nextLong();
        };
    }

    /** How many of something: mostly few, at times none, seldom many. */
    public int few() {
        return switch (random.nextInt(16)) {
            case 0, 1 -> 0;
            case 2 -> 2 + random.nextInt(40);
            case 3, 4, 5 -> 2 + random.nextInt(3);
            default -> 1;
        };
    }

    public byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A generator of its own, so that what is drawn from it does not shift what is drawn here. */
    public Dice split() {
        return new Dice(random.nextLong());
    }
}
