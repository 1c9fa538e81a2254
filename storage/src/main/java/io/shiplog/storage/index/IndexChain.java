// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.batch.HeaderCrc;

/**
 * Puts the stored blocks of a segment together. Only a block that begins exactly where the last one ended is believed to belong to
 * it: one that begins earlier is left over from before a truncation, and behind a gap nothing can be said.
 */
public final class IndexChain {
    private final long segmentBase;
    private final SparseIndex entries = new SparseIndex();
    private int covered;

    public IndexChain(long segmentBase) {
        this.segmentBase = segmentBase;
    }

    /** Takes the next block in the order of positions; false when no later one can belong to the chain. */
    public boolean add(IndexBlock block) {
        if (block.fromPosition() < covered) return true;
        if (block.fromPosition() > covered || block.toPosition() <= covered) return false;
        entries.append(block);
        covered = block.toPosition();
        return true;
    }

    /** The index from the beginning of the segment to where the chain ends. */
    public IndexBlock whole() {
        return new IndexBlock(segmentBase, 0, covered, entries, HeaderCrc.UNKNOWN);
    }
}
