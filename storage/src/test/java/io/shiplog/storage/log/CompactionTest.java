// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.batch.KeyedBatches.marker;
import static io.shiplog.storage.batch.KeyedBatches.transactional;
import static io.shiplog.storage.log.TestDirectory.FAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.KeyedBatches;
import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.compact.CleaningBudget;
import io.shiplog.storage.compact.CleaningReport;
import io.shiplog.storage.compact.Dirtiness;
import io.shiplog.storage.compact.UncleanableLog;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.EpochEndOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    @TempDir
    Path temp;

    private CompactedLog c;

    @BeforeEach
    void open() {
        c = new CompactedLog(temp).open();
    }

    @AfterEach
    void close() {
        c.close();
    }

    @Test
    void theLatestRecordOfEachKeyStaysAtItsOffset() throws Exception {
        c.put("a=1", "b=1");
        c.put("a=2");
        c.roll();
        long last = c.put("b=3");
        c.roll();
        c.commit();
        CleaningReport report = c.clean();
        assertThat(c.records()).containsExactly("2:a=2", last + ":b=3");
        assertThat(report.bytesAfter()).isLessThan(report.bytesBefore());
        assertThat(report.toOffset()).isEqualTo(c.log.state().segments.active().baseOffset);
        assertThat(c.isDue()).isFalse();
        c.restart();
        assertThat(c.records()).containsExactly("2:a=2", last + ":b=3");
        assertThat(c.directory.report.damaged()).isEmpty();
        assertThat(c.isDue()).isFalse();
    }

    @Test
    void theActiveSegmentAndWhatIsNotCommittedOrNotOnTheDiskAreLeftAlone() throws Exception {
        c.put("a=1");
        c.roll();
        assertThat(c.isDue()).as("nothing is committed").isFalse();
        c.log.updateHighWatermark(c.log.logEndOffset());
        long flushed = c.log.flushedOffset();
        assertThat(c.isDue()).as("flushed " + flushed).isFalse();
        c.log.flush().flushNow();
        assertThat(c.isDue()).isTrue();
        c.put("a=2");
        c.commit();
        c.clean();
        assertThat(c.records()).as("a=2 is in the active segment").contains("0:a=1");
        c.roll();
        c.log.flush().flushNow();
        assertThat(c.isDue()).as("a segment ends above the high watermark").isFalse();
    }

    @Test
    void smallSegmentsAreMergedUpToTheSizeOfOne() throws Exception {
        for (int i = 0; i < 6; i++) {
            c.put("a=" + i);
            c.roll();
        }
        c.commit();
        c.clean();
        c.put("a=6");
        c.roll();
        c.commit();
        c.clean();
        int bases = c.bases().size();
        assertThat(bases).isLessThanOrEqualTo(3);
        assertThat(logFiles()).hasSize(bases);
        c.restart();
        assertThat(c.bases()).hasSize(bases);
        assertThat(c.records()).hasSize(1);
    }

    @Test
    void everySegmentStillEndsWhereTheNextOneBegins() throws Exception {
        for (int i = 0; i < 12; i++) c.put("a=" + "y".repeat(300) + i);
        c.roll();
        c.commit();
        List<Long> before = c.bases();
        c.with("segment.bytes", "1024").clean();
        List<Long> after = c.bases();
        assertThat(before).containsAll(after);
        for (int i = 0; i + 1 < after.size(); i++) {
            Segment segment = c.log.state().segments.get(i);
            assertThat(segment.nextOffset).isEqualTo(after.get(i + 1));
            RecordBatch last = null;
            for (RecordBatch batch : batches(segment)) last = batch;
            assertThat(last.nextOffset()).isEqualTo(after.get(i + 1));
        }
    }

    @Test
    void readsGoOverGaps() throws Exception {
        gappy();
        long end = c.log.logEndOffset();
        for (long offset = 0; offset < end; offset++) {
            LogSlice slice = c.log.read(offset, 1 << 20, FAR, true);
            assertThat(slice.nextOffset()).as("read at " + offset).isGreaterThan(offset);
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            RecordBatch first = MemoryRecords.readableRecords(bytes.flip())
                    .batches()
                    .iterator()
                    .next();
            assertThat(first.lastOffset()).isGreaterThanOrEqualTo(offset);
            slice.release();
        }
        assertThat(c.log.lookupTimestamp(0).offset()).isEqualTo(9);
    }

    @Test
    void aSliceOfAnOldSegmentKeepsItsBytes() throws Exception {
        c.put("a=1", "b=1");
        c.put("a=2");
        c.roll();
        c.commit();
        LogSlice slice = c.log.read(0, 1 << 20, FAR, true);
        ByteBuffer before = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(before);
        c.clean();
        ByteBuffer after = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(after);
        assertThat(after).isEqualTo(before);
        slice.release();
        assertThat(c.records()).containsExactly("1:b=1", "2:a=2");
    }

    @Test
    void leaderEpochsEndWhereTheyEndedEvenWhenNothingButTheSegmentsIsLeft() throws Exception {
        c.put("a=1");
        c.epoch = 4;
        long fourBegins = c.put("a=2");
        c.put("b=2");
        c.epoch = 7;
        long sevenBegins = c.put("a=3");
        c.put("b=3");
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records()).hasSize(2);
        c.directory.kill();
        deleteIndex();
        c.open();
        assertThat(c.log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, fourBegins));
        assertThat(c.log.endOffsetForEpoch(4)).isEqualTo(new EpochEndOffset(4, sevenBegins));
        assertThat(c.log.endOffsetForEpoch(5)).isEqualTo(new EpochEndOffset(4, sevenBegins));
    }

    @Test
    void aProducerIsKnownByItsLastBatchAfterCompactionAndTheLossOfTheIndex() throws Exception {
        c.append(KeyedBatches.idempotent(9, 0, 0, "a=1"));
        long last = c.append(KeyedBatches.idempotent(9, 0, 1, "a=2", "a=3"));
        c.put("a=4");
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records()).hasSize(1).allMatch(record -> record.endsWith("a=4"));
        c.directory.kill();
        deleteIndex();
        c.open();
        AppendOutcome again = c.log.appendAsLeader(KeyedBatches.idempotent(9, 0, 1, "a=2", "a=3"), 1, 2000, true);
        assertThat(again.duplicate()).isTrue();
        assertThat(again.baseOffset()).isEqualTo(last);
        assertThat(c.log.appendAsLeader(KeyedBatches.idempotent(9, 0, 7, "a=2"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(c.log.appendAsLeader(KeyedBatches.idempotent(9, 0, 3, "a=9"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.NONE);
    }

    @Test
    void tombstonesLiveAsLongAsPromisedAndThenGo() throws Exception {
        c.put("a=1");
        c.put("a");
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records()).containsExactly("1:a");
        c.directory.clock.advance(999);
        dirty();
        c.clean();
        assertThat(c.records()).contains("1:a");
        c.directory.clock.advance(1);
        dirty();
        c.clean();
        assertThat(c.records()).hasSize(1).allMatch(record -> record.endsWith(":dirt=2"));
    }

    @Test
    void anOpenTransactionHoldsTheCleanerBack() throws Exception {
        c.put("a=1");
        c.append(transactional(5, 0, "a=2"));
        c.roll();
        c.commit();
        CleaningReport report = c.clean();
        assertThat(report.toOffset()).isEqualTo(report.fromOffset());
        assertThat(c.records()).containsExactly("0:a=1", "1:a=2");
        c.append(marker(5, false));
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records())
                .as("the aborted record is gone, what it would have replaced is not")
                .hasSize(2)
                .contains("0:a=1")
                .anyMatch(record -> record.endsWith("!"));
    }

    private int named() {
        AbortedTransactions found = new AbortedTransactions();
        assertThat(c.log.abortedTransactions(0, c.log.logEndOffset(), 100, found))
                .isTrue();
        return found.size();
    }

    @Test
    void aCleanedSegmentNamesNoAbortedTransactions() throws Exception {
        c.append(transactional(5, 0, "a=1"));
        c.append(marker(5, false));
        c.put("b=1");
        c.roll();
        c.commit();
        assertThat(named()).isOne();
        c.clean();
        assertThat(named()).isZero();
        c.append(transactional(5, 1, "a=2"));
        c.append(marker(5, true));
        c.roll();
        c.commit();
        for (int round = 0; round < 3; round++) {
            long end = c.log.logEndOffset();
            assertThat(c.log.lastStableOffset(end)).isEqualTo(end);
            assertThat(ReadCommitted.check(c.log, LogPromise.batches(c.log), 0, 1 << 20, end, "round " + round))
                    .as("the producer's next transaction is not passed over")
                    .anyMatch(record -> record.endsWith(":2"));
            if (round == 0) c.clean();
            if (round == 1) c.restart().commit();
        }
    }

    @Test
    void whatWasAbortedBehindTheKeysThatFitIsNotSeenEither() throws Exception {
        c.with("segment.bytes", "40000");
        c.put("k0=0");
        for (int i = 0; i < 200; i++) c.put("k" + i + "=1");
        c.append(transactional(5, 0, "a=1"));
        c.append(marker(5, false));
        c.roll();
        c.commit();
        CleaningReport report = c.clean(3000);
        assertThat(report.toOffset()).as("not up to the transaction").isLessThan(200);
        assertThat(c.records()).doesNotContain("0:k0=0");
        long end = c.log.logEndOffset();
        assertThat(ReadCommitted.check(c.log, LogPromise.batches(c.log), 0, 1 << 20, end, "cleaned in part"))
                .isNotEmpty();
    }

    @Test
    void whatDoesNotFitIntoTheMemoryIsCleanedInTheNextRounds() throws Exception {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 300; i++) c.put("k" + i + "=" + round);
        }
        c.roll();
        c.commit();
        int rounds = 0;
        while (c.isDue()) {
            c.clean(3000);
            rounds++;
        }
        assertThat(rounds).isGreaterThan(3);
        assertThat(c.records()).hasSize(300).allMatch(record -> record.endsWith("=1"));
    }

    @Test
    void aLogWithMoreKeysInABatchThanTheMemoryHoldsIsNamed() {
        String[] many = new String[200];
        for (int i = 0; i < many.length; i++) many[i] = "k" + i + "=1";
        c.with("segment.bytes", "100000").put(many);
        c.with("segment.bytes", "1024").roll();
        c.commit();
        assertThatThrownBy(() -> c.clean(1)).isInstanceOf(UncleanableLog.class).hasMessageContaining("dedupe.buffer");
    }

    @Test
    void damagedBytesAreNotWrittenAnew() throws Exception {
        c.put("a=1");
        c.put("a=2");
        c.roll();
        c.commit();
        TestFiles.damage(c.log.state().segments.first().path(), 68);
        List<Long> before = c.bases();
        assertThatThrownBy(() -> c.clean()).isInstanceOf(UncleanableLog.class).hasMessageContaining("CRC");
        assertThat(c.bases()).isEqualTo(before);
        assertThat(files("cleaned")).isEmpty();
    }

    @Test
    void aTruncationEndsTheRound() throws Exception {
        c.put("a=1");
        c.put("a=2");
        c.roll();
        c.commit();
        long end = c.log.logEndOffset();
        c.put("b=1");
        assertThatThrownBy(() -> c.log.cleanable().clean(new CleaningBudget(1 << 20, bytes -> c.log.truncateTo(end))))
                .isInstanceOf(CleaningAborted.class);
        assertThat(files("cleaned")).isEmpty();
        c.clean();
        assertThat(c.records()).containsExactly("1:a=2");
    }

    @Test
    void aTruncationIntoTheCleanedPartEndsAtABatchAndMakesItDirtyAgain() throws Exception {
        long end = gappy();
        c.log.truncateTo(end);
        long cut = c.log.logEndOffset();
        assertThat(cut).isLessThanOrEqualTo(end);
        c.log.flush().flushNow();
        c.restart();
        assertThat(c.directory.report.damaged()).isEmpty();
        assertThat(c.log.logEndOffset()).isEqualTo(cut);
        c.put("a=again");
        c.roll();
        c.commit();
        assertThat(c.isDue()).isTrue();
        c.clean();
        assertThat(c.records()).filteredOn(record -> record.contains(":a=")).containsExactly(cut + ":a=again");
    }

    @Test
    void youngRecordsWaitAndOldOnesDoNot() throws Exception {
        c.put("a=1");
        c.roll();
        c.commit();
        long writtenMs = 1000;
        long nowMs = c.directory.clock.wallClockMs();
        c.with("min.compaction.lag.ms", "" + (nowMs - writtenMs + 1000));
        assertThat(c.isDue()).isFalse();
        c.with("min.compaction.lag.ms", "" + (nowMs - writtenMs - 1000));
        assertThat(c.isDue()).isTrue();
        c.with("min.compaction.lag.ms", "0").with("min.cleanable.dirty.ratio", "1");
        assertThat(c.isDue()).isFalse();
        c.with("max.compaction.lag.ms", "1000");
        assertThat(c.isDue()).isTrue();
    }

    @Test
    void theDirtyRatioIsThatOfBytes() throws Exception {
        for (int i = 0; i < 30; i++) c.put("k" + i + "=" + "z".repeat(100));
        c.roll();
        c.commit();
        c.clean();
        dirty();
        Dirtiness dirt = c.log.cleanable().dirtiness(c.directory.clock.wallClockMs());
        assertThat(dirt.cleanBytes()).isPositive();
        assertThat(dirt.dirtyBytes()).isPositive();
        assertThat(dirt.isDue()).isTrue();
        c.with("min.cleanable.dirty.ratio", "" + Math.min(1, dirt.ratio() + 0.01));
        assertThat(c.isDue()).isFalse();
    }

    @Test
    void retentionDoesNotTouchATopicThatIsOnlyCompacted() throws Exception {
        c.put("a=1");
        c.roll();
        c.commit();
        c.with("retention.bytes", "1");
        assertThat(c.log.maybeDeleteOldSegments(c.directory.clock.wallClockMs()))
                .isFalse();
        c.with("cleanup.policy", "compact,delete");
        assertThat(c.log.maybeDeleteOldSegments(c.directory.clock.wallClockMs()))
                .isTrue();
        assertThat(c.log.logStartOffset()).isPositive();
        assertThat(c.log.settings().compaction().compact()).isTrue();
    }

    @Test
    void aTopicThatIsNotCompactedIsNeverDue() {
        c.with("cleanup.policy", "delete").put("a=1");
        c.roll();
        c.commit();
        assertThat(c.isDue()).isFalse();
    }

    @Test
    void compressedBatchesAreCleanedToo() throws Exception {
        for (CompressionType codec : CompressionType.values()) {
            c.append(KeyedBatches.batch(codec, 1000, "a=" + codec, "b=" + codec));
        }
        long last = c.append(KeyedBatches.batch(CompressionType.ZSTD, 1000, "a=z", "d=z"));
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records()).containsExactly((last - 1) + ":b=zstd", last + ":a=z", (last + 1) + ":d=z");
    }

    @Test
    void aFollowerTakesGapsOnlyWhereTheLeaderSaysThatItHasSome() throws Exception {
        gappy();
        ByteBuffer sent = c.bytesFrom(0);
        Path other = Files.createDirectory(temp.resolve("follower"));
        try (CompactedLog f = new CompactedLog(other).open()) {
            assertThat(f.log.appendAsFollower(sent.duplicate(), 1, 0).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            assertThat(f.log.logEndOffset()).isZero();
            assertThat(f.log.appendAsFollower(sent.duplicate(), 1, c.log.gapsBelow())
                            .error())
                    .isEqualTo(Errors.NONE);
            assertThat(f.records()).isEqualTo(c.records());
            assertThat(f.log.logEndOffset()).isEqualTo(c.log.logEndOffset());
            f.commit();
            f.directory.housekeeping(true);
            f.restart();
            assertThat(f.directory.report.damaged()).isEmpty();
            assertThat(f.records()).isEqualTo(c.records());
            assertThat(f.log.gapsBelow()).isPositive();
        }
    }

    @Test
    void aGapThatNoCompactionMadeIsDamage() throws Exception {
        c.put("a=1");
        long cut = c.log.state().segments.first().sizeInBytes;
        c.put("b=1");
        long end = c.log.state().segments.first().sizeInBytes;
        c.put("c=1");
        c.commit();
        c.directory.housekeeping(true);
        Path segment = c.log.state().segments.first().path();
        c.directory.kill();
        byte[] bytes = Files.readAllBytes(segment);
        byte[] without = new byte[bytes.length - (int) (end - cut)];
        System.arraycopy(bytes, 0, without, 0, (int) cut);
        System.arraycopy(bytes, (int) end, without, (int) cut, bytes.length - (int) end);
        Files.write(segment, without);
        deleteIndex();
        c.directory.open();
        assertThat(c.directory.report.damaged()).hasSize(1);
    }

    @Test
    void whatTheCleanerNotedAndCannotBeReadMakesTheLogDirtyOnly() throws Exception {
        gappy();
        assertThat(c.isDue()).isFalse();
        assertThat(c.log.state().firstDirtyOffset).isPositive();
        List<String> records = c.records();
        Path file = c.directory.partitionPath(0).resolve(CompactionFile.NAME);
        c.directory.kill();
        TestFiles.damage(file, 3);
        c.open();
        assertThat(c.records()).isEqualTo(records);
        c.commit();
        assertThat(c.isDue()).isTrue();
        c.clean();
        assertThat(c.records()).isEqualTo(records);
    }

    @Test
    void theIndexOfACleanedSegmentIsStoredAndRecoveryReadsNothingAnew() throws Exception {
        gappy();
        c.directory.housekeeping(true);
        c.directory.closeCleanly(5);
        c.open();
        assertThat(c.directory.report.clean()).isTrue();
        assertThat(c.directory.report.scannedBytes()).isZero();
        Segment first = c.log.state().segments.first();
        assertThat(first.summaryStored).isTrue();
        assertThat(c.records()).hasSizeGreaterThan(3);
    }

    @Test
    void aCleanedLogIsReadByTheToolsReader() throws Exception {
        gappy();
        SegmentReader reader = new SegmentReader(c.directory.partitionPath(0));
        long[] last = {-1};
        reader.forEachBatch(batch -> {
            assertThat(batch.crcMatches()).isTrue();
            assertThat(batch.baseOffset()).isGreaterThan(last[0]);
            last[0] = batch.lastOffset();
            return true;
        });
        assertThat(last[0]).isEqualTo(c.log.logEndOffset() - 1);
    }

    /** A cleaned log with gaps before, between and behind what is left; returns an offset within a gap. */
    private long gappy() throws Exception {
        for (int i = 0; i < 5; i++) c.put("a=" + i, "b=" + i);
        c.put("only=1");
        for (int i = 0; i < 40; i++) c.put("a=" + i + "w".repeat(30));
        c.put("late=1");
        for (int i = 0; i < 20; i++) c.put("a=" + i);
        c.roll();
        c.commit();
        c.clean();
        assertThat(c.records()).hasSize(4);
        assertThat(c.log.gapsBelow()).isPositive();
        return 20;
    }

    private void dirty() {
        c.put("dirt=1");
        c.put("dirt");
        c.put("dirt=2");
        c.roll();
        c.commit();
        c.with("cleanup.policy", "compact");
    }

    private Iterable<? extends RecordBatch> batches(Segment segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(segment.sizeInBytes);
        segment.file.open().read(bytes, 0);
        return MemoryRecords.readableRecords(bytes.flip()).batches();
    }

    private void deleteIndex() throws IOException {
        TestFiles.deleteTree(temp.resolve("index"));
    }

    private List<Path> logFiles() throws IOException {
        return files("log");
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> all = Files.list(c.directory.partitionPath(0))) {
            return all.filter(path -> path.toString().endsWith("." + suffix)).toList();
        }
    }

    @Test
    void whoWaitsForTheIndexWaitsForAnExchangeThatBeganMeanwhileToo() throws Exception {
        LogState state = c.log.state();
        CountDownLatch written = new CountDownLatch(1);
        synchronized (state) {
            c.log.checkpoints().later(() -> await(written));
        }
        FutureTask<Boolean> quiet = new FutureTask<>(() -> {
            synchronized (state) {
                c.log.checkpoints().awaitQuiet();
                return !state.isSwapping();
            }
        });
        Thread waiting = new Thread(quiet, "test");
        waiting.start();
        synchronized (state) {
            state.beginSwap();
        }
        written.countDown();
        try {
            // The index is written by the thread that also carries this out.
            CountDownLatch afterwards = new CountDownLatch(1);
            state.context.background().execute("a test", afterwards::countDown);
            await(afterwards);
        } finally {
            state.endSwap();
        }
        assertThat(quiet.get(60, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
