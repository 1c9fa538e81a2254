// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import java.util.Locale;

/** Numbers as people read them: three digits that count. */
final class Numbers {
    private static final double NONE_BEHIND = 100;
    private static final double ONE_BEHIND = 10;
    private static final double TWO_BEHIND = 0.1;

    private Numbers() {}

    static String of(double value) {
        double size = Math.abs(value);
        if (size >= NONE_BEHIND) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        if (size >= ONE_BEHIND) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        return String.format(Locale.ROOT, size >= TWO_BEHIND || size == 0 ? "%.2f" : "%.3f", value);
    }
}
