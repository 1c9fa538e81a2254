// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.NoRoom;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Bounds how many segment files of a data directory are open at a time: before another one is opened, one that nobody is using and that was
 * not used lately is closed (second chance). A file with bytes that are not on the disk is closed only after a sync of its own, since an error of writing
 * them back is told to those who have the file open then (docs/decisions/0040). The bound is exceeded only by files in use: those that
 * are being read or written at the moment, and those with slices on their way to a socket. Any thread.
 *
 * <p>Lock order: this, then a {@link SegmentFile}.
 */
final class OpenFiles {
    /** How far one call looks for a file that can be closed without a sync. */
    private static final int MAX_STEPS = 256;

    private final LogFiles files;
    private final int limit;

    private SegmentFile[] ring = new SegmentFile[16];
    private int size;
    private int hand;
    /** Files that are open or about to be. */
    private int reserved;

    OpenFiles(LogFiles files, int limit) {
        this.files = files;
        this.limit = limit;
    }

    /** Files that are open now. */
    synchronized int count() {
        return reserved;
    }

    /**
     * Opens a file; on success {@link #opened} must follow. Not under the lock of a segment file.
     *
     * @throws NoRoom when the process has no descriptor for it
     */
    LogFile open(Path path) throws IOException {
        reserve();
        try {
            return openOrGiveBack(path, false);
        } catch (FileSystemException e) {
            if (!isOutOfDescriptors(e)) throw e;
            throw new NoRoom(path + " cannot be opened: " + e.getReason(), e);
        }
    }

    /** Creates a file that must not exist; {@link #isOutOfDescriptors} tells what a failure means. */
    LogFile create(Path path) throws IOException {
        reserve();
        return openOrGiveBack(path, true);
    }

    /** The file of a segment is open from now on. */
    synchronized void opened(SegmentFile file) {
        if (size == ring.length) ring = Arrays.copyOf(ring, size * 2);
        file.slot = size;
        ring[size++] = file;
    }

    /** It is closed, for good or because nobody used it. */
    synchronized void closed(SegmentFile file) {
        remove(file);
    }

    /** What {@link #open} or {@link #create} gave was closed again without {@link #opened}. */
    synchronized void givenBack() {
        reserved--;
    }

    private void remove(SegmentFile file) {
        reserved--;
        SegmentFile last = ring[--size];
        ring[size] = null;
        if (last != file) {
            ring[file.slot] = last;
            last.slot = file.slot;
        }
        file.slot = -1;
    }

    private void reserve() throws IOException {
        SegmentFile unsynced;
        synchronized (this) {
            reserved++;
            if (reserved <= limit || closeOne()) return;
            unsynced = takeUnsynced();
        }
        if (unsynced != null) syncAndClose(unsynced);
    }

    /** Goes round until a file is found that can be closed at once. */
    private boolean closeOne() {
        int steps = Math.min(2 * size, MAX_STEPS);
        for (int i = 0; i < steps; i++) {
            SegmentFile file = next();
            if (file.recentlyUsed) {
                file.recentlyUsed = false;
            } else if (file.closeIfIdle()) {
                remove(file);
                return true;
            }
        }
        return false;
    }

    private SegmentFile takeUnsynced() {
        int steps = Math.min(size, MAX_STEPS);
        for (int i = 0; i < steps; i++) {
            SegmentFile file = next();
            if (file.retainIfUnsyncedAndIdle()) return file;
        }
        return null;
    }

    private void syncAndClose(SegmentFile file) throws IOException {
        try {
            file.sync();
        } catch (IOException e) {
            givenBack();
            throw e;
        } finally {
            file.unpin();
            file.release();
        }
        synchronized (this) {
            if (file.slot >= 0 && file.closeIfIdle()) remove(file);
        }
    }

    private SegmentFile next() {
        if (hand >= size) hand = 0;
        return ring[hand++];
    }

    private LogFile openOrGiveBack(Path path, boolean create) throws IOException {
        LogFile opened = null;
        try {
            opened = openFile(path, create);
        } catch (FileSystemException e) {
            if (!isOutOfDescriptors(e)) throw e;
            closeAllIdle();
            opened = openFile(path, create);
        } finally {
            if (opened == null) givenBack();
        }
        return opened;
    }

    private LogFile openFile(Path path, boolean create) throws IOException {
        return create ? files.create(path) : files.open(path);
    }

    /** The process has no descriptors left, whoever took them: gives back all that can be missed. */
    private synchronized void closeAllIdle() {
        for (int i = size - 1; i >= 0; i--) {
            SegmentFile file = ring[i];
            if (file.closeIfIdle()) remove(file);
        }
    }

    /** Whether the operating system refused for lack of descriptors (EMFILE, ENFILE). */
    static boolean isOutOfDescriptors(IOException e) {
        return e instanceof FileSystemException f
                && f.getReason() != null
                && f.getReason().startsWith("Too many open files");
    }
}
