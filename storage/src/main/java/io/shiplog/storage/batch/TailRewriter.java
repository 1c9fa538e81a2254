// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Checks batches that may be in the page cache only, and writes them once more: after a failed sync the page cache holds bytes that count as
 * written and never were, and no later sync brings them to the disk, also not that of another process. Written once more they are like new.
 *
 * <p>What is written is the very memory that was checked. A read that gets something else can so never reach the disk: what was read for the
 * check and what is read for the writing are one read. Of one file; used by one thread.
 */
public final class TailRewriter {
    private static final int CHUNK_BYTES = 1 << 20;

    private final LogFile file;
    private final LogFile source;
    private final long limit;
    private final ByteBuffer read;
    private final BatchCrc crc = new BatchCrc();

    /** Where in the file the bytes of {@link #chunk} stand. */
    private long chunkStart;

    private ByteBuffer chunk;

    /** The part of the file that was checked and is not written yet; it is within the chunk. */
    private long checkedFrom;

    private long checkedTo;
    private int at;

    /**
     * @param from where the first batch is that will be checked
     * @param limit where the bytes end
     */
    public TailRewriter(LogFile file, long from, long limit) {
        this(file, file, from, limit);
    }

    /** The same, with another way to read the file. */
    public TailRewriter(LogFile file, LogFile source, long from, long limit) {
        this.file = file;
        this.source = source;
        this.limit = limit;
        this.read = ByteBuffer.allocate((int) Math.max(0, Math.min(CHUNK_BYTES, limit - from)));
        this.chunk = read.limit(0);
        this.chunkStart = from;
        this.checkedFrom = from;
        this.checkedTo = from;
    }

    /**
     * Whether the batch on which the cursor stands has the CRC that it carries; then it is going to be written. All of it stands in
     * {@link #batch} then. A larger one than a chunk is only read whole when it was seen to have its CRC, so that no length is believed.
     *
     * @param careful nothing but the batch is read, since something behind it may be unreadable
     * @throws IOException when it cannot be read, or when two reads of it differ; nothing is known of it then
     * @throws FailedRewrite when what was checked before cannot be written
     */
    public boolean check(BatchCursor cursor, boolean careful) throws IOException, FailedRewrite {
        long position = cursor.position();
        int size = cursor.sizeInBytes();
        if (position < chunkStart || position + size > chunkStart + chunk.limit()) {
            write();
            if (size > CHUNK_BYTES && !cursor.crcMatches()) return false;
            fill(position, careful ? size : (int) Math.max(size, Math.min(CHUNK_BYTES, limit - position)));
        }
        at = (int) (position - chunkStart);
        if (at + size > chunk.limit() || !sameHeader(cursor)) {
            forget();
            throw new IOException("two reads of the batch at byte " + position + " differ");
        }
        if (!crc.matches(chunk, at, size)) {
            forget();
            return false;
        }
        if (position != checkedTo) {
            write();
            checkedFrom = position;
        }
        checkedTo = position + size;
        return true;
    }

    /** The buffer in which the batch that was checked last stands, at {@link #batchAt}; valid until the next call. */
    public ByteBuffer batch() {
        return chunk;
    }

    public int batchAt() {
        return at;
    }

    /** Writes what was checked and is not written yet. */
    public void write() throws FailedRewrite {
        if (checkedTo == checkedFrom) return;
        ByteBuffer checked = chunk.duplicate();
        checked.limit((int) (checkedTo - chunkStart)).position((int) (checkedFrom - chunkStart));
        try {
            file.write(checked, checkedFrom);
        } catch (IOException e) {
            throw new FailedRewrite(e);
        }
        checkedFrom = checkedTo;
    }

    /** Whoever asks again wants to know what another read gets. */
    private void forget() throws FailedRewrite {
        write();
        chunk.limit(0);
    }

    private void fill(long position, int bytes) throws IOException {
        chunk = bytes <= read.capacity() ? read : ByteBuffer.allocate(bytes);
        chunk.clear().limit(bytes);
        chunkStart = position;
        try {
            source.read(chunk, position);
        } finally {
            chunk.flip();
        }
    }

    private boolean sameHeader(BatchCursor cursor) {
        ByteBuffer header = cursor.header();
        int headerAt = cursor.headerAt();
        for (int i = 0; i < RecordBatchHeader.SIZE; i++) {
            if (header.get(headerAt + i) != chunk.get(at + i)) return false;
        }
        return true;
    }

    /** What was checked could not be written: a failed write, which is never tried again. */
    public static final class FailedRewrite extends Exception {
        private static final long serialVersionUID = 1L;

        FailedRewrite(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
