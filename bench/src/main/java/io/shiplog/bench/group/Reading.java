// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.group;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Who read what of each partition last, and what of it is committed. Any thread. */
final class Reading {
    /**
     * The newest record that was read.
     *
     * @param sentNs when it was sent, by this process' clock
     */
    private record Last(GroupMember by, long sentNs) {}

    private final AtomicReferenceArray<Last> last;
    private final AtomicLongArray acknowledged;

    Reading(int partitions) {
        last = new AtomicReferenceArray<>(partitions);
        acknowledged = new AtomicLongArray(partitions);
    }

    int partitions() {
        return last.length();
    }

    void read(int partition, GroupMember by, long sentNs) {
        last.set(partition, new Last(by, sentNs));
    }

    /** Whether anybody has read a record of the partition that was sent after this. */
    boolean readSince(int partition, long ns) {
        Last newest = last.get(partition);
        return newest != null && newest.sentNs() > ns;
    }

    /** The same of one member. */
    boolean readSince(int partition, long ns, GroupMember by) {
        Last newest = last.get(partition);
        return newest != null && newest.by() == by && newest.sentNs() > ns;
    }

    /** A commit of this offset was answered without an error. */
    void acknowledged(int partition, long offset) {
        acknowledged.accumulateAndGet(partition, offset, Math::max);
    }

    /** The largest offset whose commit was acknowledged, by partition. */
    long[] acknowledged() {
        long[] offsets = new long[acknowledged.length()];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = acknowledged.get(i);
        }
        return offsets;
    }
}
