// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.SmallDiskLogFiles;
import io.shiplog.storage.model.NoRoom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C11: a full disk is no broken one. */
class DiskFullTest {
    private static final int RESERVE = 400_000;
    private static final int DISK = 1_000_000;
    private static final String NO_SPACE = "No space left on device";

    @TempDir
    Path temp;

    private final SmallDiskLogFiles disk = new SmallDiskLogFiles(DISK);
    private TestDirectory directory;
    private PartitionLog log;

    private void open(SpaceSettings space) {
        directory = new TestDirectory(temp.resolve("data"), disk);
        directory.memoryIndex = new MemoryIndexStore();
        LogDirectoryConfig plain = TestDirectory.config(100_000, 4096);
        directory.config = plain.withSpace(space);
        directory.open();
        log = directory.create(0);
    }

    private static SpaceSettings reserve(long ballastBytes) {
        return new SpaceSettings(RESERVE, ballastBytes, 3600_000);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private AppendOutcome appendOne() {
        return log.appendAsLeader(TestBatches.ofSize(1000, 5_000), 1, 2000, true);
    }

    private void fillUntilRefused() {
        Errors error = Errors.NONE;
        for (int i = 0; i < 1_000 && error == Errors.NONE; i++)
            error = appendOne().error();
        assertThat(error).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    private void check() throws IOException {
        directory.directory.space().check();
    }

    @Test
    void belowTheReserveNothingIsAppendedAndNothingFails() throws IOException {
        open(reserve(0));
        check();
        fillUntilRefused();
        long end = log.logEndOffset();
        assertThat(disk.usableBytes(temp))
                .as("one batch at most into the reserve")
                .isBetween(RESERVE - 10_000L, (long) RESERVE);
        assertThat(log.isFull()).isTrue();
        assertThat(log.isOffline()).isFalse();
        assertThat(log.appendAsFollower(TestBatches.stored(end, 1, "x"), 1).error())
                .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(log.logEndOffset()).isEqualTo(end);
        assertThat(readAll(log)).hasSize((int) end);
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(end);
    }

    @Test
    void retentionMakesRoomAndAppendsGoOnByThemselves() throws IOException {
        open(reserve(0));
        check();
        fillUntilRefused();
        long end = log.logEndOffset();
        log.updateHighWatermark(end);
        log.updateSettings(LogSettings.fromTopicConfigs(Map.of("retention.bytes", "100000"), log.settings()));
        assertThat(log.maybeDeleteOldSegments(2000)).isTrue();
        directory.awaitBackground();
        assertThat(appendOne().error()).as("nobody has looked yet").isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        check();
        assertThat(log.isFull()).isFalse();
        assertThat(appendOne().baseOffset()).isEqualTo(end);
    }

    @Test
    void deletedRecordsMakeRoomToo() throws IOException {
        open(reserve(0));
        check();
        fillUntilRefused();
        long end = log.logEndOffset();
        log.updateHighWatermark(end);
        log.advanceLogStart(end);
        directory.awaitBackground();
        check();
        assertThat(appendOne().baseOffset()).isEqualTo(end);
    }

    @Test
    void appendsGoOnOnlyWithAFifthMoreThanTheReserve() throws IOException {
        open(reserve(0));
        disk.leave(RESERVE - 1);
        check();
        assertThat(log.isFull()).isTrue();
        disk.leave(RESERVE + RESERVE / 5 - 1);
        check();
        assertThat(log.isFull()).isTrue();
        disk.leave(RESERVE + RESERVE / 5);
        check();
        assertThat(log.isFull()).isFalse();
    }

    @Test
    void appendThatFindsNoSpaceLeavesNothingBehind() throws IOException {
        open(SpaceSettings.NONE);
        append(log, 1, "before");
        disk.leave(2_000);
        AppendOutcome outcome = appendOne();
        assertThat(outcome.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(outcome.message()).contains("full");
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(disk.sizeOf(log.state().segments.active().path()))
                .as("cut back")
                .isEqualTo(log.sizeBytes());
        assertThat(log.isOffline()).isFalse();
        assertThat(log.isFull()).isTrue();
        disk.leave(DISK);
        check();
        assertThat(log.isFull()).as("it said no a moment ago").isTrue();
        directory.clock.advance(DiskSpace.HOLD_MS);
        check();
        append(log, 1, "after");
        directory.kill();
        directory.reopen();
        assertThat(readAll(directory.log(0))).containsExactly("0:before", "1:after");
    }

    @Test
    void followersBatchesOverTwoSegmentsLeaveNothingEither() {
        open(SpaceSettings.NONE);
        append(log, 1, "before");
        ByteBuffer[] batches = new ByteBuffer[30];
        for (int i = 0; i < batches.length; i++) batches[i] = TestBatches.stored(1 + i, 1, "x".repeat(5_000));
        disk.leave(120_000);
        AppendOutcome outcome = log.appendAsFollower(TestBatches.concat(batches), 1);
        assertThat(outcome.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(log.isOffline()).isFalse();
        assertThat(readAll(log)).containsExactly("0:before");
    }

    @Test
    void segmentThatCannotBeCreatedIsAFullDiskToo() throws IOException {
        open(SpaceSettings.NONE);
        disk.refuseNewFiles(true);
        fillUntilRefused();
        long end = log.logEndOffset();
        assertThat(log.isOffline()).isFalse();
        disk.refuseNewFiles(false);
        directory.clock.advance(DiskSpace.HOLD_MS);
        check();
        assertThat(appendOne().baseOffset()).isEqualTo(end);
        assertThat(log.state().segments.count()).isEqualTo(2);
    }

    @Test
    void gapsThatCannotBeNotedAreNotTaken() throws IOException {
        open(SpaceSettings.NONE);
        append(log, 1, "before");
        disk.refuseNewFiles(true);
        assertThat(log.appendAsFollower(TestBatches.stored(5, 1, "behind a gap"), 1, 5)
                        .error())
                .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(log.isOffline()).isFalse();
        assertThat(log.gapsBelow()).isZero();
        assertThat(log.logEndOffset()).isEqualTo(1);
        disk.refuseNewFiles(false);
        directory.clock.advance(DiskSpace.HOLD_MS);
        check();
        assertThat(log.appendAsFollower(TestBatches.stored(5, 1, "behind a gap"), 1, 5)
                        .error())
                .isEqualTo(Errors.NONE);
    }

    @Test
    void retentionThatFindsNoRoomForANewSegmentKeepsTheOldOne() {
        open(SpaceSettings.NONE);
        append(log, 1, "old");
        log.updateHighWatermark(1);
        log.updateSettings(LogSettings.fromTopicConfigs(Map.of("retention.ms", "0"), log.settings()));
        disk.refuseNewFiles(true);
        assertThat(log.maybeDeleteOldSegments(1_000_000)).isFalse();
        assertThat(log.isOffline()).isFalse();
        assertThat(readAll(log)).containsExactly("0:old");
    }

    @Test
    void ballastIsGivenUpForMarksAndMadeAgain() throws IOException {
        open(reserve(100_000));
        check();
        Path ballast = temp.resolve("data").resolve(DiskSpace.BALLAST);
        assertThat(Files.size(ballast)).isGreaterThanOrEqualTo(100_000);
        disk.leave(99_999);
        check();
        assertThat(Files.exists(ballast)).isFalse();
        directory.housekeeping(true);
        assertThat(log.isOffline()).isFalse();
        disk.leave(DISK);
        check();
        assertThat(Files.exists(ballast)).isTrue();
    }

    @Test
    void ballastOfTheLastRunIsGivenUpAtStart() throws IOException {
        open(reserve(100_000));
        check();
        directory.kill();
        disk.leave(10);
        directory.reopen();
        assertThat(Files.exists(temp.resolve("data").resolve(DiskSpace.BALLAST)))
                .isFalse();
        assertThat(directory.directory.space().isFull()).isTrue();
        directory.directory.markRunning(7);
        assertThat(directory.directory.isOffline()).isFalse();
    }

    @Test
    void aLogThatFindsNoRoomIsNotCreatedAndNothingElseHappens() {
        open(SpaceSettings.NONE);
        append(log, 1, "there");
        disk.refuseNewFiles(true);
        assertThatThrownBy(() -> directory.create(1)).isInstanceOf(NoRoom.class);
        assertThat(directory.directory.isOffline()).isFalse();
        assertThat(readAll(log)).containsExactly("0:there");
        disk.refuseNewFiles(false);
        assertThat(directory.create(1).logEndOffset()).isZero();
    }

    @Test
    void aFullDiskThatIsProbedIsNotLost() {
        open(SpaceSettings.NONE);
        disk.refuseNewFiles(true);
        directory.directory.watch(1);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!log.isFull() && System.nanoTime() < deadlineNs) directory.awaitBackground();
        assertThat(log.isFull()).isTrue();
        assertThat(directory.directory.isOffline()).isFalse();
    }

    @Test
    void syncThatFindsNoSpaceIsFinal() {
        FaultyLogFiles faulty = new FaultyLogFiles(new DiskLogFiles());
        directory = new TestDirectory(temp.resolve("data"), faulty);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        append(log, 1, "a");
        faulty.fail(FaultyLogFiles.Call.SYNC, 1, "No space left on device");
        log.flush().flushNow();
        assertThat(log.isOffline()).as("nobody knows which bytes are there").isTrue();
        assertThat(log.flushedOffset()).isZero();
    }

    /** A disk that says no when it is told to, looked at often. */
    private FaultyLogFiles openFaulty() {
        FaultyLogFiles faulty = new FaultyLogFiles(new DiskLogFiles());
        directory = new TestDirectory(temp.resolve("data"), faulty);
        directory.memoryIndex = new MemoryIndexStore();
        directory.config = TestDirectory.config(100_000, 4096).withSpace(new SpaceSettings(0, 0, 20));
        directory.open();
        log = directory.create(0);
        append(log, 1, "a", "b", "c");
        log.flush().flushNow();
        return faulty;
    }

    /** Half of the bytes were written each time: if the other slot were next there would be none left to read. */
    @Test
    void marksThatFindNoRoomAreWrittenLaterIntoTheSameSlot() throws IOException {
        FaultyLogFiles faulty = openFaulty();
        directory.directory.checkpoint(true);
        append(log, 1, "d");
        log.flush().flushNow();
        for (int i = 0; i < 3; i++) {
            log.updateHighWatermark(i + 1);
            faulty.fail(FaultyLogFiles.Call.WRITE, 1, NO_SPACE);
            directory.directory.checkpoint(true);
            assertThat(log.isOffline()).isFalse();
        }
        assertThat(log.isFull()).isTrue();
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).as("the marks are not lost").isEmpty();
        log = directory.log(0);
        assertThat(readAll(log)).hasSize(4);
        directory.directory.checkpoint(true);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.scannedBytes()).as("written at last").isZero();
    }

    @Test
    void aSyncOfMarksThatFindsNoSpaceIsFinal() {
        FaultyLogFiles faulty = openFaulty();
        log.updateHighWatermark(1);
        faulty.fail(FaultyLogFiles.Call.SYNC, 1, NO_SPACE);
        assertThatThrownBy(() -> directory.directory.checkpoint(true)).isInstanceOf(FailedSync.class);
    }

    @Test
    void aLogStartThatFindsNoRoomBecomesDurableLater() throws IOException {
        FaultyLogFiles faulty = openFaulty();
        directory.directory.checkpoint(true);
        log.updateHighWatermark(3);
        faulty.fail(FaultyLogFiles.Call.WRITE, 1, NO_SPACE);
        log.advanceLogStart(2);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (log.durableLogStartOffset() < 2 && System.nanoTime() < deadlineNs) directory.awaitBackground();
        assertThat(log.durableLogStartOffset()).isEqualTo(2);
        assertThat(log.isFull()).as("it was refused once").isTrue();
        assertThat(log.isOffline()).isFalse();
    }

    @Test
    void aTruncationThatFindsNoRoomForItsMarkCutsNothing() throws IOException {
        FaultyLogFiles faulty = openFaulty();
        directory.directory.checkpoint(true);
        for (int i = 0; i < 2; i++) {
            faulty.fail(FaultyLogFiles.Call.WRITE, 1, NO_SPACE);
            assertThatThrownBy(() -> log.truncateTo(1)).isInstanceOf(NoRoom.class);
            assertThat(log.isOffline()).isFalse();
            assertThat(readAll(log)).hasSize(3);
        }
        log.truncateTo(1);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged())
                .as("the lowered mark was written before the cut")
                .isEmpty();
        assertThat(readAll(directory.log(0))).containsExactly("0:a");
    }

    @Test
    void aProcessTakesADirectoryOverThatHasNoBlockLeft() throws IOException {
        open(SpaceSettings.NONE);
        append(log, 1, "a");
        directory.directory.beginLife(1, new Uuid(0, 1));
        directory.directory.markRunning(6);
        directory.housekeeping(true);
        directory.kill();
        disk.leave(0);
        disk.refuseNewFiles(true);
        directory.reopen();
        directory.directory.beginLife(2, new Uuid(0, 2));
        directory.directory.markRunning(7);
        assertThat(directory.directory.isOffline()).isFalse();
        assertThat(directory.directory.lives()).isEqualTo(new DirectoryLives(2, List.of(new Uuid(0, 2)), 7));
        assertThat(readAll(directory.log(0))).containsExactly("0:a");
    }

    @Test
    void automaticReserveIsATwentiethOfASmallDisk() {
        SpaceSettings automatic = SpaceSettings.withReserve(SpaceSettings.AUTOMATIC);
        assertThat(automatic.reserveOf(100L << 20)).isEqualTo(5L << 20);
        assertThat(automatic.reserveOf(1L << 40)).isEqualTo(1L << 30);
        assertThat(automatic.ballastOf(5L << 20)).isEqualTo((5L << 20) / 4);
        assertThat(automatic.ballastOf(1L << 30)).isEqualTo(8L << 20);
        assertThat(automatic.ballastOf(1_000)).isZero();
        directory = new TestDirectory(temp.resolve("data"));
    }

    @Test
    void aRetryOfWhatIsThereIsRecognisedOnAFullDisk() {
        open(SpaceSettings.NONE);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "once"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.NONE);
        disk.leave(0);
        assertThat(appendOne().error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        AppendOutcome retry = log.appendAsLeader(TestBatches.idempotent(9, 0, 0, "once"), 1, 2000, true);
        assertThat(List.of(retry.error(), retry.duplicate(), retry.baseOffset()))
                .isEqualTo(List.of(Errors.NONE, true, 0L));
    }
}
