// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.log.CrashableIndexStore.Loss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/** A log of one setting that lives through steps, and is compared with a {@link ModelLog} after each of them. */
final class ModelRun implements AutoCloseable {
    /**
     * Settings that must make no difference to what a log holds.
     *
     * @param segmentBytes of one run of the directory, and of the next one, in turn
     * @param indexIntervalBytes the same
     * @param flushes whether every append is flushed
     * @param rocks whether RocksDB and a plain disk are underneath; then a power loss is a kill
     */
    record Setting(
            String name,
            List<Integer> segmentBytes,
            List<Integer> indexIntervalBytes,
            long indexCacheBytes,
            boolean flushes,
            boolean rocks) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Setting> SETTINGS = List.of(
            new Setting("small segments", List.of(1024, 1500), List.of(128, 4096), 1 << 20, false, false),
            new Setting("large segments", List.of(1 << 20, 1 << 20), List.of(0, 1 << 20), 1 << 20, true, false),
            new Setting("segments that grow", List.of(1100, 1 << 20), List.of(512, 0), 0, false, false));

    static final Setting ROCKS = new Setting("RocksDB", List.of(2048, 1024), List.of(256, 512), 2000, false, true);

    private static final long BARRIER_MS = 60_000;

    private final Setting setting;
    private final ModelLog model = new ModelLog();
    private final TestDirectory directory;
    private final CrashableLogFiles disk;
    private final CrashableIndexStore index = new CrashableIndexStore();
    private PartitionLog log;
    private int opens;
    private int epoch = 1;
    private int serial;
    private long nextProducerId = 100;
    private final short[] transactionalEpochs = new short[ModelLog.TRANSACTIONAL];

    /** The log was told that everything below is committed. */
    private long committed;

    ModelRun(Setting setting, Path root) throws IOException {
        this.setting = setting;
        Path data = Files.createDirectories(root.resolve("data"));
        disk = new CrashableLogFiles(data);
        directory = new TestDirectory(data, setting.rocks() ? new DiskLogFiles() : disk);
        if (!setting.rocks()) directory.indexStores = index::open;
        open();
        directory.directory.stampAs("cluster", 1);
        directory.directory.markRunning(1);
    }

    private void open() {
        int which = opens++ % 2;
        directory.config = TestDirectory.stepwise(
                setting.segmentBytes().get(which), setting.indexIntervalBytes().get(which), setting.indexCacheBytes());
        directory.open();
        assertThat(directory.report.damaged()).as("damaged").isEmpty();
        log = directory.log(0);
        if (log == null) {
            assertThat(model.end)
                    .as("a log that never held anything may be gone")
                    .isZero();
            log = directory.create(0);
        }
        barrier();
    }

    /** Does the step, and compares. */
    void step(ModelStep step) throws IOException {
        switch (step.kind()) {
            case APPEND -> append(step.a(), step.b());
            case APPEND_IDEMPOTENT -> appendIdempotent(step.a());
            case REPEAT -> repeat(step.a(), step.b());
            case APPEND_AS_FOLLOWER -> appendAsFollower(step.a(), step.b());
            case NEW_EPOCH -> epoch += 1 + step.a() % 3;
            case APPEND_WITHIN_TRANSACTION -> appendWithinTransaction(step.a());
            case END_TRANSACTION -> endTransaction(step.a(), step.b());
            case COMMIT -> commit(between(Math.max(model.start, committed), model.end, step.a()));
            case FLUSH -> log.flush().flushNow();
            case CHECKPOINT -> checkpoint();
            case TRUNCATE -> truncate(step.a());
            case TRUNCATE_FULLY -> truncateFully(step.a());
            case RETAIN_BYTES -> retain(step.a(), Map.of("retention.bytes", "" + step.b() % 4000));
            case RETAIN_NOTHING -> retain(step.a(), Map.of("retention.ms", "1"));
            case ADVANCE_START -> advanceStart(step.a());
            case READ -> read(step.a(), step.b());
            case READ_COMMITTED -> readCommitted(step.a(), step.b());
            case LOOK_UP_TIME -> lookUpTime(step.a());
            case LOOK_UP_EPOCH -> lookUpEpoch(step.a());
            case CLOSE_CLEANLY -> closeCleanly();
            case KILL -> kill(step.a());
            case CRASH -> crash(step.a(), step.b());
        }
        assertThat(directory.directory.isOffline()).as("offline").isFalse();
        assertThat(log.logEndOffset()).as("log end").isEqualTo(model.end);
        assertThat(log.logStartOffset()).as("log start").isEqualTo(model.start);
        assertThat(log.flushedOffset()).as("flushed").isBetween(model.start, model.end);
    }

    private String[] values(int a) {
        String[] values = new String[1 + a % 4];
        for (int i = 0; i < values.length; i++) {
            String head = "r" + serial++ + "-";
            values[i] = head + "x".repeat(a / 4 % 200);
        }
        return values;
    }

    private void append(int a, int b) {
        String[] values = values(a);
        long timestampMs = b % 10_000;
        ByteBuffer bytes =
                a % 3 == 0 ? TestBatches.compressed(timestampMs, values) : TestBatches.batch(timestampMs, values);
        appended(bytes, -1, -1, timestampMs, values);
    }

    /** One of a few producers goes on where its last batch that is in the log ended; one without a batch is a new one. */
    private void appendIdempotent(int a) {
        long producerId = producer(a);
        String[] values = values(a / 3);
        List<ModelLog.Batch> batches = model.remembered(producerId);
        int sequence = 0;
        if (batches.isEmpty()) {
            producerId = nextProducerId++;
        } else {
            ModelLog.Batch last = batches.get(batches.size() - 1);
            sequence = last.sequence() + last.values().size();
        }
        appended(TestBatches.idempotent(producerId, 0, sequence, values), producerId, sequence, 1000, values);
    }

    /** A producer that has a batch in the log, or one that has none. */
    private long producer(int a) {
        List<Long> ids = new ArrayList<>();
        for (ModelLog.Batch batch : model.batches) {
            if (batch.producerId() >= 0 && !batch.isTransactional()) ids.add(batch.producerId());
        }
        return ids.isEmpty() || a % 3 == 0 ? -1 : ids.get(a / 3 % ids.size());
    }

    private void appended(ByteBuffer bytes, long producerId, int sequence, long timestampMs, String... values) {
        appended(bytes, AppendOrigin.CLIENT, producerId, sequence, timestampMs, values);
    }

    private void appended(
            ByteBuffer bytes, AppendOrigin origin, long producerId, int sequence, long timestampMs, String... values) {
        int size = bytes.remaining();
        AppendOutcome outcome = log.appendAsLeader(bytes, epoch, 2000, origin);
        assertThat(outcome.error()).as(outcome.message()).isEqualTo(Errors.NONE);
        assertThat(outcome.baseOffset()).as("base offset").isEqualTo(model.end);
        assertThat(outcome.duplicate()).as("duplicate").isFalse();
        add(epoch, producerId, sequence, timestampMs, size, values);
    }

    private void add(int batchEpoch, long producerId, int sequence, long timestampMs, int size, String... values) {
        List<Long> timestamps = new ArrayList<>();
        for (int i = 0; i < values.length; i++) timestamps.add(timestampMs + i);
        model.append(
                new ModelLog.Batch(model.end, batchEpoch, producerId, sequence, timestamps, List.of(values), size));
        if (setting.flushes()) log.flush().flushNow();
    }

    private void repeat(int a, int b) {
        long producerId = producer(a);
        if (producerId < 0) return;
        List<ModelLog.Batch> batches = model.remembered(producerId);
        ModelLog.Batch batch = batches.get(b % batches.size());
        ByteBuffer bytes = TestBatches.idempotent(
                producerId, 0, batch.sequence(), batch.values().toArray(new String[0]));
        AppendOutcome outcome = log.appendAsLeader(bytes, epoch, 2000, true);
        assertThat(outcome.error()).as(outcome.message()).isEqualTo(Errors.NONE);
        assertThat(outcome.duplicate()).as("batch " + batch + " is recognised").isTrue();
        assertThat(outcome.baseOffset()).as("where batch " + batch + " is").isEqualTo(batch.base());
    }

    private void appendAsFollower(int a, int b) {
        List<ByteBuffer> parts = new ArrayList<>();
        long base = model.end;
        List<String[]> all = new ArrayList<>();
        List<Integer> epochs = new ArrayList<>();
        for (int i = 0; i <= a % 3; i++) {
            epoch += b % 2;
            String[] values = values(a / 3 + i);
            ByteBuffer part = TestBatches.stored(base, epoch, values);
            parts.add(part);
            all.add(values);
            epochs.add(epoch);
            base += values.length;
        }
        AppendOutcome outcome = log.appendAsFollower(TestBatches.concat(parts.toArray(new ByteBuffer[0])), epoch);
        assertThat(outcome.error()).as(outcome.message()).isEqualTo(Errors.NONE);
        for (int i = 0; i < all.size(); i++) {
            add(epochs.get(i), -1, -1, 1000 + model.end, parts.get(i).remaining(), all.get(i));
        }
    }

    private void appendWithinTransaction(int a) {
        int producer = a % ModelLog.TRANSACTIONAL;
        long id = ModelLog.FIRST_TRANSACTIONAL + producer;
        String[] values = values(a / 4);
        // As the group coordinator does it: sequences say nothing.
        appended(
                TestBatches.transactional(id, transactionalEpochs[producer], 0, values),
                AppendOrigin.COORDINATOR,
                id,
                0,
                1000,
                values);
    }

    private void endTransaction(int a, int b) {
        int producer = a % ModelLog.TRANSACTIONAL;
        long id = ModelLog.FIRST_TRANSACTIONAL + producer;
        boolean newEpoch = b % 3 == 0;
        if (newEpoch) transactionalEpochs[producer]++;
        int coordinatorEpoch = serial++;
        appended(
                TestBatches.marker(id, transactionalEpochs[producer], b % 2 == 0, coordinatorEpoch),
                newEpoch ? AppendOrigin.COORDINATOR_WITH_NEW_EPOCH : AppendOrigin.COORDINATOR,
                id,
                -1,
                1000,
                LogPromise.markerValue(b % 2 == 0, coordinatorEpoch));
    }

    private void commit(long offset) {
        committed = offset;
        log.updateHighWatermark(offset);
    }

    /** What is committed cannot lie behind the end, nor below the start. */
    private void settleCommitted() {
        commit(Math.max(model.start, Math.min(committed, model.end)));
    }

    private void readCommitted(int a, int b) {
        settleCommitted();
        List<RecordBatch> batches = LogPromise.batches(log);
        long stable = log.lastStableOffset(committed);
        long highest = ReadCommitted.stable(batches, model.start, committed, committed);
        // The log need not know that the beginning of a transaction is gone.
        long lowest = highest;
        for (int i = 0; i < ModelLog.TRANSACTIONAL; i++) {
            long since = model.openSince(ModelLog.FIRST_TRANSACTIONAL + i, committed);
            if (since >= 0 && since < model.start) lowest = model.start;
        }
        assertThat(stable).as("last stable offset of " + committed).isBetween(lowest, highest);
        if (stable <= model.start) return;
        long from = between(model.start, stable - 1, a);
        List<String> found = new ArrayList<>();
        long next = ReadCommitted.read(log, from, b % 3000, stable, found);
        assertThat(found)
                .as("committed records in " + from + " to " + next + ", stable " + stable)
                .isEqualTo(ReadCommitted.expected(batches, from, next));
        ReadCommitted.check(log, batches, model.start, 1 + b % 3000, stable, "below " + stable);
    }

    private void checkpoint() throws IOException {
        log.flush().flushNow();
        directory.clock.advance(20_000);
        directory.directory.checkpoint(true);
    }

    private long between(long from, long to, int a) {
        return from + a % (to - from + 1);
    }

    /** Nothing that is committed is cut: not the batch that holds the log start. */
    private void truncate(int a) {
        boolean within = !model.batches.isEmpty() && model.batches.get(0).base() < model.start;
        long offset = between(within ? model.batches.get(0).last() + 1 : model.start, model.end, a);
        log.truncateTo(offset);
        model.truncateTo(offset);
        settleCommitted();
    }

    private void truncateFully(int a) {
        long offset = between(0, model.end + 50, a);
        log.truncateFullyAndStartAt(offset);
        model.truncateFully(offset);
        committed = offset;
        settleCommitted();
    }

    private void advanceStart(int a) {
        long offset = between(model.start, model.end, a);
        commit(model.end);
        assertThat(log.advanceLogStart(offset)).as("the start moves").isEqualTo(offset > model.start);
        barrier();
        assertThat(log.durableLogStartOffset()).as("durable log start").isEqualTo(offset);
        model.raiseStart(offset);
    }

    private void retain(int a, Map<String, String> retention) {
        LogSettings before = log.settings();
        long highWatermark = between(Math.max(model.start, committed), model.end, a);
        commit(highWatermark);
        log.updateSettings(LogSettings.fromTopicConfigs(retention, before));
        long size = log.sizeBytes();
        log.maybeDeleteOldSegments(directory.clock.wallClockMs());
        barrier();
        log.updateSettings(before);
        long start = log.logStartOffset();
        assertThat(start).as("log start after retention").isBetween(model.start, highWatermark);
        if (retention.containsKey("retention.bytes")) {
            long keep = Long.parseLong(retention.get("retention.bytes"));
            assertThat(log.sizeBytes()).as("bytes kept").isGreaterThanOrEqualTo(Math.min(size, keep));
        }
        boolean boundary = start == model.end;
        for (ModelLog.Batch batch : model.batches) boundary |= batch.base() == start;
        assertThat(boundary || start == model.start)
                .as("log start " + start + " is where a batch begins")
                .isTrue();
        model.raiseStart(start);
    }

    private void read(int a, int b) {
        long offset = between(model.start, model.end, a);
        int maxBytes = b % 3000;
        long end = b % 5 == 0 ? between(model.start, model.end, b / 5) : Long.MAX_VALUE;
        boolean atLeastOne = b % 2 == 0;
        LogSlice slice = log.read(offset, maxBytes, end, atLeastOne);
        String what = "read " + offset + " up to " + end + ", " + maxBytes + " bytes";
        int first = model.indexOf(offset);
        long limit = Math.min(end, model.end);
        boolean any = offset < limit && model.batches.get(first).last() < limit;
        if (any) any = atLeastOne || model.batches.get(first).size() <= maxBytes;
        assertThat(slice.sizeInBytes() > 0).as(what + " gives something").isEqualTo(any);
        if (slice.sizeInBytes() > 0) compare(slice, first, maxBytes, limit, what);
        slice.release();
    }

    private void compare(LogSlice slice, int first, int maxBytes, long limit, String what) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
        assertThat(slice.copyTo(bytes)).as(what).isEqualTo(slice.sizeInBytes());
        int at = first;
        for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
            batch.ensureValid();
            ModelLog.Batch expected = model.batches.get(at);
            assertThat(batch.sizeInBytes()).as(what + ": size of batch " + at).isEqualTo(expected.size());
            compare(batch, expected, what);
            assertThat(expected.last()).as(what).isLessThan(limit);
            at++;
        }
        assertThat(slice.nextOffset())
                .as(what)
                .isEqualTo(model.batches.get(at - 1).last() + 1);
        assertThat(slice.sizeInBytes() <= maxBytes || at == first + 1)
                .as(what + ": size")
                .isTrue();
    }

    private static void compare(RecordBatch batch, ModelLog.Batch expected, String what) {
        List<String> values = new ArrayList<>();
        LogPromise.entries(List.of(batch)).values().forEach(entry -> values.add(entry.value()));
        assertThat(values).as(what + ": values at " + expected.base()).isEqualTo(expected.values());
        assertThat(batch.baseOffset()).as(what + ": base offset").isEqualTo(expected.base());
        assertThat(batch.partitionLeaderEpoch())
                .as(what + ": epoch at " + expected.base())
                .isEqualTo(expected.epoch());
        assertThat(batch.producerId()).as(what + ": producer").isEqualTo(expected.producerId());
    }

    private void lookUpTime(int a) {
        long timestampMs = a % 12_000;
        assertThat(log.lookupTimestamp(timestampMs))
                .as("first at or after " + timestampMs)
                .isEqualTo(model.firstAtOrAfter(timestampMs));
        assertThat(log.lookupMaxTimestamp()).as("largest timestamp").isEqualTo(model.largestTimestamp());
    }

    private void lookUpEpoch(int a) {
        if (model.batches.isEmpty()) return;
        int asked = a % (epoch + 2);
        assertThat(log.endOffsetForEpoch(asked)).as("end of epoch " + asked).isEqualTo(model.endOfEpoch(asked));
    }

    private void closeCleanly() {
        directory.closeCleanly(3);
        reopen();
        assertThat(directory.report.clean()).as("closed in order").isTrue();
        assertThat(directory.report.scannedBytes())
                .as("bytes read after a close in order")
                .isZero();
        everythingIsThere();
        directory.directory.markRunning(4);
    }

    /** Without a crash in between, and whatever the index store does. */
    private void reopen() {
        open();
    }

    private void kill(int a) throws IOException {
        directory.kill();
        if (!setting.rocks()) {
            disk.restore(Survivors.everything());
            index.crash(Loss.any(a), a);
        }
        reopen();
        everythingIsThere();
    }

    private void everythingIsThere() {
        assertThat(log.logEndOffset()).as("log end after a stop").isEqualTo(model.end);
        compareAll("after a stop");
        settleCommitted();
    }

    private void crash(int a, int b) throws IOException {
        if (setting.rocks()) {
            kill(a);
            return;
        }
        long flushed = log.flushedOffset();
        directory.kill();
        disk.restore(b % 3 == 0 ? Survivors.nothing() : Survivors.random(b));
        index.crash(Loss.any(a), b);
        open();
        long end = log.logEndOffset();
        assertThat(end).as("log end after a power loss").isBetween(flushed, model.end);
        model.truncateTo(end);
        assertThat(model.end).as("the log ends where a batch ends").isEqualTo(end);
        compareAll("after a power loss");
        settleCommitted();
    }

    /** All batches of log and model. */
    void compareAll(String when) {
        List<RecordBatch> batches = LogPromise.batches(log);
        assertThat(batches).as(when + ": batches").hasSameSizeAs(model.batches);
        for (int i = 0; i < batches.size(); i++) compare(batches.get(i), model.batches.get(i), when);
        for (int asked = 0; asked <= epoch + 1 && !model.batches.isEmpty(); asked++) {
            assertThat(log.endOffsetForEpoch(asked))
                    .as(when + ": epoch " + asked)
                    .isEqualTo(model.endOfEpoch(asked));
        }
    }

    private void barrier() {
        CountDownLatch done = new CountDownLatch(1);
        directory.directory.context().background().execute("barrier", done::countDown);
        try {
            boolean offline = false;
            for (long ms = 0; !offline && !done.await(1, TimeUnit.MILLISECONDS); ms++) {
                offline = directory.directory.isOffline();
                assertThat(ms).as("ms until the background thread gets on").isLessThan(BARRIER_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
