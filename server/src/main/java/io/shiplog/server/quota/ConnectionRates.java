// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.quota;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.metrics.MetricConfig;

/**
 * How fast connections are made, to the node in all and by each address that has a quota (KIP-612). Addresses are kept in a bounded
 * number. On the loop only.
 */
public final class ConnectionRates {
    private static final int MAX_ADDRESSES = 10_000;

    private final ClientQuotas quotas;
    private final double maxPerSecond;
    private final long longestMs;
    private final MetricConfig windows;
    private final RateMeter all;
    private final Map<InetAddress, RateMeter> ofAddress = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, RateMeter> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    /**
     * @param quotas       has those of addresses
     * @param maxPerSecond connections of everybody together ({@code max.connection.creation.rate})
     */
    public ConnectionRates(ClientQuotas quotas, int maxPerSecond) {
        this.quotas = quotas;
        this.maxPerSecond = maxPerSecond;
        this.longestMs = quotas.windows().sizeMs();
        this.windows = quotas.windows().metricConfig();
        this.all = new RateMeter(windows);
    }

    /**
     * Notes a connection of an address; when it has made too many, it does not count, and is not to be had.
     *
     * @return 0 when it may be had; else how many milliseconds the client should have to wait until it is closed
     */
    public long onConnection(InetAddress address, long nowMs) {
        if (!quotas.limitsAddresses()) {
            return 0;
        }
        double limit = quotas.connectionRate(address);
        if (Double.isInfinite(limit)) {
            return 0;
        }
        RateMeter meter = ofAddress.computeIfAbsent(address, a -> new RateMeter(windows));
        meter.record(1, nowMs);
        long excessMs = meter.excessMs(limit, nowMs);
        if (excessMs > 0) {
            meter.record(-1, nowMs);
        }
        return Math.min(longestMs, excessMs);
    }

    /** Notes a connection that is served; returns for how many milliseconds no more should be accepted, 0 for not at all. */
    public long onAccepted(long nowMs) {
        if (maxPerSecond == Integer.MAX_VALUE) {
            return 0;
        }
        all.record(1, nowMs);
        return Math.min(longestMs, all.excessMs(maxPerSecond, nowMs));
    }
}
