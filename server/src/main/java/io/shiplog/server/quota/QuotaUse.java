// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import io.shiplog.server.quota.QuotaTable.Share;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.metrics.MetricConfig;

/**
 * What those who share a quota of one type have used. Kept for a bounded number of them, since client ids are the clients' to
 * choose; who used nothing for the longest time is forgotten first. Any thread.
 */
final class QuotaUse {
    /** Somebody who takes a new client id for each request has nothing from it but this much memory of ours. */
    static final int MAX_TRACKED = 10_000;

    private final MetricConfig windows;
    private final QuotaType type;
    private final long longestMs;
    private final Map<Who, RateMeter> meters = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, RateMeter> eldest) {
            return size() > MAX_TRACKED;
        }
    };
    private long throttled;
    private long throttledMs;

    /** Those whose ids are longer, and begin alike, share: a client may take an id of 32 KiB. */
    private static final int LONGEST_ID = 255;

    private record Who(String user, String clientId) {
        static Who of(Share share) {
            String id = share.clientId();
            return new Who(share.user(), id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) : id);
        }
    }

    /** @param longestMs nobody is throttled for longer at a time */
    QuotaUse(QuotaType type, QuotaWindows windows, long longestMs) {
        this.type = type;
        this.windows = windows.metricConfig();
        this.longestMs = longestMs;
    }

    /** Notes a use; returns for how long the client is to be throttled for it, 0 for not at all. In milliseconds. */
    synchronized int record(Share share, double amount, long nowMs) {
        RateMeter meter = meters.computeIfAbsent(Who.of(share), who -> new RateMeter(windows));
        meter.record(amount, nowMs);
        int ms = (int) Math.min(longestMs, meter.excessMs(share.limit(), nowMs));
        if (ms > 0) {
            throttled++;
            throttledMs += ms;
        }
        return ms;
    }

    /** As {@link #record}, of what could not be known before the answer left: it counts the next time. */
    synchronized void recordLate(Share share, double amount, long nowMs) {
        meters.computeIfAbsent(Who.of(share), who -> new RateMeter(windows)).record(amount, nowMs);
    }

    synchronized int tracked() {
        return meters.size();
    }

    /** Totals, and the rate of each that is tracked now. */
    synchronized void addMetrics(SortedMap<String, LongSupplier> values, LongSupplier nowMs) {
        values.put(type.metric() + ".throttled-requests", this::throttled);
        values.put(type.metric() + ".throttle-time-total-ms", this::throttledMs);
        meters.forEach((who, meter) -> values.put(
                type.metric() + (type == QuotaType.REQUEST ? ".request-time-permille" : ".byte-rate") + ",user="
                        + who.user() + ",client-id=" + who.clientId(),
                () -> rate(meter, nowMs.getAsLong())));
    }

    private synchronized long rate(RateMeter meter, long nowMs) {
        double rate = meter.measure(nowMs);
        return Math.round(type == QuotaType.REQUEST ? rate * 10 : rate);
    }

    private synchronized long throttled() {
        return throttled;
    }

    private synchronized long throttledMs() {
        return throttledMs;
    }
}
