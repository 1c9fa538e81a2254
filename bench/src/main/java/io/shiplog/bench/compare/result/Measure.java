// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

/** A quantity that is measured, with its unit and which way is better. */
public enum Measure {
    THROUGHPUT("throughput", "MiB/s", true),
    CPU_PER_GIB("CPU of all brokers", "s/GiB", false),
    CPU_PER_COMMIT("CPU of all brokers for a commit", "ms", false),
    IDLE_CPU("CPU of all processes while idle", "s/min", false),
    ACK_P50("ack latency, p50", "ms", false),
    ACK_P99("ack latency, p99", "ms", false),
    ACK_P99_CALM("ack latency, p99 without what the disk's stalls held up", "ms", false),
    ACK_P999("ack latency, p99.9", "ms", false),
    ACK_MAX("ack latency, longest", "ms", false),
    SEEN_P50("end-to-end latency, p50", "ms", false),
    SEEN_P99("end-to-end latency, p99", "ms", false),
    SEEN_P999("end-to-end latency, p99.9", "ms", false),
    SEEN_MAX("end-to-end latency, longest", "ms", false),
    RESIDENT("resident memory of the largest node with replicas", "MiB", false),
    PROPORTIONAL("the same, shared pages divided (PSS)", "MiB", false),
    RESIDENT_QUORUM("resident memory of the largest quorum process", "MiB", false),
    GROWTH("growth of the resident memory of a node", "MiB", false),
    GAP("longest time without an acknowledgement", "ms", false),
    PARTITION_GAP("longest time without one, of a partition", "ms", false),
    TIME("time", "s", false);

    private final String title;
    private final String unit;
    private final boolean moreIsBetter;

    Measure(String title, String unit, boolean moreIsBetter) {
        this.title = title;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
    }

    /** As tables name it. */
    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    /** Otherwise less is. */
    public boolean moreIsBetter() {
        return moreIsBetter;
    }
}
