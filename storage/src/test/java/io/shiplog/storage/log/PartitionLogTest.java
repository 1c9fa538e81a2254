// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.read;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static io.shiplog.storage.log.TestDirectory.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.InvariantViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
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
    void assignsOffsetsInOrderAndReadsThemBack() {
        AppendOutcome first = log.appendAsLeader(TestBatches.batch(1000, "a", "b", "c"), 3, 2000, true);
        assertThat(first.error()).isEqualTo(Errors.NONE);
        assertThat(first.baseOffset()).isZero();
        assertThat(first.lastOffset()).isEqualTo(2);
        assertThat(first.maxTimestampMs()).isEqualTo(1002);
        AppendOutcome second = log.appendAsLeader(TestBatches.direct(TestBatches.batch(1000, "d")), 3, 2000, true);
        assertThat(second.baseOffset()).isEqualTo(3);
        assertThat(readAll(log)).containsExactly("0:a", "1:b", "2:c", "3:d");
        assertThat(log.logEndOffset()).isEqualTo(4);
        assertThat(log.latestEpoch()).isEqualTo(3);
    }

    @Test
    void patchesOffsetAndEpochInTheCallersBufferAndLeavesItsPosition() {
        append(log, 1, "a");
        ByteBuffer padded = ByteBuffer.allocate(1000);
        padded.position(100)
                .put(TestBatches.batch(1000, "b"))
                .limit(padded.position())
                .position(100);
        int limit = padded.limit();
        log.appendAsLeader(padded, 2, 2000, true);
        assertThat(padded.position()).isEqualTo(100);
        assertThat(padded.limit()).isEqualTo(limit);
        assertThat(padded.getLong(100)).isEqualTo(1);
        assertThat(padded.getInt(112)).isEqualTo(2);
    }

    @Test
    void refusedBatchChangesNothing() {
        append(log, 1, "a");
        ByteBuffer broken = TestBatches.batch(1000, "b");
        broken.put(broken.limit() - 1, (byte) 77);
        AppendOutcome outcome = log.appendAsLeader(broken, 1, 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(outcome.message()).contains("CRC");
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(readAll(log)).containsExactly("0:a");
    }

    @Test
    void batchLargerThanASegmentIsRefused() {
        AppendOutcome outcome = log.appendAsLeader(TestBatches.ofSize(1000, 5000), 1, 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.RECORD_LIST_TOO_LARGE);
    }

    @Test
    void appendInAnOlderEpochIsABrokenInvariant() {
        append(log, 5, "a");
        assertThatThrownBy(() -> append(log, 4, "b")).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void rollsBySizeAndReadsAcrossSegments() throws IOException {
        fill(log, 1, 40, 300);
        assertThat(segmentFiles()).hasSizeGreaterThan(2);
        List<String> all = readAll(log);
        assertThat(all).hasSize(40);
        for (int i = 0; i < 40; i++) assertThat(all.get(i)).isEqualTo(i + ":" + value(i, 300));
    }

    @Test
    void rollsByAgeOfTheFirstBatch() throws IOException {
        log.updateSettings(
                LogSettings.fromTopicConfigs(java.util.Map.of("segment.ms", "1000"), directory.config.defaults()));
        log.appendAsLeader(TestBatches.batch(10_000, "a"), 1, 2000, true);
        log.appendAsLeader(TestBatches.batch(11_000, "b"), 1, 2000, true);
        assertThat(segmentFiles()).hasSize(1);
        log.appendAsLeader(TestBatches.batch(11_001, "c"), 1, 2000, true);
        assertThat(segmentFiles()).hasSize(2);
    }

    @Test
    void kafkaReadsOurSegment() throws IOException {
        fill(log, 7, 5, 50);
        try (FileRecords records = FileRecords.open(segmentFiles().get(0).toFile(), false)) {
            long expected = 0;
            for (Record record : records.records()) {
                assertThat(record.offset()).isEqualTo(expected++);
            }
            assertThat(expected).isEqualTo(5);
            records.batches().forEach(batch -> {
                batch.ensureValid();
                assertThat(batch.partitionLeaderEpoch()).isEqualTo(7);
            });
        }
    }

    @Test
    void readBeginsWithTheBatchThatHoldsTheOffset() {
        log.appendAsLeader(TestBatches.batch(1000, "a", "b", "c"), 1, 2000, true);
        append(log, 1, "d");
        LogSlice slice = log.read(1, 1 << 20, FAR, true);
        assertThat(read(slice)).containsExactly("0:a", "1:b", "2:c", "3:d");
        assertThat(slice.firstOffset()).isZero();
        assertThat(slice.nextOffset()).isEqualTo(4);
        slice.release();
    }

    @Test
    void readStopsAtTheEndOffset() {
        append(log, 1, "a", "b", "c");
        LogSlice slice = log.read(0, 1 << 20, 2, true);
        assertThat(read(slice)).containsExactly("0:a", "1:b");
        slice.release();
        assertThat(log.read(2, 1 << 20, 2, true)).isSameAs(LogSlice.EMPTY);
        assertThat(log.read(3, 1 << 20, FAR, true)).isSameAs(LogSlice.EMPTY);
    }

    @Test
    void batchThatReachesBeyondTheEndOffsetIsNotGiven() {
        log.appendAsLeader(TestBatches.batch(1000, "a", "b", "c"), 1, 2000, true);
        assertThat(log.read(0, 1 << 20, 2, true)).isSameAs(LogSlice.EMPTY);
    }

    @Test
    void firstBatchMayExceedMaxBytesOnlyWhenAsked() {
        fill(log, 1, 3, 200);
        assertThat(log.read(0, 10, FAR, false)).isSameAs(LogSlice.EMPTY);
        LogSlice slice = log.read(0, 10, FAR, true);
        assertThat(read(slice)).hasSize(1);
        slice.release();
    }

    @Test
    void readBelowTheLogStartIsTheCallersMistake() {
        log.truncateFullyAndStartAt(10);
        assertThatThrownBy(() -> log.read(9, 100, FAR, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyReadGivesWholeBatchesWhateverTheLimits() {
        Random random = new Random(42);
        for (int i = 0; i < 300; i++) fill(log, 1, 1, 10 + random.nextInt(400));
        for (int i = 0; i < 5000; i++) {
            long offset = random.nextInt(300);
            long end = offset + random.nextInt(300);
            int maxBytes = random.nextInt(6000);
            boolean atLeastOne = random.nextBoolean();
            LogSlice slice = log.read(offset, maxBytes, end, atLeastOne);
            if (slice != LogSlice.EMPTY) {
                List<String> records = read(slice);
                assertThat(records.get(0)).startsWith(offset + ":");
                assertThat(slice.nextOffset())
                        .isEqualTo(offset + records.size())
                        .isLessThanOrEqualTo(end);
                assertThat(slice.sizeInBytes() <= maxBytes || (atLeastOne && records.size() == 1))
                        .isTrue();
                slice.release();
            } else {
                boolean fits = end > offset && offset < 300 && atLeastOne;
                assertThat(fits).isFalse();
            }
        }
    }

    @Test
    void followerAppendsWhatTheLeaderSent() {
        ByteBuffer sent = TestBatches.concat(
                TestBatches.stored(0, 1, "a", "b"), TestBatches.stored(2, 1, "c"), TestBatches.stored(3, 4, "d"));
        AppendOutcome outcome = log.appendAsFollower(sent, 4);
        assertThat(outcome.error()).isEqualTo(Errors.NONE);
        assertThat(outcome.baseOffset()).isZero();
        assertThat(outcome.lastOffset()).isEqualTo(3);
        assertThat(readAll(log)).containsExactly("0:a", "1:b", "2:c", "3:d");
        assertThat(log.latestEpoch()).isEqualTo(4);
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 3));
    }

    @Test
    void followerRefusesAGap() {
        assertThat(log.appendAsFollower(TestBatches.stored(1, 1, "a"), 1).error())
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void followerRefusesAGapBehindAGoodBatchAndTakesNeither() {
        ByteBuffer sent = TestBatches.concat(TestBatches.stored(0, 1, "a"), TestBatches.stored(2, 1, "c"));
        assertThat(log.appendAsFollower(sent, 1).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void followerRefusesAnEpochAboveTheLeaders() {
        assertThat(log.appendAsFollower(TestBatches.stored(0, 2, "a"), 1).error())
                .isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void followerRefusesAnEpochThatFalls() {
        log.appendAsFollower(TestBatches.stored(0, 2, "a"), 3);
        assertThat(log.appendAsFollower(TestBatches.stored(1, 1, "b"), 3).error())
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(log.logEndOffset()).isEqualTo(1);
    }

    @Test
    void followerRefusesABrokenCrcAndAPartialBatch() {
        ByteBuffer broken = TestBatches.stored(0, 1, "a");
        broken.put(broken.limit() - 1, (byte) 77);
        assertThat(log.appendAsFollower(broken, 1).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
        ByteBuffer partial = TestBatches.stored(0, 1, "a");
        partial.limit(partial.limit() - 1);
        assertThat(log.appendAsFollower(partial, 1).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void followerRollsInTheMiddleOfWhatItGot() throws IOException {
        ByteBuffer[] parts = new ByteBuffer[30];
        for (int i = 0; i < 30; i++) parts[i] = TestBatches.stored(i, 1, value(i, 400));
        assertThat(log.appendAsFollower(TestBatches.concat(parts), 1).error()).isEqualTo(Errors.NONE);
        assertThat(segmentFiles()).hasSizeGreaterThan(2);
        assertThat(readAll(log)).hasSize(30);
        for (Path file : segmentFiles()) assertThat(Files.size(file)).isLessThanOrEqualTo(4096);
    }

    @Test
    void retriedBatchOfAProducerIsAnsweredWithItsOffsets() {
        append(log, 1, "x");
        log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a", "b"), 1, 2000, true);
        AppendOutcome again = log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a", "b"), 1, 2000, true);
        assertThat(again.error()).isEqualTo(Errors.NONE);
        assertThat(again.duplicate()).isTrue();
        assertThat(again.baseOffset()).isEqualTo(1);
        assertThat(again.lastOffset()).isEqualTo(2);
        assertThat(log.logEndOffset()).isEqualTo(3);
    }

    @Test
    void gapInAProducersSequenceIsRefused() {
        log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a"), 1, 2000, true);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 2, "c"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 1, 0, "a"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.NONE);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 1, "b"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    }

    @Test
    void followerKnowsTheProducersOfWhatItAppended() {
        ByteBuffer sent = TestBatches.idempotent(9, 0, 0, "a", "b");
        io.shiplog.storage.batch.RecordBatchHeader.setLeaderEpoch(sent, 0, 1);
        log.appendAsFollower(sent, 1);
        AppendOutcome again = log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a", "b"), 2, 2000, true);
        assertThat(again.duplicate()).isTrue();
    }

    private List<Path> segmentFiles() throws IOException {
        try (var files = Files.list(directory.partitionPath(0))) {
            return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        }
    }
}
