// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.EpochStart;
import java.util.List;

/**
 * A segment that changes no more, as its holder describes it to somebody who wants the file. Whether the file is still what was
 * described is told by its size: compaction is all that could put another one in its place, and its bytes are checked on arrival.
 *
 * @param baseOffset names it
 * @param nextOffset the base offset of the segment that follows
 * @param sizeInBytes of the file
 * @param gapsBelow below it offsets may be missing between batches, since compaction took them; 0 for none
 * @param epochs the leader epochs of its records, the first one from the base offset on; empty when unknown
 */
public record SealedSegment(
        long baseOffset, long nextOffset, int sizeInBytes, long gapsBelow, List<EpochStart> epochs) {
    public SealedSegment {
        epochs = List.copyOf(epochs);
    }

    /** The leader epoch of the record at an offset of the segment, -1 when it is not known. */
    public int epochAt(long offset) {
        for (int i = epochs.size() - 1; i >= 0; i--) {
            if (epochs.get(i).startOffset() <= offset) return epochs.get(i).epoch();
        }
        return -1;
    }
}
