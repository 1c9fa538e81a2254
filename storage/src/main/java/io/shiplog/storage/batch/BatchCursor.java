// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import io.shiplog.storage.files.LogFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks over the batches of a segment file through a window of 64 KiB, reading headers and, when asked, bodies for
 * the CRC. Knows nothing of offsets that must follow each other: that is for the caller to judge. One per thread.
 */
public final class BatchCursor {
    private static final int WINDOW_BYTES = 64 * 1024;
    /** Behind a batch of this size a window holds few headers: then little more than the next header is read. */
    private static final int LARGE_BATCH_BYTES = 8 * 1024;

    private static final int SMALL_WINDOW_BYTES = 512;
    private static final ThreadLocal<BatchCursor> OF_THREAD = ThreadLocal.withInitial(BatchCursor::new);

    private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
    private final BatchCrc crc = new BatchCrc();
    private final byte[] checkedHeader = new byte[RecordBatchHeader.SIZE];
    private LogFile file;
    private long windowStart;
    private long limit;
    private long position;
    private int size;
    private int largestRead = WINDOW_BYTES;
    private int firstRead = WINDOW_BYTES;
    private boolean careful;

    private BatchCursor() {}

    /** The calling thread's cursor. Not to be used again while a walk with it is under way. */
    public static BatchCursor ofThread() {
        return OF_THREAD.get();
    }

    /** Begins a walk: the first {@link #next} stands on the batch at {@code from}; bytes end at {@code limit}. */
    public void open(LogFile source, long from, long limit) {
        open(source, from, limit, WINDOW_BYTES);
    }

    /** The same in small reads, which meet a sector that cannot be read only where it is. */
    public void openCarefully(LogFile source, long from, long limit) {
        open(source, from, limit, SMALL_WINDOW_BYTES);
        largestRead = SMALL_WINDOW_BYTES;
        careful = true;
    }

    /**
     * The same for a walk that is going to end soon.
     *
     * @param firstBytes how many bytes are read first, in all likelihood enough; at most a window
     */
    public void open(LogFile source, long from, long limit, int firstBytes) {
        this.largestRead = WINDOW_BYTES;
        this.careful = false;
        this.firstRead = Math.max(RecordBatchHeader.SIZE, Math.min(WINDOW_BYTES, firstBytes));
        this.file = source;
        this.limit = limit;
        this.position = from;
        this.size = 0;
        this.windowStart = 0;
        window.clear().limit(0);
    }

    /**
     * Goes to the next batch; false when there is no whole, plausible one before the limit. Then {@link #position}
     * says where the bytes stop making sense (the limit, if they never did).
     */
    public boolean next() throws IOException {
        int windowBytes = size >= LARGE_BATCH_BYTES ? SMALL_WINDOW_BYTES : size == 0 ? firstRead : largestRead;
        position += size;
        size = 0;
        if (limit - position < RecordBatchHeader.SIZE) return false;
        if (!inWindow(position, RecordBatchHeader.SIZE)) fill(position, windowBytes);
        if (!inWindow(position, RecordBatchHeader.SIZE)) return false;
        int at = at();
        long declared = RecordBatchHeader.sizeInBytes(window, at);
        if (RecordBatchHeader.magic(window, at) != 2 || declared < RecordBatchHeader.SIZE) return false;
        if (declared > limit - position || RecordBatchHeader.lastOffsetDelta(window, at) < 0) return false;
        size = (int) declared;
        return true;
    }

    /** Where the current batch begins, or where the walk ended. */
    public long position() {
        return position;
    }

    public int sizeInBytes() {
        return size;
    }

    public long endPosition() {
        return position + size;
    }

    public long baseOffset() {
        return RecordBatchHeader.baseOffset(window, at());
    }

    public long lastOffset() {
        return RecordBatchHeader.lastOffset(window, at());
    }

    public int leaderEpoch() {
        return RecordBatchHeader.leaderEpoch(window, at());
    }

    public long maxTimestampMs() {
        return RecordBatchHeader.maxTimestamp(window, at());
    }

    public int recordCount() {
        return RecordBatchHeader.recordCount(window, at());
    }

    public long producerId() {
        return RecordBatchHeader.producerId(window, at());
    }

    public short producerEpoch() {
        return RecordBatchHeader.producerEpoch(window, at());
    }

    public int baseSequence() {
        return RecordBatchHeader.baseSequence(window, at());
    }

    public int crc() {
        return RecordBatchHeader.crc(window, at());
    }

    /** The buffer in which the current batch's header stands, at {@link #headerAt}; valid until the next call. */
    public ByteBuffer header() {
        return window;
    }

    public int headerAt() {
        return at();
    }

    /** If the current batch is one that ends a transaction, makes all of it stand in {@link #header}, not only the header. */
    public void loadMarker() throws IOException {
        if (!RecordBatchHeader.isControl(window, at()) || size > EndMarker.MAX_BATCH_BYTES) return;
        if (!inWindow(position, size)) fill(position);
        loadHeader();
    }

    /**
     * Whether the current batch has the CRC that it carries. Reads all of it, in pieces; the header stays readable, and the one that was checked.
     *
     * @throws EOFException when the file has been cut meanwhile, so that not even the header is there any more
     */
    public boolean crcMatches() throws IOException {
        int expected = RecordBatchHeader.crc(window, at());
        window.get(at(), checkedHeader);
        crc.reset();
        long from = position + RecordBatchHeader.CRC_COVERS_FROM;
        long end = position + size;
        while (from < end) {
            if (!inWindow(from, 1)) fill(from, careful ? (int) Math.min(largestRead, end - from) : largestRead);
            int start = (int) (from - windowStart);
            int stop = (int) Math.min(window.limit(), end - windowStart);
            if (stop <= start) break;
            crc.update(window, start, stop);
            from = windowStart + stop;
        }
        loadHeader();
        // It may have been read again, and a read may get something else.
        window.put(at(), checkedHeader);
        return from >= end && crc.value() == expected;
    }

    private void loadHeader() throws IOException {
        if (!inWindow(position, RecordBatchHeader.SIZE)) fill(position);
        if (!inWindow(position, RecordBatchHeader.SIZE)) {
            throw new EOFException("the file ends within the header at byte " + position);
        }
    }

    /** Whether all bytes from here to the limit are zero: space that was reserved but never written. */
    public boolean onlyZerosFollow() throws IOException {
        for (long from = position; from < limit; from = windowStart + window.limit()) {
            fill(from);
            if (window.limit() == 0) return true;
            int end = (int) Math.min(window.limit(), limit - windowStart);
            for (int i = 0; i < end; i++) if (window.get(i) != 0) return false;
        }
        return true;
    }

    private int at() {
        return (int) (position - windowStart);
    }

    private boolean inWindow(long from, int bytes) {
        return from >= windowStart && from + bytes <= windowStart + window.limit();
    }

    private void fill(long from) throws IOException {
        fill(from, largestRead);
    }

    private void fill(long from, int bytes) throws IOException {
        try {
            read(from, bytes);
        } catch (IOException e) {
            window.limit(0);
            if (!careful || bytes <= RecordBatchHeader.SIZE) throw e;
            // What cannot be read may lie behind the header.
            read(from, RecordBatchHeader.SIZE);
        }
    }

    private void read(long from, int bytes) throws IOException {
        window.clear().limit((int) Math.max(0, Math.min(bytes, limit - from)));
        if (window.hasRemaining()) file.read(window, from);
        window.flip();
        windowStart = from;
    }
}
