// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.EpochEndOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
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

    private void reopen() {
        directory.kill();
        directory.reopen();
        log = directory.log(0);
    }

    private List<Path> segmentFiles() throws IOException {
        try (var files = Files.list(directory.partitionPath(0))) {
            return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
        }
    }

    private Path lastSegment() throws IOException {
        List<Path> files = segmentFiles();
        return files.get(files.size() - 1);
    }

    private String damage() {
        assertThat(directory.report.damaged()).hasSize(1);
        return directory.report.damaged().get(0).reason();
    }

    private void assertHole(long offset) {
        assertThatThrownBy(() -> readAt(offset)).isInstanceOf(DamageException.class);
    }

    /** The first record at or behind the offset. */
    private String readAt(long offset) {
        LogSlice slice = log.read(offset, 1, TestDirectory.FAR, true);
        try {
            return TestDirectory.read(slice).get(0);
        } finally {
            slice.release();
        }
    }

    @Test
    void cleanStopIsReportedWithItsBrokerEpochAndReadsNothing() throws IOException {
        fill(log, 1, 40, 300);
        log.updateHighWatermark(30);
        directory.closeCleanly(99);
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.clean()).isTrue();
        assertThat(directory.report.cleanBrokerEpoch()).isEqualTo(99);
        assertThat(directory.report.scannedBytes()).isZero();
        assertThat(readAll(log)).hasSize(40);
        assertThat(log.highWatermarkCheckpoint()).isEqualTo(30);
        assertThat(log.flushedOffset()).isEqualTo(40);
    }

    @Test
    void runningMarkMakesTheNextStopUnclean() {
        directory.closeCleanly(99);
        directory.reopen();
        directory.directory.markRunning(100);
        reopen();
        assertThat(directory.report.clean()).isFalse();
        assertThat(directory.report.cleanBrokerEpoch()).isEqualTo(-1);
        assertThat(directory.report.damaged()).isEmpty();
    }

    @Test
    void onlyWhatLiesBehindTheFlushMarkIsRead() throws IOException {
        fill(log, 1, 60, 500);
        directory.housekeeping(true);
        append(log, 1, "behind the mark");
        reopen();
        assertThat(directory.report.clean()).isFalse();
        assertThat(directory.report.scannedBytes()).isBetween(70L, 200L);
        assertThat(readAll(log)).hasSize(61);
        assertThat(log.flushedOffset()).isEqualTo(61);
    }

    @Test
    void damageBelowTheMarkIsNotLookedForAtStart() throws IOException {
        fill(log, 1, 5, 300);
        directory.housekeeping(true);
        Path file = lastSegment();
        directory.kill();
        TestFiles.damage(file, 200);
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(5);
    }

    @Test
    void tornTailAboveTheMarkIsCut() throws IOException {
        fill(log, 1, 5, 300);
        directory.housekeeping(true);
        append(log, 1, "torn", "lost with it");
        Path file = lastSegment();
        long markAt = Files.size(file) - sizeOf("torn") - sizeOf("lost with it");
        directory.kill();
        TestFiles.damage(file, markAt + sizeOf("torn") - 1);
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.report.cutBytes()).isEqualTo(sizeOf("torn") + sizeOf("lost with it"));
        assertThat(log.logEndOffset()).isEqualTo(5);
        assertThat(Files.size(file)).isEqualTo(markAt);
        append(log, 2, "new");
        assertThat(readAll(log).get(5)).isEqualTo("5:new");
    }

    @Test
    void zerosAndPartialBatchesAtTheEndAreCut() throws IOException {
        fill(log, 1, 3, 300);
        directory.housekeeping(true);
        Path file = lastSegment();
        directory.kill();
        TestFiles.append(file, new byte[5000]);
        directory.reopen();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(3);
        assertThat(directory.report.cutBytes()).isEqualTo(5000);
        directory.kill();
        ByteBuffer next = TestBatches.stored(3, 1, "partial");
        TestFiles.append(file, java.util.Arrays.copyOf(bytes(next), next.limit() - 3));
        directory.reopen();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(3);
        assertThat(directory.report.damaged()).isEmpty();
    }

    @Test
    void batchWithAGapOrAFallingEpochAboveTheMarkIsCut() throws IOException {
        fill(log, 5, 3, 100);
        directory.housekeeping(true);
        Path file = lastSegment();
        directory.kill();
        TestFiles.append(file, bytes(TestBatches.stored(4, 5, "gap")));
        directory.reopen();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(3);
        directory.kill();
        TestFiles.append(file, bytes(TestBatches.stored(3, 4, "older epoch")));
        directory.reopen();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(3);
    }

    @Test
    void logThatEndsBelowTheMarkIsDamagedAndNothingIsCut() throws IOException {
        fill(log, 1, 3, 300);
        directory.housekeeping(false);
        Path file = lastSegment();
        long size = Files.size(file);
        directory.kill();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, (int) size - 1));
        directory.reopen();
        log = directory.log(0);
        assertThat(damage()).contains("everything below 3");
        assertThat(Files.size(file)).isEqualTo(size - 1);
        assertThat(log.logEndOffset()).isEqualTo(3);
        assertHole(2);
        assertThat(append(log, 2, "goes on")).containsExactly(3L);
    }

    @Test
    void missingSegmentBelowTheMarkIsDamage() throws IOException {
        fill(log, 1, 60, 300);
        directory.housekeeping(true);
        Path middle = segmentFiles().get(2);
        directory.kill();
        Files.delete(middle);
        directory.reopen();
        log = directory.log(0);
        assertThat(damage()).contains("no segment holds offset");
        assertThat(directory.report.clean()).isFalse();
        assertThat(log.logEndOffset()).isEqualTo(60);
        long hole = Segment.parseFileName(middle);
        assertHole(hole);
        assertThat(readAt(hole - 1)).startsWith(hole - 1 + ":v");
        assertThat(readAt(59)).startsWith("59:v");
    }

    @Test
    void missingFirstSegmentBelowTheMarkIsDamage() throws IOException {
        fill(log, 1, 60, 300);
        directory.housekeeping(true);
        Path first = segmentFiles().get(0);
        directory.kill();
        Files.delete(first);
        directory.reopen();
        log = directory.log(0);
        assertThat(damage()).contains("no segment holds offset 0");
        assertThat(log.logStartOffset()).isZero();
        assertHole(0);
        assertThat(readAt(59)).startsWith("59:v");
    }

    @Test
    void missingDirectoryIsDamageUntilTheReplicaBeginsAgain() throws IOException {
        fill(log, 1, 3, 300);
        directory.housekeeping(true);
        directory.kill();
        TestFiles.deleteTree(directory.partitionPath(0));
        directory.reopen();
        log = directory.log(0);
        assertThat(damage()).contains("missing");
        assertThat(log).isNull();
        assertThat(directory.report.damaged().get(0).isReportedAtRegistration()).isTrue();
        directory.create(0);
        reopen();
        assertThat(directory.report.damaged()).isEmpty();
    }

    @Test
    void damagedPartitionIsReportedAgainUntilItBeginsAgainAndOthersServe() throws IOException {
        PartitionLog other = directory.create(1);
        append(other, 1, "untouched");
        fill(log, 1, 3, 300);
        directory.housekeeping(true);
        Path file = lastSegment();
        directory.kill();
        Files.write(file, new byte[10]);
        directory.reopen();
        log = directory.log(0);
        assertThat(damage()).isNotEmpty();
        assertThat(readAll(directory.log(1))).containsExactly("0:untouched");
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).hasSize(1);
        directory.log(0).setAsideFrom(0);
        append(directory.log(0), 1, "again");
        directory.housekeeping(false);
        reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(log)).containsExactly("0:again");
    }

    @Test
    void lostMarksMakeEveryPartitionSuspectButKeepItsData() throws IOException {
        fill(log, 1, 3, 300);
        directory.housekeeping(true);
        directory.closeCleanly(5);
        for (int slot = 0; slot < 2; slot++) Files.delete(temp.resolve("data").resolve("marks-" + slot));
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.clean()).isFalse();
        assertThat(directory.report.damaged()).hasSize(1);
        assertThat(directory.report.damaged().get(0).kind()).isEqualTo(DamagedPartition.Kind.UNVOUCHED);
        assertThat(directory.report.damaged().get(0).isReportedAtRegistration()).isTrue();
        assertThat(readAll(log)).hasSize(3);
    }

    @Test
    void deletedIndexStoreLosesNothing() throws IOException {
        for (int i = 0; i < 30; i++) {
            ByteBuffer batch = TestBatches.idempotent(9, 0, i, TestDirectory.value(i, 300));
            log.appendAsLeader(batch, 1 + i / 10, 2000, true);
        }
        directory.housekeeping(true);
        List<String> before = readAll(log);
        directory.closeCleanly(5);
        TestFiles.deleteTree(temp.resolve("data").resolve("index"));
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.clean()).isTrue();
        assertThat(readAll(log)).isEqualTo(before);
        assertThat(log.endOffsetForEpoch(2)).isEqualTo(new EpochEndOffset(2, 20));
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 29, TestDirectory.value(29, 300)), 9, 2000, true)
                        .duplicate())
                .isTrue();
        assertThat(log.lookupMaxTimestamp().timestampMs()).isEqualTo(1000);
    }

    @Test
    void damagedIndexStoreIsMovedAsideAndRebuilt() throws IOException {
        fill(log, 1, 40, 300);
        directory.housekeeping(true);
        directory.closeCleanly(5);
        Files.write(
                temp.resolve("data").resolve("index").resolve("CURRENT"),
                "nonsense".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        directory.reopen();
        assertThat(readAll(directory.log(0))).hasSize(40);
        assertThat(Files.exists(temp.resolve("data").resolve("index.aside"))).isTrue();
    }

    @Test
    void indexStoreThatFailedIsNotBelievedAtTheNextStart() throws IOException {
        fill(log, 1, 40, 300);
        directory.closeCleanly(5);
        Files.createFile(temp.resolve("data").resolve("index.invalid"));
        directory.reopen();
        assertThat(Files.exists(temp.resolve("data").resolve("index.invalid"))).isFalse();
        assertThat(readAll(directory.log(0))).hasSize(40);
    }

    @Test
    void epochsAndProducersComeFromCheckpointAndTail() throws IOException {
        log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a"), 1, 2000, true);
        log.appendAsLeader(TestBatches.idempotent(8, 0, 0, "b"), 2, 2000, true);
        directory.housekeeping(true);
        log.appendAsLeader(TestBatches.idempotent(9, 0, 1, "c"), 4, 2000, true);
        reopen();
        assertThat(log.latestEpoch()).isEqualTo(4);
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 1));
        assertThat(log.endOffsetForEpoch(3)).isEqualTo(new EpochEndOffset(2, 2));
        assertThat(log.appendAsLeader(TestBatches.idempotent(8, 0, 0, "b"), 5, 2000, true)
                        .baseOffset())
                .isEqualTo(1);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 1, "c"), 5, 2000, true)
                        .baseOffset())
                .isEqualTo(2);
        assertThat(log.logEndOffset()).isEqualTo(3);
    }

    @Test
    void sealedSegmentsAreReadThroughTheStoredIndex() throws IOException {
        for (int round = 0; round < 6; round++) {
            fill(log, 1, 30, 100);
            directory.housekeeping(true);
        }
        reopen();
        for (long offset = 179; offset >= 0; offset -= 7) {
            LogSlice slice = log.read(offset, 1000, TestDirectory.FAR, true);
            assertThat(slice.firstOffset()).isEqualTo(offset);
            slice.release();
        }
    }

    private static long sizeOf(String value) {
        return TestBatches.batch(1000, value).remaining();
    }

    private static byte[] bytes(ByteBuffer b) {
        byte[] bytes = new byte[b.remaining()];
        b.duplicate().get(bytes);
        return bytes;
    }
}
