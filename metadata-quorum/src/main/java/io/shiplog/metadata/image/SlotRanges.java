// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;

/** The slots of a topic's partitions in {@link PartitionIndex}: runs of neighbours, in the order of the partitions. */
public final class SlotRanges {
    static final SlotRanges NONE = new SlotRanges(new int[0]);

    /** First slot and length of each run. */
    private final int[] runs;

    private SlotRanges(int[] runs) {
        this.runs = runs;
    }

    /** With the slot of one more partition. */
    SlotRanges plus(int slot) {
        int last = runs.length - 2;
        if (last >= 0 && runs[last] + runs[last + 1] == slot) {
            int[] longer = runs.clone();
            longer[last + 1]++;
            return new SlotRanges(longer);
        }
        int[] more = Arrays.copyOf(runs, runs.length + 2);
        more[last + 2] = slot;
        more[last + 3] = 1;
        return new SlotRanges(more);
    }

    /** The slot of a partition that has one. */
    int slot(int partition) {
        int rest = partition;
        int run = 0;
        while (rest >= runs[run + 1]) {
            rest -= runs[run + 1];
            run += 2;
        }
        return runs[run] + rest;
    }

    /** Where a topic stands in the index is no part of what it is. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SlotRanges;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
