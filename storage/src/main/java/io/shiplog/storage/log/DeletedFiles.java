// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the room of large deleted files back in small steps. A file that goes at once holds up every sync of its file system, and so every acknowledgement,
 * for as long as its blocks take to be freed, and longer where the disk is told of each (docs/decisions/0217). Small files go at once, and so does everything
 * while the disk is full. However much there is, it is gone within some ten minutes.
 *
 * <p>What the process does not get done is lost with its descriptors, and for whole partitions found at the next start. Any thread; the steps are those of the
 * background thread.
 */
final class DeletedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedFiles.class);

    /** What is freed in a step, and all of a file that is not worth one. */
    static final int STEP_BYTES = 2 << 20;

    static final long PAUSE_MS = 25;
    /** While all that is left is being read. */
    private static final long IN_USE_PAUSE_MS = 1_000;

    private static final long SPREAD_MS = 600_000;
    private static final long SPREAD_STEPS = SPREAD_MS / PAUSE_MS;
    /** Files that are open here alone. What is deleted beyond that goes at once. */
    private static final int MAX_HELD = 256;

    private final Path directory;
    private final LogFiles files;
    private final Background background;
    private final DiskSpace space;

    /** Segments, which are open, before partitions; one after the other, so that of the latter one file is open at a time. */
    private final ArrayDeque<Deletion> waiting = new ArrayDeque<>();

    private int held;
    private long leftBytes;
    private long stepBytes = STEP_BYTES;
    private boolean scheduled;
    private boolean closed;

    DeletedFiles(Path directory, LogFiles files, Background background, DiskSpace space) {
        this.directory = directory;
        this.files = files;
        this.background = background;
        this.space = space;
    }

    /** Something that goes step by step. */
    private interface Deletion {
        /** Whether somebody still reads of it. */
        boolean isInUse();

        /** Frees so many bytes, at least; 0 when all is gone. */
        long free(long bytes) throws IOException;

        /** Lets go of what is open. */
        void close() throws IOException;
    }

    /** Bytes that have been deleted and still take room. */
    synchronized long leftBytes() {
        return leftBytes;
    }

    // ---- segments

    /** A segment's file that keeps its bytes when its name goes. */
    final class Held implements Deletion {
        private final LogFile file;
        private final SegmentFile segment;
        private long size;

        private Held(LogFile file, SegmentFile segment, long size) {
            this.file = file;
            this.segment = segment;
            this.size = size;
        }

        @Override
        public boolean isInUse() {
            return !segment.isClosedForGood();
        }

        @Override
        public long free(long bytes) throws IOException {
            if (size == 0) return 0;
            long freed = Math.min(size, bytes);
            size -= freed;
            file.truncate(size);
            if (size == 0) close();
            return freed;
        }

        @Override
        public void close() throws IOException {
            synchronized (DeletedFiles.this) {
                held--;
            }
            file.close();
        }
    }

    /**
     * Opens the file of a segment that is about to lose its name, so that its bytes stay until they are {@link #giveBack given back}. Null when they may go with
     * the name.
     */
    Held hold(SegmentFile segment) throws IOException {
        synchronized (this) {
            if (closed || held >= MAX_HELD) return null;
            held++;
        }
        Held opened = null;
        try {
            long size = files.size(segment.path());
            if (size > STEP_BYTES) opened = new Held(files.open(segment.path()), segment, size);
        } catch (NoSuchFileException gone) {
            return null;
        } catch (FileSystemException e) {
            if (!OpenFiles.isOutOfDescriptors(e)) throw e;
        } finally {
            if (opened == null) {
                synchronized (this) {
                    held--;
                }
            }
        }
        return opened;
    }

    /** The names are gone, durably: frees the bytes once nobody reads them any more. */
    void giveBack(List<Held> deleted) {
        synchronized (this) {
            for (Held each : deleted) {
                waiting.addFirst(each);
                count(each.size);
            }
        }
        schedule(PAUSE_MS);
    }

    /** It is not certain that the names are gone: cuts nothing, and leaves the bytes to the file system. */
    void letGo(List<Held> undecided) {
        undecided.forEach(this::close);
    }

    // ---- partitions

    private final class Tree implements Deletion {
        private final Path path;
        private final List<SegmentFile> segments;
        private LogFile file;
        private long size;

        Tree(Path path, List<SegmentFile> segments) {
            this.path = path;
            this.segments = segments;
        }

        @Override
        public boolean isInUse() {
            for (SegmentFile segment : segments) {
                if (!segment.isClosedForGood()) return true;
            }
            return false;
        }

        @Override
        public long free(long bytes) throws IOException {
            if (file == null && !openNext()) {
                remove();
                return 0;
            }
            long freed = Math.min(size, bytes);
            size -= freed;
            file.truncate(size);
            if (size == 0) close();
            return freed;
        }

        void remove() throws IOException {
            files.deleteTree(path);
            files.syncDirectory(directory);
        }

        /** What is worth a step. */
        long largeBytes() throws IOException {
            long bytes = 0;
            for (Path each : entries()) bytes += largeBytes(each);
            return bytes;
        }

        private boolean openNext() throws IOException {
            for (Path each : entries()) {
                size = largeBytes(each);
                if (size > 0) {
                    file = files.open(each);
                    return true;
                }
            }
            return false;
        }

        private List<Path> entries() throws IOException {
            return files.isDirectory(path) ? files.list(path) : List.of();
        }

        private long largeBytes(Path entry) throws IOException {
            long bytes = files.isDirectory(entry) ? 0 : files.size(entry);
            return bytes > STEP_BYTES ? bytes : 0;
        }

        @Override
        public void close() throws IOException {
            if (file == null) return;
            LogFile open = file;
            file = null;
            open.close();
        }
    }

    /**
     * Deletes the directory of a partition, which has another name already.
     *
     * @param segments files of it that may still be read; their log is closed
     */
    void deleteTree(Path path, List<SegmentFile> segments) {
        background.execute("removing " + path, () -> {
            Tree tree = new Tree(path, segments);
            long large = tree.largeBytes();
            if (large == 0) {
                tree.remove();
                return;
            }
            synchronized (this) {
                waiting.addLast(tree);
                count(large);
            }
            schedule(PAUSE_MS);
        });
    }

    // ---- steps

    private void count(long bytes) {
        leftBytes += bytes;
        stepBytes = Math.max(stepBytes, leftBytes / SPREAD_STEPS);
    }

    private void schedule(long delayMs) {
        synchronized (this) {
            if (scheduled || closed || waiting.isEmpty()) return;
            scheduled = true;
        }
        background.after(delayMs, "freeing deleted files of " + directory, this::step);
    }

    private void step() throws IOException {
        Deletion next;
        long bytes;
        synchronized (this) {
            scheduled = false;
            next = nextUnused();
            bytes = space.isFull() ? Long.MAX_VALUE : stepBytes;
        }
        if (next != null) {
            long freed = next.free(bytes);
            synchronized (this) {
                leftBytes -= freed;
                if (freed > 0) waiting.addFirst(next);
                if (waiting.isEmpty()) stepBytes = STEP_BYTES;
            }
        }
        schedule(next == null ? IN_USE_PAUSE_MS : PAUSE_MS);
    }

    /** Takes the first of which nobody reads; those before it come last then. */
    private Deletion nextUnused() {
        for (int i = waiting.size(); i > 0; i--) {
            Deletion next = waiting.poll();
            if (!next.isInUse()) return next;
            waiting.addLast(next);
        }
        return null;
    }

    /** Lets go of all: the file system frees what has no name. After the background's end. */
    void close() {
        List<Deletion> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        left.forEach(this::close);
    }

    private void close(Deletion deletion) {
        try {
            deletion.close();
        } catch (IOException e) {
            LOG.warn("Closing a deleted file of {} failed: {}", directory, e.toString());
        }
    }
}
