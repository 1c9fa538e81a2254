// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.InvariantViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DeleteRecords, and a start that the leader moved: S23, H4. */
class LogStartTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    private void open(LogFiles files) {
        directory = new TestDirectory(temp.resolve("data"), files);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
    }

    private void open() {
        open(new DiskLogFiles());
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void deleteBelow(long offset) {
        log.updateHighWatermark(log.logEndOffset());
        log.advanceLogStart(offset);
    }

    private long files() throws IOException {
        try (var files = Files.list(directory.partitionPath(0))) {
            return files.count();
        }
    }

    @Test
    void recordsBelowCannotBeReadAndWholeSegmentsGo() throws IOException {
        open();
        fill(log, 1, 60, 300);
        long before = files();
        deleteBelow(33);
        assertThat(readAll(log)).hasSize(27).first().asString().startsWith("33:");
        assertThatThrownBy(() -> log.read(32, 100, FAR, true)).isInstanceOf(IllegalArgumentException.class);
        directory.awaitBackground();
        assertThat(files()).isLessThan(before);
        assertThat(log.logEndOffset()).isEqualTo(60);
    }

    @Test
    void emptyLogThatBeginsWithinABatchTakesTheWholeOfIt() {
        open();
        log.truncateFullyAndStartAt(12);
        assertThat(log.appendAsFollower(TestBatches.stored(10, 3, "a", "b", "c", "d", "e"), 3)
                        .error())
                .isEqualTo(Errors.NONE);
        assertThat(log.appendAsFollower(TestBatches.stored(15, 3, "f"), 3).error())
                .isEqualTo(Errors.NONE);
        assertThat(log.logStartOffset()).isEqualTo(12);
        assertThat(log.logEndOffset()).isEqualTo(16);
        assertThat(log.read(12, 10_000, FAR, true).firstOffset()).isEqualTo(10);
    }

    @Test
    void gapsBehindTheBatchThatHoldsTheStartAreKnown() {
        open();
        log.truncateFullyAndStartAt(12);
        ByteBuffer batches =
                TestBatches.concat(TestBatches.stored(10, 3, "a", "b", "c"), TestBatches.stored(20, 3, "d"));
        assertThat(log.appendAsFollower(batches, 3, 30).error()).isEqualTo(Errors.NONE);
        assertThat(log.gapsBelow()).as("who follows this one takes them too").isEqualTo(20);
        assertThat(log.read(14, 10_000, FAR, true).firstOffset()).isEqualTo(20);
    }

    @Test
    void onlyAnEmptyLogTakesABatchThatBeginsBelowItsEnd() {
        open();
        append(log, 1, "x", "y");
        assertThat(log.appendAsFollower(TestBatches.stored(1, 3, "a", "b"), 3).error())
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        log.truncateFullyAndStartAt(12);
        assertThat(log.appendAsFollower(TestBatches.stored(10, 3, "a", "b"), 3).error())
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void startInTheMiddleOfASegmentSurvivesAKill() {
        open();
        fill(log, 1, 60, 300);
        deleteBelow(33);
        directory.awaitBackground();
        assertThat(log.durableLogStartOffset()).isEqualTo(33);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logStartOffset()).isEqualTo(33);
        assertThat(readAll(directory.log(0))).hasSize(27);
    }

    @Test
    void listenerHearsWhenTheStartIsDurable() {
        open();
        List<Long> heard = Collections.synchronizedList(new ArrayList<>());
        log.setListener(new LogListener() {
            @Override
            public void onFlushed(long flushedOffset, int truncationGeneration) {}

            @Override
            public void onLogStartDurable(long logStartOffset) {
                assertThat(log.durableLogStartOffset()).isEqualTo(logStartOffset);
                heard.add(logStartOffset);
            }
        });
        fill(log, 1, 10, 300);
        deleteBelow(4);
        directory.awaitBackground();
        assertThat(heard).containsExactly(4L);
    }

    @Test
    void aDurableStartSurvivesAPowerCutWhateverWasNotFlushed() throws IOException {
        for (Unsynced unsynced : Unsynced.values()) {
            Path root = Files.createDirectory(temp.resolve(unsynced.name()));
            CrashableLogFiles disk = new CrashableLogFiles(root);
            directory = new TestDirectory(root, disk);
            directory.memoryIndex = new MemoryIndexStore();
            directory.open();
            log = directory.create(0);
            fill(log, 1, 30, 300);
            deleteBelow(21);
            directory.awaitBackground();
            assertThat(log.durableLogStartOffset()).isEqualTo(21);
            fill(log, 1, 10, 300);
            disk.powerOff();
            directory.kill();
            disk.restore(unsynced);
            directory.reopen();
            assertThat(directory.report.damaged()).as("%s", unsynced).isEmpty();
            assertThat(directory.log(0).logStartOffset()).isEqualTo(21);
            assertThat(directory.log(0).logEndOffset()).isBetween(30L, 40L);
            assertThat(readAll(directory.log(0)).get(0)).startsWith("21:");
            directory.close();
        }
    }

    @Test
    void marksNeverVouchForBytesThatWereNotFlushed() throws IOException {
        Path root = Files.createDirectory(temp.resolve("disk"));
        CrashableLogFiles disk = new CrashableLogFiles(root);
        directory = new TestDirectory(root, disk);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        fill(log, 1, 1, 300);
        log.flush().flushNow();
        fill(log, 1, 5, 300);
        log.updateHighWatermark(6);
        // The housekeeping comes between the move and what makes it durable.
        synchronized (log.state()) {
            log.advanceLogStart(4);
            log.state().putMarks();
            directory.directory.context().marks().write();
            disk.powerOff();
        }
        directory.kill();
        disk.restore(Unsynced.LOST);
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logStartOffset()).isZero();
    }

    @Test
    void everythingCanBeDeletedAndOffsetsGoOn() throws IOException {
        open();
        fill(log, 1, 20, 300);
        deleteBelow(20);
        directory.awaitBackground();
        assertThat(files()).as("one empty segment").isEqualTo(1);
        assertThat(log.sizeBytes()).isZero();
        assertThat(append(log, 1, "next")).containsExactly(20L);
        directory.kill();
        directory.reopen();
        assertThat(readAll(directory.log(0))).containsExactly("20:next");
    }

    @Test
    void startNeverGoesBack() {
        open();
        fill(log, 1, 10, 300);
        deleteBelow(6);
        assertThat(log.advanceLogStart(3)).isFalse();
        assertThat(log.logStartOffset()).isEqualTo(6);
    }

    @Test
    void nothingAboveTheHighWatermarkIsDeleted() {
        open();
        fill(log, 1, 10, 300);
        log.updateHighWatermark(5);
        assertThatThrownBy(() -> log.advanceLogStart(6)).isInstanceOf(InvariantViolation.class);
        assertThat(log.logStartOffset()).isZero();
    }

    @Test
    void epochsAndProducersAreWhatTheyWere() throws IOException {
        open();
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.NONE);
        append(log, 2, "b");
        directory.housekeeping(true);
        deleteBelow(2);
        directory.awaitBackground();
        assertThat(log.latestEpoch()).isEqualTo(2);
        assertThat(retry(log).duplicate()).isTrue();
        directory.kill();
        directory.reopen();
        assertThat(directory.log(0).latestEpoch()).isEqualTo(2);
        assertThat(retry(directory.log(0)).duplicate())
                .as("the checkpoint came before its segment went")
                .isTrue();
    }

    private static AppendOutcome retry(PartitionLog log) {
        return log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "a"), 2, 2000, true);
    }

    @Test
    void fullTruncationRightAfterwardsFindsItsNamesFree() {
        open();
        fill(log, 1, 60, 300);
        deleteBelow(40);
        log.truncateFullyAndStartAt(12);
        assertThat(log.logStartOffset()).isEqualTo(12);
        assertThat(log.durableLogStartOffset()).isEqualTo(12);
        append(log, 3, "new");
        directory.awaitBackground();
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(directory.log(0))).containsExactly("12:new");
    }

    @Test
    void aLogThatIsDeletedMeanwhileLeavesNoOpenFile() {
        open();
        fill(log, 1, 60, 300);
        Segment first = log.state().segments.first();
        synchronized (log.state()) {
            deleteBelow(40);
            directory.directory.delete(TestDirectory.TOPIC, 0);
        }
        directory.awaitBackground();
        // A flush that was under way holds the file until its sync is done.
        long deadlineNs = System.nanoTime() + 30_000_000_000L;
        while (first.file.tryRetain()) {
            first.file.release();
            assertThat(System.nanoTime()).as("its file is closed for good").isLessThan(deadlineNs);
        }
        assertThat(directory.directory.isOffline()).isFalse();
    }
}
