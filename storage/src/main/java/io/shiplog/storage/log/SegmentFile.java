// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment's file with those who use it counted. <em>References</em> are held by its log, threads that flush it, slices on their way to a
 * socket: when the last one lets go it is closed for good. <em>Pins</em> are held by calls under way and by slices: without any, {@link OpenFiles} may
 * close it until it is used again. So nobody meets a closed channel, and an idle segment costs no descriptor. Any thread.
 *
 * <p>As a {@link LogFile} it opens itself when it is called; only for those who hold a reference.
 */
final class SegmentFile implements LogFile {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFile.class);
    private static final int NOT_OPEN = -1;
    private static final AtomicIntegerFieldUpdater<SegmentFile> PINS =
            AtomicIntegerFieldUpdater.newUpdater(SegmentFile.class, "pins");

    private final OpenFiles openFiles;
    private final Path directory;
    private final long baseOffset;

    /** Changes under the lock and only while there are no pins. */
    private volatile LogFile handle;

    /** Calls and slices that use the handle, or {@link #NOT_OPEN}. Leaves and enters that state under the lock only. */
    private volatile int pins;

    private int references = 1;
    private int slices;

    /** Counts what changed the file, and how much of it is on the disk. */
    private volatile int changes;

    private volatile int syncedChanges;

    /** Second chance; guarded by nobody: a lost update costs a reopening. */
    volatile boolean recentlyUsed;

    /** Place in {@link OpenFiles}, guarded by it; -1: none. */
    int slot = -1;

    /**
     * The file of a segment.
     *
     * @param directory of the partition
     * @param handle the file as {@link OpenFiles} opened or created it, or null to open it when it is needed
     */
    SegmentFile(OpenFiles openFiles, Path directory, long baseOffset, LogFile handle) {
        this.openFiles = openFiles;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.handle = handle;
        this.pins = handle == null ? NOT_OPEN : 0;
        if (handle != null) openFiles.opened(this);
    }

    Path path() {
        return directory.resolve(Segment.fileName(baseOffset));
    }

    /** The file for those who hold a reference; it is opened by the first call. */
    LogFile open() {
        return this;
    }

    // ---- references

    /** Whether nobody has it any more, and nobody ever will. */
    synchronized boolean isClosedForGood() {
        return references == 0;
    }

    /** Takes a reference unless the file is closed for good. */
    synchronized boolean tryRetain() {
        if (references == 0) return false;
        references++;
        return true;
    }

    void release() {
        LogFile last;
        synchronized (this) {
            if (--references > 0 || handle == null) return;
            last = handle;
            handle = null;
            pins = NOT_OPEN;
        }
        close(last);
        openFiles.closed(this);
    }

    /** What is on the disk is there; what is not is the last flush's concern. */
    private void close(LogFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("Closing {} failed: {}", path(), e.toString());
        }
    }

    /**
     * Takes a reference and keeps the file open, whatever becomes of its name, until {@link #releaseOpen}; unless it is closed for good.
     */
    boolean tryRetainOpen() throws IOException {
        if (!tryRetain()) return false;
        try {
            var unused = pin();
            return true;
        } catch (IOException | StorageException e) {
            release();
            throw e;
        }
    }

    void releaseOpen() {
        unpin();
        release();
    }

    /** The same for a slice, by those who hold a reference; until {@link #releaseSlice}. */
    void retainSlice() throws IOException {
        var unused = pin();
        synchronized (this) {
            references++;
            slices++;
        }
    }

    void releaseSlice() {
        synchronized (this) {
            slices--;
        }
        releaseOpen();
    }

    /** Whether bytes of this file may be on their way to a socket. */
    synchronized boolean hasSlices() {
        return slices > 0;
    }

    // ---- pins

    private LogFile pin() throws IOException {
        recentlyUsed = true;
        while (true) {
            int now = pins;
            if (now == NOT_OPEN) return openAndPin();
            if (PINS.compareAndSet(this, now, now + 1)) return handle;
        }
    }

    void unpin() {
        if (PINS.decrementAndGet(this) < 0) throw new InvariantViolation("a pin too few on " + path());
    }

    private LogFile openAndPin() throws IOException {
        LogFile opened = openFiles.open(path());
        LogFile used;
        boolean mine = false;
        synchronized (this) {
            if (references > 0 && pins == NOT_OPEN) {
                handle = opened;
                pins = 1;
                mine = true;
            } else if (references > 0) {
                PINS.incrementAndGet(this);
            }
            used = handle;
        }
        if (mine) {
            openFiles.opened(this);
            return used;
        }
        close(opened);
        openFiles.givenBack();
        if (used == null) throw new StorageException(path() + " is closed");
        return used;
    }

    /** Closes the file unless it is used or has bytes that are not on the disk. Only {@link OpenFiles} calls it. */
    synchronized boolean closeIfIdle() {
        if (!PINS.compareAndSet(this, 0, NOT_OPEN)) return false;
        if (hasUnsynced()) {
            pins = 0;
            return false;
        }
        LogFile idle = handle;
        handle = null;
        close(idle);
        return true;
    }

    /** Takes a reference and a pin of a file that only a sync keeps from being closed. Only {@link OpenFiles} calls it. */
    synchronized boolean retainIfUnsyncedAndIdle() {
        if (references == 0 || !hasUnsynced() || !PINS.compareAndSet(this, 0, 1)) return false;
        references++;
        return true;
    }

    private boolean hasUnsynced() {
        return changes != syncedChanges;
    }

    // ---- the file

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        LogFile file = pin();
        try {
            file.write(source, position);
        } finally {
            changed();
            unpin();
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        LogFile file = pin();
        try {
            return file.read(target, position);
        } finally {
            unpin();
        }
    }

    @Override
    public long size() throws IOException {
        LogFile file = pin();
        try {
            return file.size();
        } finally {
            unpin();
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        LogFile file = pin();
        try {
            file.truncate(size);
        } finally {
            changed();
            unpin();
        }
    }

    @Override
    public void sync() throws IOException {
        LogFile file = pin();
        try {
            int before = changes;
            file.sync();
            synced(before);
        } finally {
            unpin();
        }
    }

    /**
     * Syncs what was written through this object since the last sync, if anything: for flushes, whose marks cover everything before it was made.
     * A file that was synced and closed meanwhile need not be there any more.
     */
    void syncChanges() throws IOException {
        if (!hasUnsynced()) return;
        try {
            sync();
        } catch (NoSuchFileException e) {
            if (hasUnsynced()) throw e;
        }
    }

    /** Only for those who hold a slice: it keeps the channel open. */
    @Override
    public FileChannel channel() {
        LogFile file = handle;
        if (file == null) throw new InvariantViolation(path() + " is sent and not open");
        return file.channel();
    }

    /** Gives a reference back. */
    @Override
    public void close() {
        release();
    }

    /** After the bytes, so that a sync that began before they were written does not count for them. */
    private synchronized void changed() {
        changes++;
    }

    private synchronized void synced(int upTo) {
        if (upTo - syncedChanges > 0) syncedChanges = upTo;
    }
}
