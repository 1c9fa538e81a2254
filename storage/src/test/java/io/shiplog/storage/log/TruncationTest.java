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

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.EpochEndOffset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {
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
    void cutsAtABatchBoundaryAndGoesOnFromThere() {
        fill(log, 1, 30, 300);
        log.truncateTo(17);
        assertThat(log.logEndOffset()).isEqualTo(17);
        append(log, 2, "new");
        List<String> all = readAll(log);
        assertThat(all).hasSize(18);
        assertThat(all.get(16)).isEqualTo("16:" + value(16, 300));
        assertThat(all.get(17)).isEqualTo("17:new");
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 17));
    }

    @Test
    void everyOffsetCanBeCutAt() {
        for (int cut = 40; cut >= 0; cut -= 3) {
            fill(log, 1, 40 - (int) log.logEndOffset(), 300);
            log.truncateTo(cut);
            assertThat(log.logEndOffset()).isEqualTo(cut);
            assertThat(readAll(log)).hasSize(cut);
        }
    }

    @Test
    void offsetInTheMiddleOfABatchRemovesTheWholeBatch() {
        append(log, 1, "a");
        log.appendAsLeader(TestBatches.batch(1000, "b", "c", "d"), 1, 2000, true);
        log.truncateTo(3);
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(readAll(log)).containsExactly("0:a");
    }

    @Test
    void truncationAtTheEndOnlyForgetsAnEpochWithoutRecords() {
        append(log, 1, "a");
        log.assignEpochStart(5, 1);
        assertThat(log.latestEpoch()).isEqualTo(5);
        log.truncateTo(1);
        assertThat(log.latestEpoch()).isEqualTo(1);
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(log.truncationGeneration()).isZero();
    }

    /** A leader that wrote nothing followed, and wrote what its epoch's predecessor had (simulator, seed 50295). */
    @Test
    void anEpochWithoutRecordsThatWasCutDoesNotComeBackWithACheckpoint() throws IOException {
        append(log, 1, "a");
        log.assignEpochStart(5, 1);
        directory.housekeeping(true);
        log.truncateTo(1);
        append(log, 1, "b");
        log.flush().flushNow();
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        assertThat(log.latestEpoch()).isEqualTo(1);
        assertThat(log.endOffsetForEpoch(1).endOffset()).isEqualTo(2);
    }

    @Test
    void flushedOffsetComesDownAndTheGenerationRises() throws IOException {
        fill(log, 1, 10, 100);
        directory.housekeeping(false);
        assertThat(log.flushedOffset()).isEqualTo(10);
        log.truncateTo(4);
        assertThat(log.flushedOffset()).isEqualTo(4);
        assertThat(log.truncationGeneration()).isEqualTo(1);
    }

    @Test
    void bytesUnderASliceStayWhatTheyAre() {
        fill(log, 1, 10, 100);
        LogSlice slice = log.read(0, 1 << 20, FAR, true);
        List<String> before = read(slice);
        log.truncateTo(5);
        fill(log, 2, 5, 90);
        assertThat(read(slice)).isEqualTo(before);
        assertThat(readAll(log)).hasSize(10).isNotEqualTo(before);
        slice.release();
    }

    @Test
    void sliceOfADeletedSegmentStaysReadable() {
        fill(log, 1, 30, 300);
        LogSlice slice = log.read(25, 1 << 20, FAR, true);
        List<String> before = read(slice);
        log.truncateTo(3);
        assertThat(read(slice)).isEqualTo(before);
        slice.release();
    }

    @Test
    void producersAreThoseOfWhatIsLeft() {
        for (int i = 0; i < 10; i++) {
            log.appendAsLeader(TestBatches.idempotent(9, 0, i, value(i, 50)), 1, 2000, true);
        }
        log.truncateTo(6);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 5, value(5, 50)), 2, 2000, true)
                        .duplicate())
                .isTrue();
        AppendOutcome next = log.appendAsLeader(TestBatches.idempotent(9, 0, 6, "other"), 2, 2000, true);
        assertThat(next.duplicate()).isFalse();
        assertThat(next.baseOffset()).isEqualTo(6);
    }

    @Test
    void producersAfterATruncationBelowTheLastCheckpointAreRight() throws IOException {
        for (int i = 0; i < 20; i++) {
            log.appendAsLeader(TestBatches.idempotent(9, 0, i, value(i, 300)), 1, 2000, true);
            if (i % 5 == 4) directory.housekeeping(true);
        }
        log.truncateTo(7);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 6, value(6, 300)), 2, 2000, true)
                        .baseOffset())
                .isEqualTo(6);
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 7, "n"), 2, 2000, true)
                        .baseOffset())
                .isEqualTo(7);
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        assertThat(log.logEndOffset()).isEqualTo(8);
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 7));
        assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 7, "n"), 2, 2000, true)
                        .duplicate())
                .isTrue();
    }

    @Test
    void largestTimestampIsThatOfWhatIsLeft() {
        log.appendAsLeader(TestBatches.batch(500, "a"), 1, 2000, true);
        log.appendAsLeader(TestBatches.batch(900, "b"), 1, 2000, true);
        log.truncateTo(1);
        assertThat(log.lookupMaxTimestamp().timestampMs()).isEqualTo(500);
    }

    @Test
    void fullTruncationBeginsAnewAtTheOffset() throws IOException {
        fill(log, 3, 30, 300);
        directory.housekeeping(true);
        log.truncateFullyAndStartAt(100);
        assertThat(log.logStartOffset()).isEqualTo(100);
        assertThat(log.logEndOffset()).isEqualTo(100);
        assertThat(log.flushedOffset()).isEqualTo(100);
        assertThat(log.latestEpoch()).isEqualTo(-1);
        assertThat(log.read(100, 100, FAR, true)).isSameAs(LogSlice.EMPTY);
        log.appendAsFollower(TestBatches.stored(100, 4, "x"), 4);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(directory.log(0))).containsExactly("100:x");
        assertThat(directory.log(0).logStartOffset()).isEqualTo(100);
    }
}
