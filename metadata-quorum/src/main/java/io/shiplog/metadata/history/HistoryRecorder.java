// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.MetadataEntry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the history of the metadata on one quorum node, and finds in it. Whoever applies entries only hands them over: a queue
 * that is full, or a disk that fails, costs lines and nothing else, and the next line that is written says how many are missing.
 * The same shows after a snapshot took the place of entries. What was written before a restart is not written again. The lines of what
 * happens by itself have files of their own ({@link Share}), each share at most 4 of 16 MiB.
 */
public final class HistoryRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryRecorder.class);
    private static final int MAX_FILE_BYTES = 16 << 20;
    private static final int MAX_FILES = 4;
    private static final int MAX_QUEUED = 4_096;
    private static final long MAX_QUEUED_BYTES = 16L << 20;
    private static final int MAX_QUESTIONS = 16;
    private static final long CLOSE_MS = 2_000;

    /** The entry as bytes, which readers of the metadata share: a parsed one takes eight times the memory. */
    private record Applied(MetadataImage before, ByteString entry) {}

    private static final Applied END = new Applied(null, ByteString.EMPTY);

    private final Path directory;
    private final HistoryWriter lines;
    private final LinkedBlockingQueue<Applied> queue = new LinkedBlockingQueue<>(MAX_QUEUED);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread writer;
    private final ThreadPoolExecutor reader = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_QUESTIONS), HistoryRecorder::readerThread);
    private volatile boolean closed;
    /** Of the writer. */
    private boolean failed;

    public HistoryRecorder(Path directory) {
        this(directory, MAX_FILE_BYTES, MAX_FILES);
    }

    HistoryRecorder(Path directory, int maxFileBytes, int maxFiles) {
        this.directory = directory;
        this.lines = new HistoryWriter(directory, maxFileBytes, maxFiles);
        this.writer = new Thread(this::run, "metadata-history");
        writer.setDaemon(true);
    }

    private static Thread readerThread(Runnable task) {
        Thread thread = new Thread(task, "metadata-history-reader");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to write. What is handed over before waits. */
    public void start() {
        writer.start();
    }

    /** {@code entry}, an encoded {@link MetadataEntry}, was applied to {@code before} and changed it. Never blocks and never fails. */
    public void onApplied(MetadataImage before, ByteString entry) {
        int bytes = entry.size();
        if (queuedBytes.addAndGet(bytes) > MAX_QUEUED_BYTES || !queue.offer(new Applied(before, entry))) {
            queuedBytes.addAndGet(-bytes);
        }
    }

    /** Whether a question is one that can be answered. */
    public static boolean isValid(DescribeHistoryRequest request) {
        return HistoryQuery.isValid(request);
    }

    /**
     * Finds lines; the answer comes on a thread of the history, and is empty when the files cannot be read.
     *
     * @return false when too many questions wait already
     */
    public boolean find(DescribeHistoryRequest request, Consumer<DescribeHistoryResponse> answer) {
        try {
            reader.execute(() -> answer.accept(find(request)));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private DescribeHistoryResponse find(DescribeHistoryRequest request) {
        HistoryQuery query = new HistoryQuery(request);
        try {
            for (Share share : Share.values()) {
                query.begin();
                List<Path> all = HistoryFiles.files(directory, share);
                boolean more = true;
                for (int i = all.size() - 1; i >= 0 && more; i--) {
                    more = read(all.get(i), query);
                }
            }
        } catch (IOException e) {
            LOG.warn("the metadata history cannot be read: {}", e.toString());
        }
        return query.answer();
    }

    private static boolean read(Path file, HistoryQuery query) throws IOException {
        try {
            HistoryFiles.read(file, query::see);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was deleted while it was to be read: it was the oldest", file);
        }
        return query.endOfFile();
    }

    private void run() {
        try {
            for (Applied applied = queue.take(); applied.before() != null; applied = queue.take()) {
                queuedBytes.addAndGet(-applied.entry().size());
                record(applied);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeFiles();
        }
    }

    private void record(Applied applied) {
        try {
            lines.write(applied.before(), MetadataEntry.parseFrom(applied.entry()));
            if (queue.isEmpty()) {
                lines.flush();
            }
            if (failed) {
                LOG.info("the metadata history is written again, from offset {}", lines.next());
            }
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn(
                        "the metadata history is not written from offset {} on: {}",
                        applied.before().offset(),
                        e.toString());
            }
            failed = true;
            closeFiles();
        } catch (RuntimeException e) {
            LOG.error(
                    "the metadata entry at offset {} has no history",
                    applied.before().offset(),
                    e);
        }
    }

    private void closeFiles() {
        try {
            lines.close();
        } catch (IOException e) {
            LOG.warn("the metadata history could not be closed: {}", e.toString());
        }
    }

    /** Writes what waits, for a while at most, and ends. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        reader.shutdown();
        // Whoever is in the way of the end costs a line or some, which the next start tells as a gap.
        while (!queue.offer(END)) {
            queue.poll();
        }
        try {
            writer.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
