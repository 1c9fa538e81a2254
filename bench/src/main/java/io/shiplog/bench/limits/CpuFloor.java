// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;

/**
 * The least processor time that brokers spend on a GiB produced with three replicas, were there no code of their own at all: the leader receives it and
 * appends it, sends it twice, and two followers receive and append it. What the producer spends on sending is not the brokers', and neither flushes nor
 * acknowledgements count.
 */
public final class CpuFloor {
    /** What it is the floor of. */
    public static final String WHAT = "CPU of all brokers per GiB produced, three replicas";

    private static final int REPLICAS = 3;
    private static final int SENT_BY_LEADER = 2;
    private static final double GB_PER_GIB = (1 << 30) / 1e9;

    private CpuFloor() {}

    /** Seconds for each GiB, by the medians of the limits. */
    public static double of(Figures limits) {
        return ofGb(
                        median(limits, LoopbackLimits.WRITE + LoopbackLimits.SENDER_CPU),
                        median(limits, LoopbackLimits.WRITE + LoopbackLimits.RECEIVER_CPU),
                        median(limits, DiskLimits.APPEND_CPU))
                * GB_PER_GIB;
    }

    /** Of what one GB costs to send, to receive and to append. */
    static double ofGb(double send, double receive, double append) {
        return SENT_BY_LEADER * send + REPLICAS * (receive + append);
    }

    private static double median(Figures limits, String name) {
        return limits.medians().get(name);
    }
}
