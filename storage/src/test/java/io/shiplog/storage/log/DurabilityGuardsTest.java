// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.CrashNodes;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows B11 to B14 and C13 of docs/storage-guarantees.md: each test fails when the one guard that it names is taken away. */
class DurabilityGuardsTest {
    @TempDir
    Path temp;

    private CrashableLogFiles disk;
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() throws IOException {
        Path data = Files.createDirectory(temp.resolve("data"));
        disk = new CrashableLogFiles(data);
        directory = new TestDirectory(data, disk);
        directory.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void cutPower(Survivors survivors) throws IOException {
        directory.kill();
        disk.restore(survivors);
        directory.memoryIndex = new MemoryIndexStore();
        directory.reopen();
        log = directory.log(0);
    }

    private void flush() {
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(log.logEndOffset());
    }

    private static Survivors bytes(java.util.function.Function<CrashNodes.File, byte[]> bytes) {
        return new Survivors() {
            @Override
            public Map<String, CrashNodes.Node> entries(CrashNodes.Directory entries) {
                return entries.current();
            }

            @Override
            public byte[] bytes(CrashNodes.File file) {
                return bytes.apply(file);
            }
        };
    }

    /** Guard: the CRC check of {@link LogRecovery} above the mark. */
    @Test
    void tornBatchAtTheTailIsCutAndNothingBefore() throws IOException {
        append(log, 1, "flushed");
        flush();
        append(log, 1, "whole", "x".repeat(500));
        cutPower(bytes(file -> {
            byte[] torn = file.current().clone();
            if (torn.length > 500) Arrays.fill(torn, torn.length - 300, torn.length - 200, (byte) 0);
            return torn;
        }));
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(log)).containsExactly("0:flushed", "1:whole");
        assertThat(directory.report.cutBytes()).isGreaterThan(500);
    }

    /** Guard: a batch has a length and a magic number (BatchCursor). */
    @Test
    void zerosAtTheTailAreTheEnd() throws IOException {
        append(log, 1, "flushed");
        flush();
        append(log, 1, "lost", "lost as well");
        cutPower(Survivors.of(Unsynced.ZEROS));
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(log)).containsExactly("0:flushed");
        assertThat(directory.report.cutBytes()).isPositive();
        append(log, 2, "next");
        flush();
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).containsExactly("0:flushed", "1:next");
    }

    /** Guard: {@link LogFlush} syncs the partition's directory when it holds a new segment. */
    @Test
    void aNewSegmentsEntryIsOnTheDiskBeforeItsRecordsCount() throws IOException {
        append(log, 1, "first");
        flush();
        fill(log, 1, 10, 600);
        assertThat(log.state().segments.count()).isGreaterThan(2);
        flush();
        List<String> before = readAll(log);
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).isEqualTo(before);
    }

    /** Guard: {@link LogFlush} syncs the data directory when the partition is new. */
    @Test
    void aNewPartitionsEntryIsOnTheDiskBeforeItsRecordsCount() throws IOException {
        append(log, 1, "first");
        flush();
        cutPower(Survivors.nothing());
        assertThat(log).isNotNull();
        assertThat(readAll(log)).containsExactly("0:first");
    }

    /** Guard: what lies behind the mark is written once more before it is synced ({@link LogRecovery}). */
    @Test
    void whatAFailedSyncLeftBehindIsOnTheDiskBeforeItCountsAsFlushed() throws IOException {
        append(log, 1, "flushed");
        flush();
        append(log, 1, "in the page cache only", "x".repeat(1_500));
        disk.failSync(1);
        log.flush().flushNow();
        assertThat(log.flushedOffset()).as("the sync failed").isEqualTo(1);
        directory.kill();
        disk.processDied();
        directory.memoryIndex = new MemoryIndexStore();
        directory.reopen();
        log = directory.log(0);
        assertThat(log.flushedOffset())
                .as("the process that comes next reads it")
                .isEqualTo(3);
        List<String> believed = readAll(log);
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).isEqualTo(believed);
    }

    /** Guard: {@link LogTruncation} syncs the data directory when a new log begins anew, since it says at once that this is on the disk. */
    @Test
    void aNewPartitionThatBeginsAnewElsewhereIsStillThereAfterAPowerLoss() throws IOException {
        log.truncateFullyAndStartAt(28);
        assertThat(log.flushedOffset()).isEqualTo(28);
        cutPower(Survivors.nothing());
        assertThat(log).isNotNull();
        assertThat(log.logStartOffset()).isEqualTo(28);
        assertThat(log.logEndOffset()).isEqualTo(28);
    }

    /** Guard: segments must follow each other ({@link LogRecovery}); above the mark what follows a hole is cut. */
    @Test
    void aSegmentMissingBetweenOthersIsNeverPassedOver() throws IOException {
        fill(log, 1, 12, 600);
        flush();
        int segments = log.state().segments.count();
        Segment missing = log.state().segments.get(segments / 2);
        assertThat(segments).isGreaterThan(3);
        directory.kill();
        disk.restore(Survivors.nothing());
        disk.delete(missing.path());
        directory.memoryIndex = new MemoryIndexStore();
        directory.reopen();
        log = directory.log(0);
        assertThat(log.logEndOffset()).isEqualTo(missing.baseOffset);
        assertThat(readAll(log)).hasSize((int) missing.baseOffset);
    }

    /** The same below the mark: that is a hole, and nothing is cut. */
    @Test
    void aSegmentMissingBelowTheMarkIsAHoleWhateverTheIndexSays() throws IOException {
        for (boolean indexKnows : new boolean[] {true, false}) {
            fill(log, 1, 12, 600);
            directory.housekeeping(true);
            append(log, 1, "behind the checkpoint");
            Segment missing = log.state().segments.get(2);
            directory.kill();
            disk.restore(Survivors.everything());
            disk.delete(missing.path());
            if (!indexKnows) directory.memoryIndex = new MemoryIndexStore();
            directory.reopen();
            log = directory.log(0);
            assertThat(directory.report.damaged()).hasSize(1);
            assertThat(log.logEndOffset()).as("nothing is cut").isEqualTo(13);
            long hole = missing.baseOffset;
            assertThatThrownBy(() -> log.read(hole, 1 << 20, FAR, true)).isInstanceOf(DamageException.class);
            log.truncateFullyAndStartAt(0);
        }
    }

    /** Guard: the directory is synced after the copy took the name of the segment ({@link LogTruncation}). */
    @Test
    void theCopyThatReplacesACutSegmentIsOnTheDiskBeforeTheNextFlushCounts() throws IOException {
        append(log, 1, "a", "b", "c");
        flush();
        LogSlice pinned = log.read(2, 1000, FAR, true);
        log.truncateTo(2);
        append(log, 2, "new c", "new d");
        flush();
        pinned.release();
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).containsExactly("0:a", "1:b", "2:new c", "3:new d");
    }

    /** Guard: the directory is synced after the stamp got its name ({@link StampFile}). */
    @Test
    void theStampIsOnTheDiskWhenItCounts() throws IOException {
        directory.directory.stampAs("cluster", 3);
        DirectoryStamp stamp = directory.directory.stamp().orElseThrow();
        cutPower(Survivors.nothing());
        assertThat(directory.directory.stamp()).contains(stamp);
    }

    /** Guard: the data directory is synced when the partition's directory has moved aside ({@link LogDirectory#delete}). */
    @Test
    void aDeletedPartitionStaysDeleted() throws IOException {
        append(log, 1, "first");
        flush();
        CountDownLatch power = new CountDownLatch(1);
        directory.directory.context().background().execute("hold", power::await);
        directory.directory.delete(TestDirectory.TOPIC, 0);
        disk.powerOff();
        power.countDown();
        cutPower(Survivors.nothing());
        assertThat(log).isNull();
    }

    /** Guard: a directory of which a sync failed is offline ({@link FailureLatch}): the disk forgets what it could not write. */
    @Test
    void whatAFailedSyncLeftBehindNeverCounts() throws IOException {
        append(log, 1, "first");
        flush();
        append(log, 1, "unsure");
        disk.failSync(1);
        log.flush().flushNow();
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(1);
        assertThat(directory.directory.isOffline()).isTrue();
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).containsExactly("0:first");
    }

    /** Guard: the sync of its parent by LogDirectory#create. The first process dies between making the directory and that; its machine does not. */
    @Test
    void theEntryOfADirectoryThatADeadProcessMadeIsOnTheDisk() throws IOException {
        close();
        Path root = Files.createDirectory(temp.resolve("root"));
        disk = new CrashableLogFiles(root);
        directory = new TestDirectory(root.resolve("data"), disk);
        directory.memoryIndex = new MemoryIndexStore();
        disk.powerOffAfter(1);
        assertThatThrownBy(directory::open).isInstanceOf(StorageException.class);
        assertThat(root.resolve("data")).isEmptyDirectory();
        disk.processDied();
        directory.open();
        log = directory.create(0);
        append(log, 1, "flushed");
        flush();
        cutPower(Survivors.nothing());
        assertThat(readAll(log)).containsExactly("0:flushed");
    }
}
