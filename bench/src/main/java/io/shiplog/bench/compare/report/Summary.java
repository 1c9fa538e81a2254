// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.harness.Figures;
import java.util.Collection;
import java.util.Optional;

/** Samples of one figure of one contestant, over all runs. */
record Summary(double median, double min, double max, int count) {
    /** Nothing when there are no samples. */
    static Optional<Summary> of(Collection<Double> samples) {
        if (samples.isEmpty()) {
            return Optional.empty();
        }
        double[] sorted =
                samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Optional.of(new Summary(Figures.median(sorted), sorted[0], sorted[sorted.length - 1], sorted.length));
    }
}
