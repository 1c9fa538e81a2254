// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.read;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void set(String key, long value) {
        log.updateSettings(LogSettings.fromTopicConfigs(Map.of(key, "" + value), directory.config.defaults()));
    }

    private long files() throws IOException {
        try (var files = Files.list(directory.partitionPath(0))) {
            return files.count();
        }
    }

    @Test
    void nothingGoesWithoutASetting() {
        fill(log, 1, 40, 300);
        log.updateHighWatermark(40);
        assertThat(log.maybeDeleteOldSegments(FAR)).isFalse();
    }

    @Test
    void sizeKeepsAtLeastWhatIsAllowed() throws IOException {
        fill(log, 1, 60, 300);
        log.updateHighWatermark(60);
        set("retention.bytes", 9000);
        assertThat(log.maybeDeleteOldSegments(0)).isTrue();
        assertThat(log.sizeBytes()).isBetween(9000L, 9000L + 4096);
        assertThat(log.logStartOffset()).isPositive();
        assertThat(readAll(log).get(0)).startsWith(log.logStartOffset() + ":");
        assertThat(log.maybeDeleteOldSegments(0)).isFalse();
    }

    @Test
    void nothingAtOrAboveTheHighWatermarkGoes() {
        fill(log, 1, 60, 300);
        log.updateHighWatermark(15);
        set("retention.bytes", 0);
        log.maybeDeleteOldSegments(0);
        assertThat(log.logStartOffset()).isLessThanOrEqualTo(15);
        assertThat(log.logEndOffset()).isEqualTo(60);
    }

    @Test
    void ageIsJudgedByTheLargestTimestampAndTakesTheActiveSegmentToo() throws IOException {
        log.appendAsLeader(TestBatches.batch(1000, "old"), 1, 2000, true);
        log.updateHighWatermark(1);
        set("retention.ms", 500);
        assertThat(log.maybeDeleteOldSegments(1500)).isFalse();
        assertThat(log.maybeDeleteOldSegments(1501)).isTrue();
        assertThat(log.logStartOffset()).isEqualTo(1);
        assertThat(log.logEndOffset()).isEqualTo(1);
        log.appendAsLeader(TestBatches.batch(2000, "new"), 1, 2000, true);
        assertThat(readAll(log)).containsExactly("1:new");
    }

    @Test
    void theNewStartIsOnTheDiskBeforeFilesGo() throws IOException {
        fill(log, 1, 60, 300);
        directory.housekeeping(true);
        log.updateHighWatermark(60);
        set("retention.bytes", 5000);
        log.maybeDeleteOldSegments(0);
        long start = log.logStartOffset();
        directory.kill();
        assertThat(files()).isLessThan(4);
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logStartOffset()).isEqualTo(start);
    }

    @Test
    void aSliceOutlivesItsSegment() {
        fill(log, 1, 60, 300);
        log.updateHighWatermark(60);
        LogSlice slice = log.read(0, 1000, FAR, true);
        List<String> before = read(slice);
        set("retention.bytes", 0);
        log.maybeDeleteOldSegments(0);
        directory.kill();
        assertThat(read(slice)).isEqualTo(before);
        slice.release();
    }

    /** Its room comes back step by step, and not before nobody reads of it. */
    @Test
    void aLargeSegmentLosesItsNameAtOnceAndItsBytesWhenNobodyReadsThem() throws Exception {
        Map<String, String> large = Map.of("segment.bytes", "8000000", "retention.bytes", "0");
        log.updateSettings(LogSettings.fromTopicConfigs(large, directory.config.defaults()));
        fill(log, 1, 20, 500_000);
        log.updateHighWatermark(20);
        LogSlice slice = log.read(0, 600_000, FAR, true);
        List<String> before = read(slice);
        log.maybeDeleteOldSegments(0);
        directory.awaitBackground();
        assertThat(directory.partitionPath(0).resolve(Segment.fileName(0))).doesNotExist();
        DeletedFiles deleted = directory.directory.context().deleted();
        assertThat(deleted.leftBytes()).isBetween(6_000_000L, 8_000_000L);
        assertThat(read(slice)).isEqualTo(before);
        slice.release();
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (deleted.leftBytes() > 0 && System.nanoTime() < untilNs) Thread.sleep(5);
        assertThat(deleted.leftBytes()).isZero();
    }

    @Test
    void epochsBelowTheStartAreForgotten() {
        fill(log, 1, 30, 300);
        fill(log, 2, 30, 300);
        log.updateHighWatermark(60);
        set("retention.bytes", 4000);
        log.maybeDeleteOldSegments(0);
        long start = log.logStartOffset();
        assertThat(start).isGreaterThan(30);
        assertThat(log.endOffsetForEpoch(1).endOffset()).isEqualTo(start);
    }

    @Test
    void uncommittedBytesDoNotPushOutCommittedOnes() throws IOException {
        fill(log, 1, 30, 300);
        log.updateHighWatermark(30);
        fill(log, 1, 200, 300);
        set("retention.bytes", 9000);
        log.maybeDeleteOldSegments(0);
        long committed = 0;
        for (long at = log.logStartOffset(); at < 30; at++) committed += 300;
        assertThat(committed).as("bytes of records below the high watermark").isGreaterThanOrEqualTo(30 * 300 - 4096);
    }

    @Test
    void bytesOfTheActiveSegmentCountAsFarAsTheyAreCommitted() {
        fill(log, 1, 60, 300);
        fill(log, 1, 5, 300);
        log.updateHighWatermark(63);
        LogRetention retention = new LogRetention(log.state());
        long all = log.sizeBytes();
        long batch = all / 65;
        assertThat(retention.committedBytes()).isBetween(all - 3 * batch, all - batch);
        log.updateHighWatermark(65);
        assertThat(retention.committedBytes()).isEqualTo(all);
    }

    @Test
    void withoutTimestampsTheTimeOfTheLastWriteCounts() throws IOException {
        log.appendAsLeader(TestBatches.batch(-1, "timeless"), 1, 2000, false);
        log.updateHighWatermark(1);
        long writtenMs =
                Files.getLastModifiedTime(log.state().segments.first().path()).toMillis();
        set("retention.ms", 500);
        assertThat(log.maybeDeleteOldSegments(writtenMs + 500)).isFalse();
        assertThat(log.maybeDeleteOldSegments(writtenMs + 501)).isTrue();
    }

    @Test
    void aTimestampOfTheFutureKeepsItsSegment() {
        log.appendAsLeader(TestBatches.batch(1_000_000, "early"), 1, 2000, true);
        log.updateHighWatermark(1);
        set("retention.ms", 0);
        assertThat(log.maybeDeleteOldSegments(999_999)).isFalse();
        assertThat(log.maybeDeleteOldSegments(1_000_001)).isTrue();
    }
}
