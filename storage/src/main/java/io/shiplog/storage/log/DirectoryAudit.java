// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.marks.StoredMarks;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.BatchChain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A data directory whose node is down, looked at from outside: what is in it, and whether its batches are sound. Changes nothing, and keeps
 * nodes out while it looks. For one thread.
 */
public final class DirectoryAudit implements AutoCloseable {
    private final LogFiles files;
    private final Path directory;
    private final DirectoryLock lock;
    private final StoredMarks marks;
    private final DirectoryStamp stamp;

    /**
     * A partition's log.
     *
     * @param marks null when none are known
     * @param segments by base offset
     */
    public record Log(PartitionKey key, PartitionMarks marks, List<Part> segments) {
        public Log {
            segments = List.copyOf(segments);
        }

        /** Bytes of all segments. */
        public long bytes() {
            return segments.stream().mapToLong(Part::bytes).sum();
        }
    }

    /** One segment file. */
    public record Part(long baseOffset, long bytes) {}

    /**
     * What reading a segment to its end has found.
     *
     * @param batches sound ones
     * @param nextOffset after the last of them
     * @param badFrom the offset from which on something is wrong; -1: nothing is
     * @param badPosition its byte in the file
     * @param problem what is wrong; null: nothing
     * @param torn whether it is only the unpromised end of the log, behind the flush mark, that the next start cuts
     */
    public record Finding(
            long baseOffset,
            long batches,
            long records,
            long nextOffset,
            long badFrom,
            long badPosition,
            String problem,
            boolean torn) {}

    private DirectoryAudit(LogFiles files, Path directory, DirectoryLock lock) throws IOException {
        this.files = files;
        this.directory = directory;
        this.lock = lock;
        this.stamp = StampFile.read(files, directory);
        this.marks = StoredMarks.read(files, directory);
    }

    /**
     * Begins to look.
     *
     * @throws StorageException when it is no data directory, or a running node uses it
     */
    public static DirectoryAudit open(LogFiles files, Path directory) throws IOException {
        if (!files.isDirectory(directory)) {
            throw new StorageException("there is no directory " + directory);
        }
        // Taking the lock would make the file, and so a data directory of any other one.
        if (!files.exists(directory.resolve(".lock"))) {
            throw new StorageException(directory + " is no log directory of a storage node");
        }
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            return new DirectoryAudit(files, directory, lock);
        } catch (IOException | RuntimeException e) {
            lock.release();
            throw e;
        }
    }

    /** Whose it is; null when it was never used. */
    public DirectoryStamp stamp() {
        return stamp;
    }

    public StoredMarks marks() {
        return marks;
    }

    /** All logs, by the names of their directories. */
    public List<Log> logs() throws IOException {
        List<Log> logs = new ArrayList<>();
        for (Path path : files.list(directory)) {
            PartitionKey key = PartitionKey.parse(path.getFileName().toString());
            if (key == null) {
                continue;
            }
            List<Part> segments = new ArrayList<>();
            for (Path file : files.list(path)) {
                long base = Segment.parseFileName(file);
                if (base >= 0) {
                    segments.add(new Part(base, files.size(file)));
                }
            }
            segments.sort((a, b) -> Long.compare(a.baseOffset, b.baseOffset));
            logs.add(new Log(key, marks.all().get(key), segments));
        }
        return logs;
    }

    /** Reads a whole segment of a log and checks every batch, as the scrub does; ends at the first that is not sound. */
    public Finding verify(Log log, Part part) throws IOException {
        int index = log.segments.indexOf(part);
        boolean last = index == log.segments.size() - 1;
        long end = last ? Long.MAX_VALUE : log.segments.get(index + 1).baseOffset;
        Path path = directory.resolve(log.key.directoryName()).resolve(Segment.fileName(part.baseOffset));
        try (LogFile file = files.open(path)) {
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(file, 0, file.size());
            BatchChain chain = new BatchChain();
            // Whether the topic is compacted is not known here, so offsets may be missing; none may come twice.
            chain.begin(part.baseOffset, end, Long.MAX_VALUE, offset -> -1);
            long batches = 0;
            long records = 0;
            long next = part.baseOffset;
            String problem = null;
            while (problem == null && cursor.next()) {
                problem = chain.problemOf(cursor);
                next = problem == null ? chain.nextOffset() : next;
                batches += problem == null ? 1 : 0;
                records += problem == null ? cursor.recordCount() : 0;
            }
            if (problem == null && cursor.position() < file.size() && !cursor.onlyZerosFollow()) {
                problem = "no batch begins at byte " + cursor.position();
            }
            if (problem == null && last && log.marks != null && next < log.marks.flushedOffset()) {
                problem = "the log ends at offset " + next + ", though the flush mark is " + log.marks.flushedOffset();
            }
            boolean torn = problem != null && last && log.marks != null && next >= log.marks.flushedOffset();
            return new Finding(
                    part.baseOffset,
                    batches,
                    records,
                    next,
                    problem == null ? -1 : next,
                    problem == null ? -1 : cursor.position(),
                    problem,
                    torn);
        }
    }

    @Override
    public void close() {
        lock.release();
    }
}
