// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Whole batches in one contiguous range of one segment file. Born with one reference; whoever holds it releases it when
 * the bytes were sent or dropped. As long as a reference is held the bytes stay what they are, whatever happens to the
 * log: truncation goes to a new file, a deleted file stays open. Any thread.
 */
public final class LogSlice {
    /** No bytes; may be retained and released at will. */
    public static final LogSlice EMPTY = new LogSlice(null, null, 0, 0, -1, -1);

    private static final AtomicIntegerFieldUpdater<LogSlice> REFERENCES =
            AtomicIntegerFieldUpdater.newUpdater(LogSlice.class, "references");

    private final LogState log;
    private final SegmentFile file;
    private final long position;
    private final int size;
    private final long firstOffset;
    private final long nextOffset;

    @SuppressWarnings("UnusedVariable") // through the updater only
    private volatile int references = 1;

    /** Takes over one slice reference on the file. */
    LogSlice(LogState log, SegmentFile file, long position, int size, long firstOffset, long nextOffset) {
        this.log = log;
        this.file = file;
        this.position = position;
        this.size = size;
        this.firstOffset = firstOffset;
        this.nextOffset = nextOffset;
    }

    public int sizeInBytes() {
        return size;
    }

    /** The segment's channel, for a transfer; never to be closed by the caller. */
    public FileChannel channel() {
        return file.open().channel();
    }

    /** Where the bytes begin in the channel. */
    public long position() {
        return position;
    }

    /** Base offset of the first batch, -1 when empty. */
    public long firstOffset() {
        return firstOffset;
    }

    /** The offset after the last record of the slice, -1 when empty. */
    public long nextOffset() {
        return nextOffset;
    }

    public void retain() {
        if (this == EMPTY) return;
        if (REFERENCES.getAndIncrement(this) <= 0) throw new InvariantViolation("a released slice was retained");
    }

    public void release() {
        if (this == EMPTY) return;
        int left = REFERENCES.decrementAndGet(this);
        if (left < 0) throw new InvariantViolation("a slice was released more often than retained");
        if (left == 0) file.releaseSlice();
    }

    /**
     * Not all of the bytes could be sent. When that is because the file ends before they do, those who listen for damages of the log are told.
     * By who holds a reference; takes the lock of the log.
     */
    public void sentInPart() {
        if (this == EMPTY) return;
        try {
            long found = file.open().size();
            if (found < position + size) log.context.integrity().tooShort(log, file, found, position + size);
        } catch (IOException e) {
            log.context.integrity().tooShort(log, file, -1, position + size);
        }
    }

    /**
     * Copies the bytes, or as many as the buffer has room for.
     *
     * @throws StorageException when the file cannot be read or is shorter than the slice
     */
    public int copyTo(ByteBuffer target) {
        if (this == EMPTY) return 0;
        int limit = target.limit();
        int wanted = Math.min(size, target.remaining());
        target.limit(target.position() + wanted);
        try {
            int copied = file.open().read(target, position);
            if (copied < wanted) {
                sentInPart();
                throw new DamageException("segment file " + file.path() + " is too short");
            }
            return copied;
        } catch (IOException e) {
            throw new StorageException("reading " + file.path(), e);
        } finally {
            target.limit(limit);
        }
    }
}
