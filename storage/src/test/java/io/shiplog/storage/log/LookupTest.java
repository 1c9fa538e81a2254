// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.fill;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.OffsetAndTimestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data")).open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void findsTheFirstRecordAtOrAfterATime() {
        log.appendAsLeader(TestBatches.batch(100, "a", "b", "c"), 1, 2000, true);
        log.appendAsLeader(TestBatches.compressed(200, "d", "e"), 2, 2000, true);
        assertThat(log.lookupTimestamp(0)).isEqualTo(new OffsetAndTimestamp(0, 100, 1));
        assertThat(log.lookupTimestamp(101)).isEqualTo(new OffsetAndTimestamp(1, 101, 1));
        assertThat(log.lookupTimestamp(103)).isEqualTo(new OffsetAndTimestamp(3, 200, 2));
        assertThat(log.lookupTimestamp(201)).isEqualTo(new OffsetAndTimestamp(4, 201, 2));
        assertThat(log.lookupTimestamp(202)).isNull();
        assertThat(log.lookupMaxTimestamp()).isEqualTo(new OffsetAndTimestamp(4, 201, 2));
    }

    @Test
    void aBatchThatCannotBeUnpackedIsAnsweredAsAWhole() {
        java.nio.ByteBuffer broken = TestBatches.compressed(200, "d", "e", "f");
        for (int i = 70; i < broken.limit(); i++) broken.put(i, (byte) 0x55);
        TestBatches.renewCrc(broken);
        log.appendAsLeader(TestBatches.batch(100, "a"), 1, 2000, true);
        assertThat(log.appendAsLeader(broken, 1, 2000, true).error())
                .isEqualTo(org.apache.kafka.common.protocol.Errors.NONE);
        assertThat(log.lookupTimestamp(201)).isEqualTo(new OffsetAndTimestamp(1, 202, 1));
        assertThat(log.lookupTimestamp(100)).isEqualTo(new OffsetAndTimestamp(0, 100, 1));
    }

    @Test
    void withAppendTimeEveryRecordHasTheTimeOfItsBatch() {
        log.updateSettings(LogSettings.fromTopicConfigs(
                java.util.Map.of("message.timestamp.type", "LogAppendTime"), LogSettings.defaults()));
        log.appendAsLeader(TestBatches.compressed(100, "a", "b"), 1, 5000, true);
        log.appendAsLeader(TestBatches.compressed(100, "c", "d"), 1, 6000, true);
        assertThat(log.lookupTimestamp(0)).isEqualTo(new OffsetAndTimestamp(0, 5000, 1));
        assertThat(log.lookupTimestamp(5001)).isEqualTo(new OffsetAndTimestamp(2, 6000, 1));
        assertThat(log.lookupMaxTimestamp()).isEqualTo(new OffsetAndTimestamp(2, 6000, 1));
    }

    @Test
    void theEpochOfTheLogStartIsKnown() {
        log.assignEpochStart(3, 0);
        assertThat(log.epochAt(log.logStartOffset())).isEqualTo(3);
        fill(log, 3, 2, 10);
        fill(log, 7, 2, 10);
        assertThat(log.epochAt(1)).isEqualTo(3);
        assertThat(log.epochAt(2)).isEqualTo(7);
    }

    /** The record with the largest timestamp was deleted; the batch that held it says that timestamp still. */
    @Test
    void deletedRecordsHaveNoTimes() {
        SimpleRecord[] records = {record(500), record(100), record(300), record(200)};
        log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, records).buffer(), 1, 2000, true);
        log.appendAsLeader(TestBatches.batch(250, "x"), 1, 2000, true);
        assertThat(log.lookupMaxTimestamp()).isEqualTo(new OffsetAndTimestamp(0, 500, 1));
        log.updateHighWatermark(5);
        log.advanceLogStart(1);
        assertThat(log.lookupMaxTimestamp()).isEqualTo(new OffsetAndTimestamp(2, 300, 1));
        assertThat(log.lookupTimestamp(301)).isNull();
        log.advanceLogStart(3);
        assertThat(log.lookupMaxTimestamp()).isEqualTo(new OffsetAndTimestamp(4, 250, 1));
        assertThat(log.lookupTimestamp(150)).isEqualTo(new OffsetAndTimestamp(3, 200, 1));
    }

    private static SimpleRecord record(long timestampMs) {
        return new SimpleRecord(timestampMs, new byte[10]);
    }

    @Test
    void emptyLogHasNoTimes() {
        assertThat(log.lookupTimestamp(0)).isNull();
        assertThat(log.lookupMaxTimestamp()).isNull();
    }

    @Test
    void agreesWithALinearSearchAcrossSegmentsAndRestarts() throws IOException {
        List<Long> times = new ArrayList<>();
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < 120; i++) {
            long timeMs = 1000L + i * 10L + random.nextInt(60);
            times.add(timeMs);
            log.appendAsLeader(TestBatches.ofSize(timeMs, 200), 1, 2000, true);
            if (i % 25 == 0) directory.housekeeping(true);
        }
        compare(times);
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        compare(times);
    }

    private void compare(List<Long> times) {
        for (long t = 990; t < 2300; t += 7) {
            OffsetAndTimestamp expected = null;
            for (int i = 0; i < times.size() && expected == null; i++) {
                if (times.get(i) >= t) expected = new OffsetAndTimestamp(i, times.get(i), 1);
            }
            assertThat(log.lookupTimestamp(t)).isEqualTo(expected);
        }
    }

    @Test
    void toolsReadBatchesAndCompareReplicas() throws IOException {
        fill(log, 3, 30, 300);
        SegmentReader reader = new SegmentReader(directory.partitionPath(0));
        List<SegmentReader.Batch> batches = new ArrayList<>();
        assertThat(reader.forEachBatch(batches::add)).isZero();
        assertThat(batches).hasSize(30);
        assertThat(batches.get(29).baseOffset()).isEqualTo(29);
        assertThat(batches).allMatch(SegmentReader.Batch::crcMatches).allMatch(b -> b.leaderEpoch() == 3);
        SegmentReader.Digest whole = reader.digest(0, 30);
        assertThat(whole.nextOffset()).isEqualTo(30);
        assertThat(whole.bytes()).isEqualTo(log.sizeBytes());
        assertThat(reader.digest(0, 29).sha256()).isNotEqualTo(whole.sha256());
        assertThat(reader.digest(10, 20).firstOffset()).isEqualTo(10);

        PartitionLog copy = directory.create(1);
        long at = 0;
        while (at < 30) {
            LogSlice slice = log.read(at, 700, 30, true);
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            copy.appendAsFollower(bytes.flip(), 3);
            at = slice.nextOffset();
            slice.release();
        }
        assertThat(new SegmentReader(directory.partitionPath(1)).digest(0, 30)).isEqualTo(whole);
        Path first = directory.partitionPath(1).resolve("00000000000000000000.log");
        TestFiles.damage(first, Files.size(first) - 1);
        List<SegmentReader.Batch> damaged = new ArrayList<>();
        new SegmentReader(directory.partitionPath(1)).forEachBatch(damaged::add);
        assertThat(damaged.stream().filter(b -> !b.crcMatches())).hasSize(1);
    }

    @Test
    void appendAndReadAtTheTailCostNextToNoAllocation() {
        directory.config = TestDirectory.config(1 << 30, 32 * 1024);
        PartitionLog large = directory.create(5);
        java.nio.ByteBuffer batch = TestBatches.direct(TestBatches.ofSize(1000, 500));
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 3000; i++) appendAndRead(large, batch);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 2000; i++) appendAndRead(large, batch);
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / 2000;
        assertThat(each).isLessThan(200);
    }

    private static void appendAndRead(PartitionLog log, java.nio.ByteBuffer batch) {
        batch.putLong(0, 0);
        log.appendAsLeader(batch, 1, 2000, true);
        LogSlice slice = log.read(log.logEndOffset() - 1, 1 << 20, Long.MAX_VALUE, true);
        slice.release();
    }
}
