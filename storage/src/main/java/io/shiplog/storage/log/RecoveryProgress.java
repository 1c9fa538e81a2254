// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the recovery of a data directory is. The remaining logs and segments are what Kafka calls {@code remainingLogsToRecover} and
 * {@code remainingSegmentsToRecover} (of its {@code LogManager}): like there, segments and bytes are those of the logs that are being
 * looked at. Any thread.
 */
public final class RecoveryProgress {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryProgress.class);
    private static final long LINE_EVERY_MS = 3_000;

    private final Path directory;
    private final StorageClock clock;
    private final AtomicInteger logs = new AtomicInteger();
    private final AtomicInteger logsDone = new AtomicInteger();
    private final AtomicInteger segmentsLeft = new AtomicInteger();
    private final AtomicLong bytesLeft = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();
    private volatile long startMs;
    private final AtomicLong lastLineMs = new AtomicLong();

    RecoveryProgress(Path directory, StorageClock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    void begin(int count) {
        logs.set(count);
        startMs = clock.nowMs();
        lastLineMs.set(startMs);
    }

    /** A log was opened whose last segments must be walked over. */
    void found(int segments, long bytes) {
        segmentsLeft.addAndGet(segments);
        bytesLeft.addAndGet(bytes);
    }

    /** Bytes were walked over, and perhaps a segment was ended with them. */
    void walked(int segments, long bytes) {
        segmentsLeft.addAndGet(-segments);
        bytesLeft.addAndGet(-bytes);
        bytesRead.addAndGet(bytes);
        maybeSay();
    }

    /** A log is ready, or given up. */
    void done() {
        logsDone.incrementAndGet();
        maybeSay();
    }

    /** All logs of the directory; 0 before it was listed. */
    public int logs() {
        return logs.get();
    }

    public int remainingLogs() {
        return logs.get() - logsDone.get();
    }

    public int remainingSegments() {
        return segmentsLeft.get();
    }

    public long remainingBytes() {
        return bytesLeft.get();
    }

    /** Bytes of segments that were walked over so far, by their headers or whole. */
    public long walkedBytes() {
        return bytesRead.get();
    }

    /** When all logs will be open if it goes on like this; -1 when nothing is known yet. */
    public long remainingMs() {
        int done = logsDone.get();
        return done == 0 ? -1 : (clock.nowMs() - startMs) * remainingLogs() / done;
    }

    private void maybeSay() {
        long nowMs = clock.nowMs();
        long lastMs = lastLineMs.get();
        if (nowMs - lastMs < LINE_EVERY_MS || !lastLineMs.compareAndSet(lastMs, nowMs)) return;
        LOG.info(
                "Recovering {}: {} of {} partitions open, {} MiB walked over, {} segments with {} MiB under way, {} s left",
                directory,
                logsDone,
                logs,
                bytesRead.get() >> 20,
                segmentsLeft,
                bytesLeft.get() >> 20,
                Math.max(0, remainingMs()) / 1000);
    }
}
