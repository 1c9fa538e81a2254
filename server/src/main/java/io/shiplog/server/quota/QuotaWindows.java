// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;

/**
 * Over what time rates are measured: as in Kafka over the current window and those before it.
 *
 * @param count       windows that are looked at ({@code quota.window.num}); at least 2
 * @param sizeSeconds length of each ({@code quota.window.size.seconds}); at least 1
 */
public record QuotaWindows(int count, int sizeSeconds) {
    public static final QuotaWindows DEFAULT = new QuotaWindows(11, 1);

    public QuotaWindows {
        if (count < 2 || sizeSeconds < 1) {
            throw new IllegalArgumentException("windows out of range: " + count + " of " + sizeSeconds + " s");
        }
    }

    MetricConfig metricConfig() {
        return new MetricConfig().samples(count).timeWindow(sizeSeconds, TimeUnit.SECONDS);
    }

    /** Length of one window. */
    long sizeMs() {
        return TimeUnit.SECONDS.toMillis(sizeSeconds);
    }

    /** The windows that are complete, together. */
    long completeSeconds() {
        return (count - 1L) * sizeSeconds;
    }
}
