// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.model.EpochStart;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/**
 * The life of a data directory whose power may go at any change of the disk. Each step is done when it returns, background
 * work too, so that the same steps make the same changes in the same order; what may be relied on afterwards is noted in
 * one {@link LogPromise} per partition. A step throws when the power went.
 */
final class CrashLife {
    private static final int SEGMENT_BYTES = 2048;
    private static final int INDEX_INTERVAL_BYTES = 256;
    private static final long BARRIER_S = 60;

    final TestDirectory directory;
    final CrashableLogFiles disk;
    final CrashableIndexStore index = new CrashableIndexStore();
    final Map<Integer, LogPromise> promises = new TreeMap<>();

    /** The broker epoch of the last orderly end that may have been marked, -1 when none. */
    private long mayBeCleanSince = -1;

    private int serial;

    CrashLife(Path root) throws IOException {
        Path data = Files.createDirectories(root.resolve("data"));
        disk = new CrashableLogFiles(data);
        directory = new TestDirectory(data, disk);
        directory.config = TestDirectory.stepwise(SEGMENT_BYTES, INDEX_INTERVAL_BYTES, 1 << 20);
        directory.indexStores = index::open;
    }

    /** Opens the directory and recovers what is there. */
    void open() {
        directory.open();
        barrier();
    }

    /** What a node does before it takes any write. */
    void run(long brokerEpoch) {
        directory.directory.stampAs("cluster", 1);
        directory.directory.markRunning(brokerEpoch);
        mayBeCleanSince = -1;
    }

    /** {@link #open} and {@link #run}. */
    void start() {
        open();
        run(5);
    }

    PartitionLog log(int partition) {
        PartitionLog log = directory.log(partition);
        if (log == null) throw new IllegalStateException("no log " + partition);
        return log;
    }

    LogPromise promise(int partition) {
        return promises.computeIfAbsent(partition, p -> new LogPromise());
    }

    void create(int partition) {
        promise(partition).creating();
        directory.create(partition);
        barrier();
    }

    void delete(int partition) {
        promise(partition).deleting();
        directory.directory.delete(TestDirectory.TOPIC, partition);
        promise(partition).deleted();
        barrier();
    }

    /** Batches of one record of about so many bytes, not idempotent. */
    void append(int partition, int epoch, int batches, int bytes) {
        for (int i = 0; i < batches; i++) {
            String value = value(bytes);
            append(partition, epoch, -1, -1, TestBatches.batch(1000 + serial, value), value);
        }
    }

    /** One batch of an idempotent producer, with as many records as there are bytes given. */
    void appendOf(long producerId, int sequence, int partition, int epoch, int... bytes) {
        String[] values = new String[bytes.length];
        for (int i = 0; i < bytes.length; i++) values[i] = value(bytes[i]);
        append(partition, epoch, producerId, sequence, TestBatches.idempotent(producerId, 0, sequence, values), values);
    }

    /** One batch of one record of a transaction. */
    void appendWithin(long producerId, int sequence, int partition, int epoch, int bytes) {
        String value = value(bytes);
        ByteBuffer batch = TestBatches.transactional(producerId, 0, sequence, value);
        append(partition, epoch, producerId, sequence, batch, AppendOrigin.TRANSACTION, value);
    }

    /** The end of a transaction. */
    void end(long producerId, boolean commit, int partition, int epoch) {
        int coordinatorEpoch = serial++;
        ByteBuffer batch = TestBatches.marker(producerId, 0, commit, coordinatorEpoch);
        String value = LogPromise.markerValue(commit, coordinatorEpoch);
        append(partition, epoch, producerId, -1, batch, AppendOrigin.COORDINATOR, value);
    }

    private void append(int partition, int epoch, long producer, int sequence, ByteBuffer batch, String... values) {
        append(partition, epoch, producer, sequence, batch, AppendOrigin.CLIENT, values);
    }

    private void append(
            int partition,
            int epoch,
            long producer,
            int sequence,
            ByteBuffer batch,
            AppendOrigin origin,
            String... values) {
        PartitionLog log = log(partition);
        promise(partition).appending(log.logEndOffset(), epoch, producer, sequence, values);
        AppendOutcome outcome = log.appendAsLeader(batch, epoch, 2000, origin);
        if (outcome.error() != Errors.NONE) throw new StorageException("append: " + outcome.error());
    }

    /** A segment of so many batches, each of one record of about so many bytes, comes from elsewhere as a file. */
    void ship(int partition, int epoch, int batches, int bytes) {
        PartitionLog log = log(partition);
        long base = log.logEndOffset();
        ByteBuffer[] parts = new ByteBuffer[batches];
        for (int i = 0; i < batches; i++) {
            String value = value(bytes);
            parts[i] = TestBatches.stored(base + i, epoch, value);
            promise(partition).appending(base + i, epoch, -1, -1, value);
        }
        ByteBuffer whole = TestBatches.concat(parts);
        SealedSegment segment =
                new SealedSegment(base, base + batches, whole.remaining(), 0, List.of(new EpochStart(epoch, base)));
        ReceivedSegment received = log.shipping().receive(segment);
        if (!received.write(whole) || !received.finish()) throw new IllegalStateException(received.problem());
        String refusal = log.shipping().beginAdoption(received, epoch);
        if (refusal != null) throw new StorageException(refusal);
        boolean all = false;
        while (!all) all = log.shipping().adopt(2);
    }

    private String value(int bytes) {
        String head = "r" + serial++ + "-";
        return head + "x".repeat(Math.max(0, bytes - head.length()));
    }

    void flush(int partition) {
        PartitionLog log = log(partition);
        log.flush().flushNow();
        checkOnline();
        promise(partition).flushed(log.flushedOffset());
    }

    /** Marks, and whatever is due of checkpoints. */
    void checkpoint() throws IOException {
        directory.directory.checkpoint(true);
        checkOnline();
    }

    /** The same long after the last time, so that the index store is flushed as well. */
    void checkpointAndFlushIndex() throws IOException {
        directory.clock.advance(60_000);
        checkpoint();
    }

    void truncate(int partition, long offset) {
        long end = promise(partition).truncating(offset);
        log(partition).truncateTo(offset);
        promise(partition).truncated(end);
        barrier();
    }

    void truncateFully(int partition, long offset) {
        promise(partition).truncatingFully(offset);
        log(partition).truncateFullyAndStartAt(offset);
        promise(partition).truncatedFully(offset);
        barrier();
    }

    void tellHighWatermark(int partition, long offset) {
        promise(partition).toldHighWatermark(offset);
        log(partition).updateHighWatermark(offset);
    }

    /** Retention by size; the start is durable when its files are gone, that is when this returns. */
    void retain(int partition, long bytes) {
        PartitionLog log = log(partition);
        promise(partition).raisingStart(log.logEndOffset());
        log.updateSettings(LogSettings.fromTopicConfigs(Map.of("retention.bytes", "" + bytes), log.settings()));
        log.maybeDeleteOldSegments(directory.clock.wallClockMs());
        long start = log.logStartOffset();
        barrier();
        promise(partition).raisedStartDurably(start);
    }

    /** DeleteRecords; the answer leaves when the start is durable. */
    void deleteRecords(int partition, long offset) {
        PartitionLog log = log(partition);
        tellHighWatermark(partition, log.logEndOffset());
        promise(partition).raisingStart(offset);
        log.advanceLogStart(offset);
        barrier();
        promise(partition).raisedStartDurably(log.durableLogStartOffset());
    }

    /** The log begins anew before the start to which records were deleted is on the disk. */
    void deleteRecordsAndTruncateFully(int partition, long offset, long newStart) {
        tellHighWatermark(partition, log(partition).logEndOffset());
        promise(partition).raisingStart(offset);
        CountDownLatch truncated = new CountDownLatch(1);
        directory.directory.context().background().execute("waiting", () -> awaitUninterruptibly(truncated));
        try {
            log(partition).advanceLogStart(offset);
            promise(partition).truncatingFully(newStart);
            log(partition).truncateFullyAndStartAt(newStart);
            promise(partition).truncatedFully(newStart);
        } finally {
            truncated.countDown();
        }
        barrier();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void closeCleanly(long brokerEpoch) {
        mayBeCleanSince = brokerEpoch;
        directory.closeCleanly(brokerEpoch);
        if (directory.directory.isOffline()) throw new StorageException("offline");
        promises.values().forEach(LogPromise::closedCleanly);
    }

    /** Whatever is left after a crash keeps all promises. */
    void check(String when) {
        if (!directory.report.damaged().isEmpty()) {
            throw new AssertionError(when + ": damaged " + directory.report.damaged());
        }
        if (directory.report.clean() && directory.report.cleanBrokerEpoch() != mayBeCleanSince) {
            throw new AssertionError(when + ": counts as closed cleanly under " + directory.report.cleanBrokerEpoch());
        }
        if (directory.report.clean()) promises.values().forEach(LogPromise::closedCleanly);
        promises.forEach((partition, promise) -> promise.check(directory.log(partition), when + ", " + partition));
    }

    /** Waits until the background thread has done what was asked of it. */
    void barrier() {
        LogDirectory open = directory.directory;
        CountDownLatch done = new CountDownLatch(1);
        open.context().background().execute("barrier", done::countDown);
        try {
            for (long ms = 0; !open.isOffline() && !done.await(1, TimeUnit.MILLISECONDS); ms++) {
                if (ms > BARRIER_S * 1000) throw new IllegalStateException("the background thread does not get on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        checkOnline();
    }

    private void checkOnline() {
        if (directory.directory.isOffline()) throw new StorageException("offline");
    }
}
