// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.SmallDiskLogFiles;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.EpochStart;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.producer.ProducerStates;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole segments leave one log and become part of another one. */
class SegmentShippingTest {
    @TempDir
    Path temp;

    private TestDirectory from;
    private TestDirectory to;
    private PartitionLog source;
    private PartitionLog target;

    @BeforeEach
    void open() throws IOException {
        from = directory("from");
        to = directory("to");
        source = from.create(0);
        target = to.create(0);
        fill(source, 1, 6, 500);
        idempotent(77, 0);
        fill(source, 3, 10, 500);
        idempotent(77, 1);
        fill(source, 4, 12, 500);
        source.flush().flushNow();
        source.updateHighWatermark(source.logEndOffset());
    }

    private TestDirectory directory(String name) throws IOException {
        TestDirectory directory = new TestDirectory(Files.createDirectory(temp.resolve(name)));
        directory.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        directory.memoryIndex = new MemoryIndexStore();
        return directory.open();
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
    }

    private void idempotent(long producerId, int sequence) {
        AppendOutcome outcome = source.appendAsLeader(
                TestBatches.idempotent(producerId, 0, sequence, "p" + sequence), source.latestEpoch(), 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.NONE);
    }

    private static ByteBuffer bytes(PartitionLog log, SealedSegment segment, int chunk) {
        ByteBuffer all = ByteBuffer.allocate(segment.sizeInBytes());
        while (all.hasRemaining()) {
            LogSlice slice = log.shipping().bytes(segment, all.position(), chunk);
            assertThat(slice.sizeInBytes()).isPositive();
            slice.copyTo(all);
            slice.release();
        }
        return all.flip();
    }

    private ReceivedSegment receive(SealedSegment segment, ByteBuffer bytes) {
        ReceivedSegment received = target.shipping().receive(segment);
        while (bytes.hasRemaining()) {
            int limit = bytes.limit();
            bytes.limit(Math.min(limit, bytes.position() + 333));
            boolean goOn = received.write(bytes);
            bytes.limit(limit);
            if (!goOn) break;
        }
        return received;
    }

    private void adopt(ReceivedSegment received) {
        assertThat(received.finish()).as(received.problem()).isTrue();
        assertThat(target.shipping().beginAdoption(received, 4)).isNull();
        int turns = 0;
        while (!target.shipping().adopt(1)) turns++;
        assertThat(turns).isPositive();
    }

    private SealedSegment first() {
        return source.shipping().sealed(0, source.logEndOffset());
    }

    /** Ships whatever is sealed; returns how many segments. */
    private int shipAll() {
        int shipped = 0;
        while (true) {
            SealedSegment next = source.shipping().sealed(target.logEndOffset(), source.logEndOffset());
            if (next == null) return shipped;
            adopt(receive(next, bytes(source, next, 700)));
            shipped++;
        }
    }

    private List<String> files(TestDirectory directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.partitionPath(0))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasShippedIsAsIfItHadBeenAppended() throws IOException {
        assertThat(shipAll()).isGreaterThan(5);
        Segment active = source.state().segments.active();
        assertThat(target.logEndOffset()).isEqualTo(active.baseOffset);
        List<String> records = readAll(source);
        assertThat(readAll(target)).isEqualTo(records.subList(0, (int) target.logEndOffset()));
        for (int i = 0; i < source.state().segments.count() - 1; i++) {
            Segment here = target.state().segments.get(i);
            Segment there = source.state().segments.get(i);
            assertThat(here.summary()).isEqualTo(there.summary());
            assertThat(Files.readAllBytes(here.path())).isEqualTo(Files.readAllBytes(there.path()));
            for (int entry = 0; entry < there.index.count(); entry++) {
                assertThat(here.index.headerCrc(entry)).isEqualTo(there.index.headerCrc(entry));
            }
        }
        assertThat(target.endOffsetForEpoch(1)).isEqualTo(source.endOffsetForEpoch(1));
        assertThat(target.endOffsetForEpoch(3)).isEqualTo(source.endOffsetForEpoch(3));
        assertThat(target.state().producers.check(77, (short) 0, 1, 0, target.state().logTimeMs, false))
                .isEqualTo(ProducerStates.Verdict.DUPLICATE);
        assertThat(files(to)).as("nothing is left beside the log").allMatch(file -> file.endsWith(".log"));
    }

    @Test
    void theLogGoesOnBehindIt() throws IOException {
        shipAll();
        long end = target.logEndOffset();
        assertThat(target.state().segments.active().baseOffset)
                .as("rolled where the source rolled")
                .isEqualTo(end);
        for (long at = end; at < source.logEndOffset(); ) {
            LogSlice slice = source.read(at, 1 << 20, FAR, true);
            ByteBuffer batches = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(batches);
            at = slice.nextOffset();
            slice.release();
            assertThat(target.appendAsFollower(batches.flip(), 4).error()).isEqualTo(Errors.NONE);
        }
        assertThat(readAll(target)).isEqualTo(readAll(source));
        assertThat(files(to)).isEqualTo(files(from));
        target.flush().flushNow();
        to.kill();
        to.memoryIndex = new MemoryIndexStore();
        to.reopen();
        assertThat(readAll(to.log(0))).isEqualTo(readAll(source));
    }

    @Test
    void transactionsAreTakenNoteOf() {
        for (int sequence = 2; sequence < 8; sequence++) {
            ByteBuffer data = TestBatches.transactional(91, 0, sequence - 2, "t" + sequence);
            assertThat(source.appendAsLeader(data, 4, 2000, false).error()).isEqualTo(Errors.NONE);
            ByteBuffer marker = TestBatches.marker(91, 0, sequence % 2 == 0, 1);
            assertThat(source.appendAsLeader(marker, 4, 2000, false).error()).isEqualTo(Errors.NONE);
            fill(source, 4, 2, 500);
        }
        source.flush().flushNow();
        source.updateHighWatermark(source.logEndOffset());
        shipAll();
        long end = target.logEndOffset();
        target.updateHighWatermark(end);
        AbortedTransactions here = new AbortedTransactions();
        AbortedTransactions there = new AbortedTransactions();
        assertThat(target.abortedTransactions(0, end, 100, here)).isTrue();
        assertThat(source.abortedTransactions(0, end, 100, there)).isTrue();
        assertThat(here.size()).isEqualTo(there.size()).isPositive();
        for (int i = 0; i < here.size(); i++) {
            assertThat(here.producerId(i)).isEqualTo(there.producerId(i));
            assertThat(here.firstOffset(i)).isEqualTo(there.firstOffset(i));
        }
    }

    @Test
    void aFlushMakesItCount() {
        SealedSegment segment = first();
        adopt(receive(segment, bytes(source, segment, 700)));
        assertThat(target.flushedOffset()).as("its name is not on the disk yet").isZero();
        assertThat(target.state().segments.get(0).entryDurable).isFalse();
        target.flush().flushNow();
        assertThat(target.flushedOffset()).isEqualTo(segment.nextOffset());
        assertThat(target.state().segments.get(0).entryDurable).isTrue();
    }

    /** It would otherwise vouch for a name that it has not synced. */
    @Test
    void theEmptySegmentOfAFlushUnderWayIsNotTheAdoptedOne() {
        Segment empty = target.state().segments.active();
        SealedSegment segment = first();
        adopt(receive(segment, bytes(source, segment, 700)));
        assertThat(target.state().segments.get(0)).isNotSameAs(empty);
    }

    @Test
    void onlyWholeCommittedSealedSegmentsAreThere() {
        SealedSegment segment = first();
        assertThat(segment.epochs()).containsExactly(new EpochStart(1, 0));
        assertThat(source.shipping().sealed(1, FAR)).as("none begins there").isNull();
        assertThat(source.shipping().sealed(0, segment.nextOffset() - 1))
                .as("not committed as a whole")
                .isNull();
        assertThat(source.shipping().sealed(0, segment.nextOffset())).isEqualTo(segment);
        assertThat(source.shipping().sealed(source.state().segments.active().baseOffset, FAR))
                .as("not sealed")
                .isNull();
        long bytes = source.shipping().sealedBytesFrom(0, source.logEndOffset());
        assertThat(bytes).isEqualTo(source.sizeBytes() - source.state().segments.active().sizeInBytes);
        assertThat(source.shipping().sealedBytesFrom(1, FAR)).isZero();
        source.advanceLogStart(1);
        assertThat(source.shipping().sealed(0, FAR)).as("below the log start").isNull();
    }

    @Test
    void whatIsNotOnTheDiskIsNotShipped() {
        TestDirectory third = null;
        try {
            third = directory("third");
            PartitionLog log = third.create(0);
            fill(log, 1, 8, 500);
            assertThat(log.shipping().sealed(0, FAR)).isNull();
            log.flush().flushNow();
            assertThat(log.shipping().sealed(0, FAR)).isNotNull();
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            if (third != null) third.close();
        }
    }

    @Test
    void bytesOfASegmentThatIsGoneAreNotThere() {
        SealedSegment segment = first();
        LogSlice pinned = source.shipping().bytes(segment, 0, 100);
        source.updateSettings(LogSettings.fromTopicConfigs(Map.of("retention.bytes", "3000"), source.settings()));
        assertThat(source.maybeDeleteOldSegments(from.clock.wallClockMs())).isTrue();
        from.awaitBackground();
        assertThat(source.shipping().bytes(segment, 0, 100)).isSameAs(LogSlice.EMPTY);
        assertThat(TestDirectory.read(pinned)).as("what was taken before stays").isEmpty();
        ByteBuffer start = ByteBuffer.allocate(100);
        assertThat(pinned.copyTo(start)).isEqualTo(100);
        pinned.release();
    }

    @Test
    void bytesOfAnotherFileOfTheSameNameAreNotThere() {
        SealedSegment segment = first();
        SealedSegment other =
                new SealedSegment(0, segment.nextOffset(), segment.sizeInBytes() - 1, 0, segment.epochs());
        assertThat(source.shipping().bytes(other, 0, 100)).isSameAs(LogSlice.EMPTY);
        assertThat(source.shipping().bytes(segment, segment.sizeInBytes(), 100)).isSameAs(LogSlice.EMPTY);
    }

    private String problemOf(SealedSegment segment, ByteBuffer bytes) throws IOException {
        ReceivedSegment received = receive(segment, bytes);
        assertThat(received.finish()).isFalse();
        String problem = received.problem();
        assertThat(target.shipping().beginAdoption(received, 4)).isEqualTo("it is not complete");
        received.discard();
        assertThat(files(to)).containsExactly("00000000000000000000.log");
        assertThat(target.logEndOffset()).isZero();
        return problem;
    }

    @Test
    void aFlippedBitIsFound() throws IOException {
        SealedSegment segment = first();
        ByteBuffer bytes = bytes(source, segment, 700);
        bytes.put(700, (byte) (bytes.get(700) ^ 4));
        assertThat(problemOf(segment, bytes)).contains("CRC");
    }

    /** Kafka's CRC leaves it out. */
    @Test
    void aWrongBaseOffsetIsFound() throws IOException {
        SealedSegment segment = first();
        ByteBuffer bytes = bytes(source, segment, 700);
        RecordBatchHeader.setBaseOffset(bytes, 0, 1);
        assertThat(problemOf(segment, bytes)).contains("offsets");
    }

    @Test
    void aWrongLeaderEpochIsFound() throws IOException {
        SealedSegment segment = first();
        ByteBuffer bytes = bytes(source, segment, 700);
        RecordBatchHeader.setLeaderEpoch(bytes, 0, 2);
        assertThat(problemOf(segment, bytes)).contains("epoch");
    }

    @Test
    void tooFewBytesAreFound() throws IOException {
        SealedSegment segment = first();
        ByteBuffer bytes = bytes(source, segment, 700);
        bytes.limit(bytes.limit() - 1);
        assertThat(problemOf(segment, bytes)).contains("bytes of");
    }

    @Test
    void tooManyBytesAreFound() throws IOException {
        SealedSegment segment = first();
        ByteBuffer bytes = bytes(source, segment, 700);
        ByteBuffer more = ByteBuffer.allocate(bytes.limit() + 1).put(bytes).rewind();
        assertThat(problemOf(segment, more)).contains("announced");
    }

    @Test
    void aSegmentThatEndsBeforeTheNextOneBeginsIsFound() throws IOException {
        SealedSegment segment = first();
        SealedSegment longer =
                new SealedSegment(0, segment.nextOffset() + 1, segment.sizeInBytes(), 0, segment.epochs());
        assertThat(problemOf(longer, bytes(source, segment, 700))).contains("ends at offset");
    }

    /** A gap is what a lost segment looks like; only where the source says that compaction made it, it is taken. */
    @Test
    void aGapIsTakenOnlyWhereTheSourceHasGaps() throws IOException {
        ByteBuffer whole = TestBatches.concat(TestBatches.stored(0, 1, "a"), TestBatches.stored(5, 1, "b"));
        List<EpochStart> epochs = List.of(new EpochStart(1, 0));
        SealedSegment strict = new SealedSegment(0, 6, whole.remaining(), 0, epochs);
        assertThat(problemOf(strict, whole.duplicate())).contains("offsets");
        SealedSegment compacted = new SealedSegment(0, 6, whole.remaining(), 6, epochs);
        adopt(receive(compacted, whole.duplicate()));
        assertThat(readAll(target)).containsExactly("0:a", "5:b");
        assertThat(target.gapsBelow()).isEqualTo(5);
        assertThat(Files.exists(to.partitionPath(0).resolve(CompactionFile.NAME)))
                .isTrue();
        target.flush().flushNow();
        to.kill();
        to.reopen();
        assertThat(to.report.damaged()).isEmpty();
        assertThat(readAll(to.log(0))).containsExactly("0:a", "5:b");
    }

    @Test
    void aSegmentThatDoesNotContinueTheLogIsRefused() {
        SealedSegment segment = first();
        ReceivedSegment received = receive(segment, bytes(source, segment, 700));
        assertThat(received.finish()).isTrue();
        append(target, 1, "here already");
        assertThat(target.shipping().beginAdoption(received, 4)).contains("the log ends at 1");
        assertThat(readAll(target)).containsExactly("0:here already");
        received.discard();
    }

    @Test
    void aSegmentOfAnEpochThatFallsOrIsAboveTheLeadersIsRefused() {
        SealedSegment segment = first();
        ReceivedSegment received = receive(segment, bytes(source, segment, 700));
        assertThat(received.finish()).isTrue();
        assertThat(target.shipping().beginAdoption(received, 0)).contains("epochs");
        target.assignEpochStart(2, 0);
        assertThat(target.shipping().beginAdoption(received, 4)).contains("epochs");
        received.discard();
    }

    @Test
    void anAdoptionThatIsGivenUpLeavesWhatWasTaken() {
        SealedSegment segment = first();
        ReceivedSegment received = receive(segment, bytes(source, segment, 700));
        assertThat(received.finish()).isTrue();
        assertThat(target.shipping().beginAdoption(received, 4)).isNull();
        assertThat(target.shipping().adopt(2)).isFalse();
        assertThat(target.logEndOffset()).isEqualTo(2);
        AppendOutcome outcome = target.appendAsFollower(TestBatches.stored(2, 4, "another leader"), 4);
        assertThat(outcome.error()).isEqualTo(Errors.NONE);
        assertThat(target.shipping().adopt(2)).as("nothing is under way").isTrue();
        target.flush().flushNow();
        assertThat(readAll(target)).hasSize(3).last().isEqualTo("2:another leader");
        to.kill();
        to.reopen();
        assertThat(readAll(to.log(0))).hasSize(3).last().isEqualTo("2:another leader");
    }

    @Test
    void aTruncationEndsAnAdoption() {
        SealedSegment segment = first();
        ReceivedSegment received = receive(segment, bytes(source, segment, 700));
        assertThat(received.finish()).isTrue();
        assertThat(target.shipping().beginAdoption(received, 4)).isNull();
        assertThat(target.shipping().adopt(2)).isFalse();
        target.truncateTo(1);
        assertThat(target.shipping().adopt(2)).isTrue();
        assertThat(readAll(target)).hasSize(1);
        target.truncateFullyAndStartAt(0);
        assertThat(shipAll()).isGreaterThan(5);
    }

    @Test
    void retentionWaitsForTheEndOfAnAdoption() {
        SealedSegment segment = first();
        adopt(receive(segment, bytes(source, segment, 700)));
        SealedSegment second = source.shipping().sealed(target.logEndOffset(), source.logEndOffset());
        ReceivedSegment received = receive(second, bytes(source, second, 700));
        assertThat(received.finish()).isTrue();
        assertThat(target.shipping().beginAdoption(received, 4)).isNull();
        assertThat(target.shipping().adopt(1)).isFalse();
        target.updateHighWatermark(target.logEndOffset());
        target.updateSettings(LogSettings.fromTopicConfigs(Map.of("retention.bytes", "1"), target.settings()));
        assertThat(target.maybeDeleteOldSegments(to.clock.wallClockMs())).isFalse();
        target.advanceLogStart(target.logEndOffset());
        while (!target.shipping().adopt(1)) assertThat(target.logEndOffset()).isPositive();
        assertThat(target.logEndOffset()).isEqualTo(second.nextOffset());
        target.updateHighWatermark(target.logEndOffset());
        assertThat(target.maybeDeleteOldSegments(to.clock.wallClockMs())).isTrue();
    }

    @Test
    void nothingIsLeftOfWhatWasBeingReceivedWhenTheProcessEnded() throws IOException {
        SealedSegment segment = first();
        ReceivedSegment received = receive(segment, bytes(source, segment, 700));
        assertThat(received.finish()).isTrue();
        assertThat(files(to)).hasSize(2);
        to.kill();
        to.reopen();
        assertThat(files(to)).containsExactly("00000000000000000000.log");
        assertThat(to.log(0).logEndOffset()).isZero();
    }

    /** The one that is given up may notice late. */
    @Test
    void aSegmentThatIsOrderedAgainHasAFileOfItsOwn() {
        SealedSegment segment = first();
        ReceivedSegment givenUp = receive(segment, bytes(source, segment, 700));
        ReceivedSegment again = receive(segment, bytes(source, segment, 700));
        givenUp.discard();
        adopt(again);
        assertThat(target.logEndOffset()).isEqualTo(segment.nextOffset());
    }

    @Test
    void aDeletedLogTakesNothing() {
        SealedSegment segment = first();
        ReceivedSegment received = target.shipping().receive(segment);
        to.directory.delete(TestDirectory.TOPIC, 0);
        assertThatThrownBy(() -> received.write(bytes(source, segment, 700)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("closed");
        assertThat(to.directory.isOffline()).isFalse();
        received.discard();
        to.awaitBackground();
        assertThat(to.partitionPath(0)).doesNotExist();
    }

    @Test
    void aFullDiskTakesNothingAndIsNoBrokenOne() throws IOException {
        SmallDiskLogFiles small = new SmallDiskLogFiles(100_000);
        TestDirectory third = new TestDirectory(Files.createDirectory(temp.resolve("third")), small);
        third.config = TestDirectory.stepwise(2048, 256, 1 << 20).withSpace(SpaceSettings.NONE);
        third.memoryIndex = new MemoryIndexStore();
        third.open();
        PartitionLog log = third.create(0);
        SealedSegment segment = first();
        ReceivedSegment received = log.shipping().receive(segment);
        small.leave(100);
        assertThatThrownBy(() -> received.write(bytes(source, segment, 700))).isInstanceOf(NoRoom.class);
        assertThat(third.directory.isOffline()).isFalse();
        assertThatThrownBy(() -> log.shipping().receive(segment)).isInstanceOf(NoRoom.class);
        received.discard();
        third.close();
    }

    @Test
    void aSuspicionHasTheWholeSegmentChecked() throws IOException {
        List<LogDamage> damages = new ArrayList<>();
        from.directory.onDamage(damages::add);
        SealedSegment segment = first();
        SegmentCheck sound = source.shipping().distrust(0);
        while (sound.step(1 << 20) > 0) assertThat(sound.isSound()).isTrue();
        sound.close();
        assertThat(damages).isEmpty();
        Path file = source.state().segments.first().path();
        byte[] bytes = Files.readAllBytes(file);
        bytes[segment.sizeInBytes() - 3] ^= 1;
        Files.write(file, bytes);
        SegmentCheck check = source.shipping().distrust(0);
        while (check.step(1 << 20) > 0) assertThat(check).isNotNull();
        check.close();
        assertThat(damages).hasSize(1);
        assertThat(source.shipping().distrust(1)).isNull();
    }

    /** A sync of all of it at once would hold up those that records wait for. */
    @Test
    void aLargeSegmentGoesToTheDiskWhileItComes() throws IOException {
        int mib = 1 << 20;
        TestDirectory large = new TestDirectory(Files.createDirectory(temp.resolve("large")));
        large.config = TestDirectory.stepwise(20 * mib, 4096, mib);
        large.memoryIndex = new MemoryIndexStore();
        try (large) {
            source = large.open().create(0);
            fill(source, 1, 25, mib - 200);
            source.flush().flushNow();
            source.updateHighWatermark(source.logEndOffset());
            SealedSegment segment = first();
            assertThat(segment.sizeInBytes()).isBetween(18 * mib, 20 * mib);
            ByteBuffer bytes = bytes(source, segment, mib);
            ReceivedSegment received = target.shipping().receive(segment);
            long before = to.directory.syncTimes().syncs();
            while (bytes.hasRemaining()) {
                assertThat(received.write(bytes.slice(bytes.position(), Math.min(bytes.remaining(), mib))))
                        .isTrue();
                bytes.position(Math.min(bytes.limit(), bytes.position() + mib));
            }
            assertThat(to.directory.syncTimes().syncs() - before).isEqualTo(2);
            assertThat(received.finish()).isTrue();
            assertThat(to.directory.syncTimes().syncs() - before).isEqualTo(3);
            received.discard();
        }
    }
}
