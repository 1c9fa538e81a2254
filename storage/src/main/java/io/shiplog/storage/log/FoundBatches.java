// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * Whole batches that a read has found, in one contiguous range of one segment file; or none. The bytes stay what they are until {@link #take} makes a
 * slice of them or {@link #release} gives them up, after either of which this is empty. One object serves one read after another, so looking costs
 * no allocation. One thread at a time.
 */
public final class FoundBatches {
    private LogState log;
    private SegmentFile file; // null when there are none
    private long position;
    private int size;
    private long firstOffset = -1;
    private long nextOffset = -1;

    /** Before a read: what is still held would never be given up. */
    void requireEmpty() {
        if (file != null) throw new IllegalStateException("batches from " + firstOffset + " on are still held");
    }

    /** Takes over one slice reference on the file. */
    void set(LogState of, SegmentFile in, long from, int bytes, long first, long next) {
        log = of;
        file = in;
        position = from;
        size = bytes;
        firstOffset = first;
        nextOffset = next;
    }

    /** 0 when there are none. */
    public int sizeInBytes() {
        return size;
    }

    /** Base offset of the first batch, -1 when there are none. */
    public long firstOffset() {
        return firstOffset;
    }

    /** The offset after the last record, -1 when there are none. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The batches as a slice with one reference, which is the caller's to release; {@link LogSlice#EMPTY} when there are none. */
    public LogSlice take() {
        if (file == null) return LogSlice.EMPTY;
        LogSlice slice = new LogSlice(log, file, position, size, firstOffset, nextOffset);
        forget();
        return slice;
    }

    /** Gives the batches up, if there are any. */
    public void release() {
        if (file == null) return;
        SegmentFile held = file;
        forget();
        held.releaseSlice();
    }

    private void forget() {
        log = null;
        file = null;
        size = 0;
        firstOffset = -1;
        nextOffset = -1;
    }
}
