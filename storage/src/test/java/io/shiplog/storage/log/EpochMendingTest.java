// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.TestBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader epoch that rotted above the flush mark, in the log of a replica that is elected. */
class EpochMendingTest {
    private static final int ROTTEN = 3 | 1 << 25;

    @TempDir
    Path temp;

    private final List<LogDamage> damages = new ArrayList<>();
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.config = TestDirectory.config(2048, 256);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        fill(log, 1, 3, 300);
        fill(log, 3, 6, 300);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void reopen() {
        directory.kill();
        directory.reopen();
        directory.directory.onDamage(damages::add);
        log = directory.log(0);
    }

    /** The process is killed, a later epoch rots into the last batch, and the log is opened again. */
    private void rotAndReopen() throws IOException {
        directory.kill();
        writeEpoch(log.logEndOffset() - 1, ROTTEN);
        reopen();
        assertThat(log.latestEpoch()).isEqualTo(ROTTEN);
    }

    private Path segmentOf(long offset) {
        return log.state().segments.get(log.state().segments.floorIndex(offset)).path();
    }

    private int position(ByteBuffer segment, long offset) {
        int at = 0;
        while (RecordBatchHeader.baseOffset(segment, at) < offset)
            at += (int) RecordBatchHeader.sizeInBytes(segment, at);
        return at;
    }

    private void writeEpoch(long offset, int epoch) throws IOException {
        Path path = segmentOf(offset);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        RecordBatchHeader.setLeaderEpoch(bytes, position(bytes, offset), epoch);
        Files.write(path, bytes.array());
    }

    private int epochOnDisk(long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segmentOf(offset)));
        return RecordBatchHeader.leaderEpoch(bytes, position(bytes, offset));
    }

    private void assertMended(List<String> written) throws IOException {
        long last = written.size() - 1L;
        assertThat(log.mendEpochsFrom(5)).isNull();
        assertThat(epochOnDisk(last)).isEqualTo(3);
        assertThat(log.latestEpoch()).isEqualTo(3);
        assertThat(log.epochAt(3)).isEqualTo(3);
        assertThat(log.epochAt(2)).isEqualTo(1);
        append(log, 5, "the elected one's");
        directory.housekeeping(true);
        reopen();
        assertThat(log.latestEpoch()).isEqualTo(5);
        assertThat(log.epochAt(last)).isEqualTo(3);
        assertThat(log.mendEpochsFrom(6)).isNull();
        assertThat(readAll(log).subList(0, written.size())).isEqualTo(written);
        assertThat(damages).isEmpty();
    }

    @Test
    void theEpochIsPutRightAndTheRecordStays() throws IOException {
        List<String> written = readAll(log);
        rotAndReopen();
        assertMended(written);
    }

    /** Also what the index store was told of it since. */
    @Test
    void noCheckpointBringsTheWrongEpochBack() throws IOException {
        List<String> written = readAll(log);
        rotAndReopen();
        directory.housekeeping(true);
        assertThat(log.mendEpochsFrom(5)).isNull();
        append(log, 5, "the elected one's");
        reopen();
        assertThat(log.latestEpoch()).isEqualTo(5);
        assertThat(readAll(log).subList(0, written.size())).isEqualTo(written);
        assertThat(damages).isEmpty();
    }

    /** The next segment was begun, and nothing of it survived: the summary of the sealed one has the wrong epoch as well. */
    @Test
    void theLastBatchOfASealedSegmentIsPutRight() throws IOException {
        fill(log, 3, 1, 300);
        while (log.state().segments.active().sizeInBytes < 1_500) fill(log, 3, 1, 300);
        List<String> written = readAll(log);
        long end = log.logEndOffset();
        rotAndReopen();
        directory.kill();
        Files.createFile(directory.partitionPath(0).resolve(Segment.fileName(end)));
        reopen();
        directory.housekeeping(true);
        assertMended(written);
    }

    @Test
    void twoBatchesOfLaterEpochsAreNoRot() throws IOException {
        append(log, 7, "a", "b");
        assertThat(log.mendEpochsFrom(5)).contains("7").contains("elected in 5").contains("more than one");
        assertThat(log.latestEpoch()).isEqualTo(7);
        assertThat(epochOnDisk(log.logEndOffset() - 1)).isEqualTo(7);
    }

    /** More than a bit differs from every epoch that it can have been. */
    @Test
    void whatCannotBeToldIsLeftAlone() throws IOException {
        log.appendAsFollower(TestBatches.stored(log.logEndOffset(), 0b11_0000, "a"), 0b11_0000);
        assertThat(log.mendEpochsFrom(5)).contains("nobody can say");
        assertThat(epochOnDisk(log.logEndOffset() - 1)).isEqualTo(0b11_0000);
    }

    @Test
    void anEpochInWhichNothingWasWrittenIsNoRot() {
        log.assignEpochStart(7, log.logEndOffset());
        // In memory only: no batch says so, and nothing has to be written.
        assertThat(log.mendEpochsFrom(5)).isNull();
        assertThat(log.latestEpoch()).isEqualTo(3);
    }

    @Test
    void ofEarlierEpochsNothingIsChanged() throws IOException {
        assertThat(log.mendEpochsFrom(4)).isNull();
        assertThat(log.latestEpoch()).isEqualTo(3);
        assertThat(log.mendEpochsFrom(3))
                .as("elected in the epoch of the last six")
                .contains("more than one");
    }

    /** A hole below the flush mark keeps nobody from seeing what rotted behind it (simulator, seed 141760). */
    @Test
    void behindAHoleTheEpochIsPutRight() throws IOException {
        directory.housekeeping(true);
        directory.kill();
        long last = log.logEndOffset() - 1;
        Path segment = segmentOf(last);
        assertThat(segmentOf(last - 3)).as("one segment").isEqualTo(segment);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int epochAt = position(bytes, last) + RecordBatchHeader.LEADER_EPOCH_AT;
        writeEpoch(last, ROTTEN);
        TestFiles.damage(segment, position(bytes, last - 2) + RecordBatchHeader.LEADER_EPOCH_AT + Integer.BYTES);
        directory.memoryIndex = new MemoryIndexStore();
        reopen();
        assertThat(damages).as("the hole").hasSize(1);
        assertThat(log.logEndOffset()).isEqualTo(last + 1);
        assertThat(log.latestEpoch()).isEqualTo(ROTTEN);

        assertThat(log.mendEpochsFrom(5)).isNull();

        assertThat(ByteBuffer.wrap(Files.readAllBytes(segment)).getInt(epochAt)).isEqualTo(3);
        assertThat(log.latestEpoch()).isEqualTo(3);
        assertThat(append(log, 5, "the elected one's")).containsExactly(last + 1);
    }

    @Test
    void aBatchWithoutItsCrcIsLeftAlone() throws IOException {
        directory.kill();
        long last = log.logEndOffset() - 1;
        writeEpoch(last, ROTTEN);
        reopen();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segmentOf(last)));
        TestFiles.damage(segmentOf(last), position(bytes, last) + RecordBatchHeader.SIZE + 10);
        assertThat(log.mendEpochsFrom(5)).contains("more than its epoch has rotted");
        assertThat(epochOnDisk(last)).isEqualTo(ROTTEN);
    }

    @Test
    void theEpochOfWhichOneBitFlipped() {
        assertThat(EpochMending.original(1 << 25, 0, 2, true)).isZero();
        assertThat(EpochMending.original(4, -1, 1, true))
                .as("the first batch of the log")
                .isZero();
        assertThat(EpochMending.original(6, 2, 5, true))
                .as("as the one before, rather than 4")
                .isEqualTo(2);
        assertThat(EpochMending.original(7, 4, 6, true)).as("5 or 6").isEqualTo(-1);
        assertThat(EpochMending.original(7, 4, 5, true)).isEqualTo(5);
        assertThat(EpochMending.original(12, 3, 4, true)).isEqualTo(4);
        assertThat(EpochMending.original(48, 3, 4, true)).isEqualTo(-1);
        assertThat(EpochMending.original(6, 2, 5, false))
                .as("2 or 4, with a hole before it")
                .isEqualTo(-1);
        assertThat(EpochMending.original(1 << 25, 0, 2, false)).isZero();
    }
}
