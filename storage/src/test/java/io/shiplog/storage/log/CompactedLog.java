// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;

import io.shiplog.storage.batch.KeyedBatches;
import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.compact.CleaningBudget;
import io.shiplog.storage.compact.CleaningReport;
import io.shiplog.storage.compact.UncleanableLog;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** A log of a compacted topic with small segments, for tests: cleaned when the test says so. */
final class CompactedLog implements AutoCloseable {
    static final int SEGMENT_BYTES = 1024;

    final TestDirectory directory;
    private final Map<String, String> configs = new HashMap<>();
    PartitionLog log;
    int epoch = 1;

    CompactedLog(Path path) {
        this(path, new DiskLogFiles());
    }

    CompactedLog(Path path, LogFiles files) {
        directory = new TestDirectory(path, files);
        configs.put("cleanup.policy", "compact");
        configs.put("segment.bytes", "" + SEGMENT_BYTES);
        configs.put("index.interval.bytes", "200");
        configs.put("min.cleanable.dirty.ratio", "0");
        configs.put("delete.retention.ms", "1000");
    }

    CompactedLog with(String key, String value) {
        configs.put(key, value);
        if (log != null) log.updateSettings(settings());
        return this;
    }

    LogSettings settings() {
        return LogSettings.fromTopicConfigs(
                configs, TestDirectory.config(4096, 512).defaults());
    }

    CompactedLog open() {
        directory.open();
        log = directory.log(0);
        if (log == null) log = directory.create(0);
        log.updateSettings(settings());
        return this;
    }

    CompactedLog restart() {
        directory.kill();
        return open();
    }

    /** Appends a batch of any kind and returns its base offset. */
    long append(ByteBuffer batch) {
        AppendOutcome outcome = log.appendAsLeader(batch, epoch, 2000, false);
        if (outcome.error() != Errors.NONE) throw new AssertionError(outcome.error() + " " + outcome.message());
        return outcome.baseOffset();
    }

    /** One batch; see {@link KeyedBatches}. */
    long put(String... records) {
        return append(KeyedBatches.batch(records));
    }

    /** Begins a new segment with a record that is the latest of its own key. */
    void roll() {
        int before = log.state().segments.count();
        while (log.state().segments.count() == before) put("filler=" + "x".repeat(200));
    }

    /** Everything is on the disk and committed. */
    void commit() {
        log.flush().flushNow();
        log.updateHighWatermark(log.logEndOffset());
    }

    CleaningReport clean() throws CleaningAborted, UncleanableLog, IOException {
        return clean(1 << 20);
    }

    CleaningReport clean(long mapBytes) throws CleaningAborted, UncleanableLog, IOException {
        return log.cleanable().clean(new CleaningBudget(mapBytes, bytes -> {}));
    }

    boolean isDue() {
        return log.cleanable().dirtiness(directory.clock.wallClockMs()).isDue();
    }

    /** Everything from the offset on, read slice by slice. */
    ByteBuffer bytesFrom(long from) {
        ByteBuffer all = ByteBuffer.allocate(1 << 22);
        for (long at = from; at < log.logEndOffset(); ) {
            LogSlice slice = log.read(at, 700, FAR, true);
            slice.copyTo(all);
            if (slice.nextOffset() <= at) throw new AssertionError("a read at " + at + " gave " + slice.nextOffset());
            at = slice.nextOffset();
            slice.release();
        }
        return all.flip();
    }

    /** All records but those of {@link #roll}. */
    List<String> records() {
        List<String> found = new ArrayList<>(KeyedBatches.read(bytesFrom(log.logStartOffset())));
        found.removeIf(record -> record.contains(":filler="));
        return found;
    }

    List<Long> bases() {
        List<Long> bases = new ArrayList<>();
        Segments segments = log.state().segments;
        for (int i = 0; i < segments.count(); i++) bases.add(segments.get(i).baseOffset);
        return bases;
    }

    @Override
    public void close() {
        directory.close();
    }
}
