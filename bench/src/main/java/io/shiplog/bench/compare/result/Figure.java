// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

/**
 * One figure of a workload.
 *
 * @param phase   in which part of it, such as "warm"
 * @param measure what
 */
public record Figure(String phase, Measure measure) {
    /** As results have it: phase/MEASURE. */
    @Override
    public String toString() {
        return phase + "/" + measure;
    }

    /** What {@link #toString} wrote. */
    public static Figure parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not a figure: " + text);
        }
        return new Figure(text.substring(0, slash), Measure.valueOf(text.substring(slash + 1)));
    }
}
