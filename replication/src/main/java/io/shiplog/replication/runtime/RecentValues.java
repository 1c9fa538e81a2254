// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Arrays;

/** The last few values of one sign, so that a single bad one is not taken for trouble. */
final class RecentValues {
    private static final double ALL = 100;

    private final double[] values;
    private int next;

    /** @param size how many; at first none is known */
    RecentValues(int size) {
        values = new double[size];
        Arrays.fill(values, AdaptiveRate.UNKNOWN);
    }

    /** One more, and the oldest is forgotten; negative: nothing was to be seen. */
    void add(double value) {
        values[next] = value;
        next = (next + 1) % values.length;
    }

    /** Of those that are known; {@link AdaptiveRate#UNKNOWN} when none is. */
    double mean() {
        return Arrays.stream(values).filter(value -> value >= 0).average().orElse(AdaptiveRate.UNKNOWN);
    }

    /** So many of a hundred of those that are known are at most this; {@link AdaptiveRate#UNKNOWN} when none is. */
    double percentile(int percent) {
        double[] known =
                Arrays.stream(values).filter(value -> value >= 0).sorted().toArray();
        return known.length == 0 ? AdaptiveRate.UNKNOWN : known[(int) Math.ceil(known.length * percent / ALL) - 1];
    }
}
