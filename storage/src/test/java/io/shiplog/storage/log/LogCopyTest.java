// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.SmallDiskLogFiles;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log goes from one directory of its node into another one while it is in use. */
class LogCopyTest {
    private static final PartitionKey KEY = new PartitionKey(TestDirectory.TOPIC, 0);

    @TempDir
    Path temp;

    private TestDirectory from;
    private TestDirectory to;
    private PartitionLog log;

    @BeforeEach
    void open() throws IOException {
        from = directory("from").open();
        to = directory("to").open();
        from.directory.stampAs("cluster", 1);
        to.directory.stampAs("cluster", 1);
        log = from.create(0);
        fill(log, 1, 8, 500);
        idempotent(0);
        fill(log, 3, 8, 500);
        log.flush().flushNow();
        log.updateHighWatermark(log.logEndOffset() - 1);
    }

    private TestDirectory directory(String name) throws IOException {
        TestDirectory directory = new TestDirectory(Files.createDirectory(temp.resolve(name)));
        directory.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        directory.memoryIndex = new MemoryIndexStore();
        return directory;
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
    }

    private void idempotent(int sequence) {
        AppendOutcome outcome = log.appendAsLeader(
                TestBatches.idempotent(77, 0, sequence, "p" + sequence), Math.max(1, log.latestEpoch()), 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.NONE);
    }

    private LogCopy begin() {
        return LogCopy.begin(log, from.directory, to.directory);
    }

    private static void copyAll(LogCopy copy) {
        int copied;
        do {
            copied = copy.copySome();
        } while (copied > 0);
    }

    private static void move(LogCopy copy) {
        copyAll(copy);
        for (int i = 0; i < 20; i++) {
            if (copy.prepare() && copy.trySwitch()) {
                copy.finish();
                return;
            }
        }
        throw new AssertionError("the log does not switch");
    }

    private List<String> entries(TestDirectory directory) throws IOException {
        directory.awaitBackground();
        try (Stream<Path> found = Files.list(directory.path)) {
            return found.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(KEY.directoryName()))
                    .sorted()
                    .toList();
        }
    }

    private void restart() throws IOException {
        to.kill();
        from.kill();
        from.reopen();
        to.reopen();
    }

    private Set<PartitionKey> settle() {
        return MovedLogs.settle(List.of(from.directory, to.directory));
    }

    @Test
    void theLogGoesOnInTheOtherDirectory() throws IOException {
        List<String> before = readAll(log);
        move(begin());
        assertThat(from.directory.logs()).isEmpty();
        assertThat(to.log(0)).isSameAs(log);
        assertThat(readAll(log)).isEqualTo(before);
        assertThat(entries(from)).isEmpty();
        assertThat(entries(to)).containsExactly(KEY.directoryName());
        fill(log, 4, 6, 500);
        log.flush().flushNow();
        List<String> after = readAll(log);
        restart();
        assertThat(settle()).isEmpty();
        assertThat(from.directory.logs()).isEmpty();
        assertThat(readAll(to.log(0))).isEqualTo(after);
        assertThat(to.report.damaged()).isEmpty();
        assertThat(from.report.damaged()).isEmpty();
    }

    @Test
    void whatIsKnownOfTheLogStaysKnown() {
        log.assignEpochStart(9, log.logEndOffset());
        long highWatermark = log.highWatermarkCheckpoint();
        long flushed = log.flushedOffset();
        int generation = log.truncationGeneration();
        List<?> producers = log.activeProducers();
        move(begin());
        assertThat(log.latestEpoch()).isEqualTo(9);
        assertThat(log.epochAt(0)).isEqualTo(1);
        assertThat(log.highWatermarkCheckpoint()).isEqualTo(highWatermark);
        assertThat(log.flushedOffset()).isGreaterThanOrEqualTo(flushed);
        assertThat(log.truncationGeneration()).isEqualTo(generation);
        assertThat(log.activeProducers()).isEqualTo(producers);
        AppendOutcome again = log.appendAsLeader(TestBatches.idempotent(77, 0, 0, "p0"), 9, 2000, true);
        assertThat(again.baseOffset()).isEqualTo(8);
    }

    @Test
    void aProducerWhoseRecordsWereDeletedIsStillKnown() throws IOException {
        log.updateHighWatermark(log.logEndOffset());
        log.advanceLogStart(12);
        from.awaitBackground();
        List<?> producers = log.activeProducers();
        assertThat(producers).isNotEmpty();
        move(begin());
        assertThat(log.activeProducers()).isEqualTo(producers);
        assertThat(log.logStartOffset()).isEqualTo(12);
        assertThat(log.durableLogStartOffset()).isEqualTo(12);
        restart();
        assertThat(settle()).isEmpty();
        assertThat(to.log(0).activeProducers()).isEqualTo(producers);
        assertThat(to.log(0).logStartOffset()).isEqualTo(12);
    }

    @Test
    void whoListensToTheLogHearsOfTheCopy() {
        List<Long> flushed = new ArrayList<>();
        log.setListener((offset, generation) -> flushed.add(offset));
        append(log, 3, "not flushed");
        LogCopy copy = begin();
        move(copy);
        assertThat(flushed).contains(log.logEndOffset());
        append(log, 3, "more");
        log.flush().flushNow();
        assertThat(flushed).endsWith(log.logEndOffset());
    }

    @Test
    void whatIsAppendedMeanwhileComesAlong() {
        LogCopy copy = begin();
        copyAll(copy);
        fill(log, 3, 5, 500);
        assertThat(copy.prepare()).isTrue();
        fill(log, 3, 3, 500);
        List<String> before = readAll(log);
        assertThat(copy.trySwitch()).isTrue();
        assertThat(readAll(log)).isEqualTo(before);
        copy.finish();
    }

    @Test
    void theSwitchWaitsForMarksThatVouchForNoLess() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        append(log, 3, "more");
        from.housekeeping(false);
        assertThat(copy.trySwitch()).isFalse();
        assertThat(copy.prepare()).isTrue();
        assertThat(copy.trySwitch()).isTrue();
    }

    @Test
    void theSwitchWaitsForAHighWatermarkThatIsNoLower() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        log.updateHighWatermark(log.logEndOffset());
        from.housekeeping(false);
        assertThat(copy.trySwitch()).isFalse();
        assertThat(copy.prepare()).isTrue();
        assertThat(copy.trySwitch()).isTrue();
        assertThat(to.directory.context().marks().get(KEY).highWatermark()).isEqualTo(log.logEndOffset());
    }

    @Test
    void aCutOfTheLogCutsTheCopy() {
        LogCopy copy = begin();
        copyAll(copy);
        long copied = copy.copiedBytes();
        log.truncateTo(13);
        append(log, 4, "another", "history");
        List<String> before = readAll(log);
        move(copy);
        assertThat(readAll(log)).isEqualTo(before);
        assertThat(copy.copiedBytes()).as("only what was cut is copied again").isBetween(copied, copied + 600);
    }

    @Test
    void aCutBetweenThePreparationAndTheSwitchIsFollowed() {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        log.truncateTo(13);
        append(log, 4, "another", "history", "and", "more", "of", "it");
        List<String> before = readAll(log);
        assertThat(copy.trySwitch()).isFalse();
        move(copy);
        assertThat(readAll(log)).isEqualTo(before);
    }

    @Test
    void aLogThatBeginsAnewIsCopiedAnew() {
        LogCopy copy = begin();
        copyAll(copy);
        log.truncateFullyAndStartAt(500);
        append(log, 4, "far away");
        move(copy);
        assertThat(readAll(log)).containsExactly("500:far away");
        assertThat(log.logStartOffset()).isEqualTo(500);
    }

    @Test
    void retentionMeanwhileIsFollowed() {
        log.updateHighWatermark(log.logEndOffset());
        LogCopy copy = begin();
        assertThat(copy.copySome()).isPositive();
        log.advanceLogStart(log.logEndOffset());
        append(log, 4, "all that is left");
        move(copy);
        assertThat(readAll(log)).containsExactly("17:all that is left");
        assertThat(log.logStartOffset()).isEqualTo(17);
    }

    @Test
    void anEmptyLogMoves() {
        log = from.create(1);
        move(LogCopy.begin(log, from.directory, to.directory));
        assertThat(to.log(1)).isSameAs(log);
        append(log, 1, "first");
        assertThat(readAll(log)).containsExactly("0:first");
    }

    @Test
    void aLogThatWasCutAtTheStartIsStillKnownAsSuch() throws IOException {
        log.state().shortened = true;
        move(begin());
        assertThat(log.isShortened()).isTrue();
        restart();
        assertThat(settle()).isEmpty();
        assertThat(to.log(0).isShortened()).isTrue();
    }

    @Test
    void aMoveThatIsGivenUpLeavesNothingBehind() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        copy.abandon();
        assertThat(entries(from)).containsExactly(KEY.directoryName());
        assertThat(entries(to)).isEmpty();
        fill(log, 3, 4, 500);
        assertThat(from.log(0)).isSameAs(log);
        move(begin());
        assertThat(to.log(0)).isSameAs(log);
    }

    @Test
    void aMoveThatTheNodeDidNotSurviveIsForgottenButForItsTarget() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        List<String> before = readAll(log);
        restart();
        assertThat(settle()).isEmpty();
        assertThat(to.directory.copies().interrupted()).containsExactly(KEY);
        assertThat(to.directory.logs()).isEmpty();
        assertThat(to.report.damaged()).isEmpty();
        assertThat(readAll(from.log(0))).isEqualTo(before);
        assertThat(entries(to)).isEmpty();
        assertThat(entries(from)).containsExactly(KEY.directoryName());
    }

    @Test
    void anOrderlyStopLeavesAnUnfinishedCopyWithoutMarks() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        from.closeCleanly(7);
        to.closeCleanly(7);
        from.reopen();
        to.reopen();
        assertThat(settle()).isEmpty();
        assertThat(to.report.clean()).isTrue();
        assertThat(from.report.clean()).isTrue();
        assertThat(to.directory.logs()).isEmpty();
    }

    @Test
    void afterTheSwitchTheCopyCountsAndTheOldFilesGo() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        assertThat(copy.trySwitch()).isTrue();
        fill(log, 4, 3, 500);
        log.flush().flushNow();
        List<String> before = readAll(log);
        restart();
        assertThat(from.log(0)).isNotNull();
        assertThat(settle()).isEmpty();
        assertThat(from.log(0)).isNull();
        assertThat(readAll(to.log(0))).isEqualTo(before);
        assertThat(entries(from)).isEmpty();
        assertThat(entries(to)).containsExactly(KEY.directoryName());
    }

    @Test
    void oldFilesVouchForNothingWithoutTheDirectoryThatTheLogWentTo() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        assertThat(copy.trySwitch()).isTrue();
        to.kill();
        from.kill();
        from.reopen();
        assertThat(MovedLogs.settle(List.of(from.directory))).containsExactly(KEY);
        from.kill();
        from.reopen();
        assertThat(MovedLogs.settle(List.of(from.directory)))
                .as("as long as nobody heard of it")
                .containsExactly(KEY);
        from.directory.stampAs("cluster", 1);
        from.directory.markRunning(5);
        from.kill();
        from.reopen();
        assertThat(MovedLogs.settle(List.of(from.directory))).isEmpty();
        to.reopen();
    }

    @Test
    void aCopyThatArrivedButWasGivenUpGoes() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        // What is left when the sync of the directory fails and its rename arrives all the same.
        to.directory.copies().arrive(KEY);
        from.directory.copies().stay(KEY, to.directory.directoryId());
        fill(log, 4, 3, 500);
        log.flush().flushNow();
        List<String> before = readAll(log);
        restart();
        assertThat(settle()).isEmpty();
        assertThat(to.log(0)).isNull();
        assertThat(readAll(from.log(0))).isEqualTo(before);
    }

    /** The disk that a log left failed before its files were removed, and comes back with the next start. */
    @Test
    void filesThatWereLeftLongAgoGoToo() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        assertThat(copy.prepare()).isTrue();
        assertThat(copy.trySwitch()).isTrue();
        TestDirectory third = directory("third").open();
        try (third) {
            third.directory.stampAs("cluster", 1);
            LogCopy further = LogCopy.begin(log, to.directory, third.directory);
            copyAll(further);
            assertThat(further.prepare()).isTrue();
            assertThat(further.trySwitch()).isTrue();
            fill(log, 4, 3, 500);
            log.flush().flushNow();
            List<String> before = readAll(log);
            third.kill();
            restart();
            third.reopen();
            assertThat(MovedLogs.settle(List.of(from.directory, to.directory, third.directory)))
                    .isEmpty();
            assertThat(from.log(0)).isNull();
            assertThat(to.log(0)).isNull();
            assertThat(readAll(third.log(0))).isEqualTo(before);
        }
    }

    @Test
    void aDeletedLogTakesItsCopyAlong() throws IOException {
        LogCopy copy = begin();
        copyAll(copy);
        from.directory.delete(TestDirectory.TOPIC, 0);
        to.directory.delete(TestDirectory.TOPIC, 0);
        assertThatThrownBy(copy::copySome).isInstanceOf(StorageException.class);
        assertThat(entries(to)).isEmpty();
        assertThat(entries(from)).isEmpty();
        assertThat(to.create(0).logEndOffset()).isZero();
    }

    @Test
    void aFullDiskEndsTheMove() throws IOException {
        to.close();
        TestDirectory small =
                new TestDirectory(Files.createDirectory(temp.resolve("small")), new SmallDiskLogFiles(6_000));
        small.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        small.memoryIndex = new MemoryIndexStore();
        try (small) {
            small.open();
            LogCopy copy = LogCopy.begin(log, from.directory, small.directory);
            assertThatThrownBy(() -> copyAll(copy)).isInstanceOf(NoRoom.class);
            copy.abandon();
            assertThat(small.directory.isOffline()).isFalse();
            assertThat(log.isOffline()).isFalse();
            assertThat(entries(small)).isEmpty();
        }
        to.reopen();
    }

    @Test
    void backAndForth() throws IOException {
        List<String> before = readAll(log);
        for (int i = 0; i < 3; i++) {
            move(LogCopy.begin(log, from.directory, to.directory));
            move(LogCopy.begin(log, to.directory, from.directory));
        }
        assertThat(readAll(log)).isEqualTo(before);
        assertThat(entries(to)).isEmpty();
        assertThat(entries(from)).containsExactly(KEY.directoryName());
    }

    @Test
    void rotIsNotCopied() throws IOException {
        from.kill();
        from.reopen();
        log = from.log(0);
        Path first = from.partitionPath(0).resolve(Segment.fileName(0));
        byte[] bytes = Files.readAllBytes(first);
        bytes[700] ^= 4;
        Files.write(first, bytes);
        LogCopy copy = begin();
        assertThatThrownBy(() -> copyAll(copy)).isInstanceOf(StorageException.class);
        assertThat(from.directory.damages()).isNotEmpty();
        assertThat(to.directory.isOffline()).isFalse();
        assertThat(from.directory.isOffline()).isFalse();
        copy.abandon();
    }
}
