// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Judges the batches of a segment one after the other: the offsets follow each other, each batch has the leader epoch that the log knows
 * for its offset, and its bytes have the CRC that it carries. That covers the fields which Kafka's CRC leaves out: a wrong base offset
 * breaks the chain, a wrong epoch differs from the log's, a wrong length makes the CRC of other bytes, or no batch at all.
 *
 * <p>Where compaction has left gaps, an offset that is too high but below the next batch's is not seen by the chain; the CRCs of the headers as
 * they arrived ({@link io.shiplog.storage.index.HeaderWatch}) are for that.
 */
public final class BatchChain {
    /** The leader epochs of a log. */
    @FunctionalInterface
    public interface Epochs {
        /** The epoch of the record at the offset, -1 when unknown. */
        int epochAt(long offset);
    }

    private Epochs epochs;
    private long nextOffset;
    private long endOffset;
    private long gapsBelow;
    private boolean straddles;

    /**
     * Begins at a batch boundary.
     *
     * @param offset base offset of the first batch to come
     * @param end no batch of the segment reaches this offset
     * @param gapsAllowedBelow where offsets may be missing between batches
     */
    public void begin(long offset, long end, long gapsAllowedBelow, Epochs knownEpochs) {
        nextOffset = offset;
        endOffset = end;
        gapsBelow = gapsAllowedBelow;
        straddles = false;
        epochs = knownEpochs;
    }

    /** The first batch to come may begin below the offset if it ends at or above it: a log may start within a batch. */
    public void firstMayStraddle() {
        straddles = true;
    }

    /** Takes the batch that the cursor stands on; null when it is sound, else what is wrong with it. */
    public String problemOf(BatchCursor batch) throws IOException {
        String problem = passOver(batch);
        if (problem == null && !batch.crcMatches()) {
            return "bytes of the batch at offset " + batch.baseOffset() + " that do not have its CRC";
        }
        return problem;
    }

    /** The same for a batch that only leads to another one: its records are not looked at. */
    public String passOver(BatchCursor batch) {
        return passOver(batch.header(), batch.headerAt());
    }

    /** The same for the batch whose header begins at index {@code at}. */
    public String passOver(ByteBuffer b, int at) {
        long base = RecordBatchHeader.baseOffset(b, at);
        long last = RecordBatchHeader.lastOffset(b, at);
        boolean follows = base == nextOffset
                || (base > nextOffset && base <= gapsBelow)
                || (straddles && base < nextOffset && last >= nextOffset);
        if (!follows || base < 0 || last < base || last >= endOffset) {
            return "offsets " + base + " to " + last + " where " + nextOffset + " follows and the end is " + endOffset;
        }
        int known = epochs.epochAt(base);
        int epoch = RecordBatchHeader.leaderEpoch(b, at);
        if (known >= 0 && epoch != known) {
            return "leader epoch " + epoch + " at offset " + base + ", which was written in epoch " + known;
        }
        straddles = false;
        nextOffset = last + 1;
        return null;
    }

    /** The offset after the last batch that was taken. */
    public long nextOffset() {
        return nextOffset;
    }
}
