// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;

/** How fast something goes, and for how long it has to stop when that is too fast. Kafka's rate and {@code QuotaUtils.throttleTime}. */
final class RateMeter {
    private final MetricConfig windows;
    private final Rate rate = new Rate();

    RateMeter(MetricConfig windows) {
        this.windows = windows;
    }

    /** Adds an amount, negative to take one back. */
    void record(double amount, long nowMs) {
        rate.record(windows, amount, nowMs);
    }

    /** Per second. */
    double measure(long nowMs) {
        return rate.measure(windows, nowMs);
    }

    /** How long nothing may come so that the rate falls to the limit; 0 when it is not above it. In milliseconds. */
    long excessMs(double limit, long nowMs) {
        double measured = measure(nowMs);
        return measured <= limit ? 0 : Math.round((measured - limit) / limit * rate.windowSize(windows, nowMs));
    }
}
