// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import io.shiplog.bench.harness.OpenLoad;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the load met with since a phase began, and every five seconds a line about the last five. */
final class LoadPhase {
    private static final long LINE_EVERY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;
    private static final double P99 = 99;

    private final OpenLoad load;
    private final String system;
    private Histogram ns;
    private Histogram calmNs;
    private double longestGapMs;
    private long beganNs;
    private long lineNs;

    LoadPhase(OpenLoad load, String system) {
        this.load = load;
        this.system = system;
    }

    /** What was before does not count. */
    void begin() {
        ns = load.takeLatencies();
        ns.reset();
        calmNs = load.takeCalmLatencies();
        calmNs.reset();
        load.takeLongestGapMs();
        longestGapMs = 0;
        beganNs = System.nanoTime();
        lineNs = beganNs;
    }

    /** @param percent how far the move is; negative when nobody says */
    void tick(double percent) {
        long nowNs = System.nanoTime();
        if (nowNs - lineNs < LINE_EVERY_NS) {
            return;
        }
        lineNs = nowNs;
        Histogram last = collect();
        System.out.printf(
                "%s: %5.0f s%s: p50 %.1f ms, p99 %.1f ms, max %.0f ms%n",
                system,
                (nowNs - beganNs) / NS_PER_S,
                percent < 0 ? "" : String.format(", %3.0f %%", percent),
                last.getValueAtPercentile(50) / NS_PER_MS,
                last.getValueAtPercentile(P99) / NS_PER_MS,
                last.getMaxValue() / NS_PER_MS);
    }

    private Histogram collect() {
        Histogram last = load.takeLatencies();
        ns.add(last);
        calmNs.add(load.takeCalmLatencies());
        longestGapMs = Math.max(longestGapMs, load.takeLongestGapMs());
        return last;
    }

    /** Nanoseconds, since {@link #begin}. */
    Histogram latencies() {
        collect();
        return ns;
    }

    /** The same of those that no stall of the disk held up, until {@link #latencies} was asked for. */
    Histogram calmLatencies() {
        return calmNs;
    }

    /** Since {@link #begin}, until {@link #latencies} was asked for. */
    double longestGapMs() {
        return longestGapMs;
    }
}
