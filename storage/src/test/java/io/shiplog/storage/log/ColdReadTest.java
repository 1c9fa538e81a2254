// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows C1, C2, C6 and C14: nothing that is not sound leaves the log, and what is wrong is the partition's affair. */
class ColdReadTest {
    private static final int BATCHES = 40;
    private static final int VALUE_BYTES = 200;

    @TempDir
    Path temp;

    private final FaultyLogFiles files = new FaultyLogFiles(new DiskLogFiles());
    private final List<LogDamage> damages = new ArrayList<>();
    private TestDirectory directory;
    private PartitionLog log;

    /** Three sealed segments and an active one, all of it on the disk and indexed; then the node starts again. */
    @BeforeEach
    void open() throws IOException {
        directory = new TestDirectory(temp.resolve("data"), files);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        fill(log, 1, BATCHES / 2, VALUE_BYTES);
        fill(log, 2, BATCHES / 2, VALUE_BYTES);
        directory.housekeeping(true);
        reopen();
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

    private Path firstSegment() {
        return directory.partitionPath(0).resolve(Segment.fileName(0));
    }

    /** Position of a batch of the first segment. */
    private int position(long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(firstSegment()));
        int at = 0;
        while (RecordBatchHeader.baseOffset(bytes, at) < offset) at += (int) RecordBatchHeader.sizeInBytes(bytes, at);
        return at;
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 4)).flip();
            channel.write(one, position);
        }
    }

    private List<String> readAt(long offset) {
        LogSlice slice = log.read(offset, 1 << 20, FAR, true);
        try {
            return read(slice);
        } finally {
            slice.release();
        }
    }

    /** Base offset, length, epoch, magic, CRC, attributes, delta, timestamps, producer, count, record. */
    @ParameterizedTest
    @ValueSource(ints = {0, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 26, 34, 42, 50, 52, 56, 60, 70, 200})
    void aFlippedByteIsNeverServed(int byteOfBatch) throws IOException {
        long victim = 5;
        flip(firstSegment(), position(victim) + byteOfBatch);
        List<String> before = readAt(0);
        assertThat(before).hasSizeLessThanOrEqualTo((int) victim);
        assertThat(before).allSatisfy(record -> assertThat(record).matches("(\\d+):v\\1-x+"));
        assertThatThrownBy(() -> readAt(victim)).isInstanceOf(DamageException.class);
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).segmentBase()).isZero();
        assertThat(directory.directory.isOffline()).isFalse();
    }

    @Test
    void whatLiesBehindTheDamageIsStillServed() throws IOException {
        flip(firstSegment(), position(5) + 70);
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
        List<Segment> segments = segments();
        long second = segments.get(1).baseOffset;
        assertThat(readAt(second).get(0)).startsWith(second + ":v" + second);
        assertThat(append(log, 2, "more")).containsExactly((long) BATCHES);
    }

    private List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < log.state().segments.count(); i++)
            segments.add(log.state().segments.get(i));
        return segments;
    }

    /** Within a batch's header, behind it, and within its records. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10, 60, 61, 62, 100, 200})
    void aFileThatWasCutIsDamage(int bytesOfBatch) throws IOException {
        int cut = position(5) + bytesOfBatch;
        var unused = readAt(39);
        try (FileChannel channel = FileChannel.open(firstSegment(), StandardOpenOption.WRITE)) {
            channel.truncate(cut);
        }
        assertThat(readAt(0)).hasSize(5);
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
    }

    /** The index was lost, and the headers that it is built from anew are rotten: they must not vouch for themselves. */
    @Test
    void anIndexThatIsBuiltFromRottenHeadersDoesNotHideThem() throws IOException {
        long victim = 5;
        directory.kill();
        for (int b = 0; b < 2; b++) flip(firstSegment(), position(victim) + 6 + b);
        directory.memoryIndex.forgetIndexes();
        directory.reopen();
        directory.directory.onDamage(damages::add);
        log = directory.log(0);
        if (log == null) {
            assertThat(directory.report.damaged()).hasSize(1);
            return;
        }
        assertThat(readAt(0)).hasSizeLessThanOrEqualTo((int) victim);
        assertThatThrownBy(() -> readAt(victim)).isInstanceOf(DamageException.class);
    }

    /** Behind a batch whose header is rotten come sound ones in the same segment. */
    @Test
    void whatLiesBehindTheDamageInTheSameSegmentIsServedToo() throws IOException {
        flip(firstSegment(), position(5) + 11);
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
        Segment first = segments().get(0);
        long entry = first.baseOffset + first.index.relativeOffset(first.index.count() - 1);
        assertThat(entry).isGreaterThan(5);
        assertThat(readAt(entry).get(0)).startsWith(entry + ":v" + entry);
    }

    /** Base offset, length, epoch, magic, CRC, count of offsets; the followers of a leader that is damaged go on there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 8, 11, 15, 16, 17, 23})
    void theBatchRightBehindARottenHeaderIsServed(int byteOfBatch) throws IOException {
        long victim = indexedOffset();
        flip(firstSegment(), position(victim) + byteOfBatch);
        long behind = victim + 1;
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
        assertThatThrownBy(() -> readAt(victim)).isInstanceOf(DamageException.class);
        assertThat(readAt(0)).hasSizeLessThanOrEqualTo((int) victim);
    }

    /** An offset that the index leads to, as it does not to the one behind. */
    private long indexedOffset() {
        Segment first = segments().get(0);
        var unused = readAt(0);
        int entry = first.index.count() - 2;
        assertThat(first.index.relativeOffset(entry + 1)).isGreaterThan(first.index.relativeOffset(entry) + 1);
        directory.clock.advance(600_000);
        return first.index.relativeOffset(entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 8, 11, 15, 16, 17, 23})
    void theBatchRightBehindARottenHeaderIsServedWithoutTheIndexToo(int byteOfBatch) throws IOException {
        directory.kill();
        directory.memoryIndex.forgetIndexes();
        directory.reopen();
        log = directory.log(0);
        flip(firstSegment(), position(5) + byteOfBatch);
        assertThat(readAt(6).get(0)).startsWith("6:v6");
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
    }

    /** Of two rotten places the sound batches between them stay within reach as far as the index leads there. */
    @Test
    void behindTheLastOfTwoRottenPlacesReadsGoOn() throws IOException {
        long last = indexedOffset();
        flip(firstSegment(), position(last) + 11);
        flip(firstSegment(), position(2) + 11);
        long behind = last + 1;
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
        assertThatThrownBy(() -> readAt(last)).isInstanceOf(DamageException.class);
        assertThatThrownBy(() -> readAt(2)).isInstanceOf(DamageException.class);
        assertThat(readAt(6).get(0)).startsWith("6:v6");
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
    }

    @Test
    void aRottenPlaceIsSearchedOnce() throws IOException {
        long victim = indexedOffset();
        flip(firstSegment(), position(victim) + 11);
        assertThat(readAt(victim + 1)).isNotEmpty();
        int before = files.count(Call.READ);
        assertThatThrownBy(() -> readAt(victim)).isInstanceOf(DamageException.class);
        assertThat(files.count(Call.READ) - before)
                .as("two walks from an index entry")
                .isEqualTo(2);
    }

    /** What was cut and written anew rots at the same place, and batches do not begin again where they did. */
    @Test
    void whatWasFoundBeforeATruncationIsNotBelieved() throws IOException {
        long victim = indexedOffset();
        long behind = victim + 1;
        flip(firstSegment(), position(victim) + 11);
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
        log.truncateTo(victim);
        for (long i = victim; i < victim + 3; i++) append(log, 2, TestDirectory.value(i, VALUE_BYTES - 30));
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
        flip(firstSegment(), position(victim) + 11);
        log.distrust(0);
        assertThat(readAt(behind).get(0)).startsWith(behind + ":v" + behind);
    }

    /** The file was cut while its bytes were on their way. */
    @Test
    void aSliceThatIsSentInPartIsDamageWhenItsFileIsShort() throws IOException {
        PartitionLog fresh = directory.create(1);
        fill(fresh, 1, 5, VALUE_BYTES);
        Path file = directory.partitionPath(1).resolve(Segment.fileName(0));
        LogSlice slice = fresh.read(0, 1 << 20, FAR, true);
        slice.sentInPart();
        assertThat(damages).as("the connection broke").isEmpty();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(300);
        }
        slice.sentInPart();
        slice.release();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("300 bytes");
        assertThatThrownBy(() -> fresh.read(4, 1 << 20, FAR, true)).isInstanceOf(DamageException.class);
    }

    @Test
    void aSliceOfAFileThatTheLogLetGoOfIsNobodysDamage() throws IOException {
        PartitionLog fresh = directory.create(1);
        fill(fresh, 1, 5, VALUE_BYTES);
        LogSlice slice = fresh.read(0, 1 << 20, FAR, true);
        fresh.truncateFullyAndStartAt(10);
        slice.sentInPart();
        slice.release();
        assertThat(damages).isEmpty();
    }

    @Test
    void whatWasCheckedIsNotReadAgain() {
        var unused = readAt(0);
        int reads = files.count(Call.READ);
        LogSlice again = log.read(0, 1 << 20, FAR, true);
        again.release();
        assertThat(files.count(Call.READ)).as("one to find where it begins").isEqualTo(reads + 1);
    }

    @Test
    void whatWasCheckedLongAgoIsCheckedAgain() throws IOException {
        var unused = readAt(0);
        flip(firstSegment(), position(5) + 70);
        assertThat(readAt(0)).hasSizeGreaterThan(5);
        directory.clock.advance(600_000);
        assertThat(readAt(0)).hasSize(5);
    }

    @Test
    void whatThisProcessWroteIsSentUnread() {
        PartitionLog fresh = directory.create(1);
        fill(fresh, 1, 3, VALUE_BYTES);
        int reads = files.count(Call.READ);
        fresh.read(0, 1 << 20, FAR, true).release();
        assertThat(files.count(Call.READ)).isEqualTo(reads);
    }

    @Test
    void whoIsSuspectedChecksWhatItWrote() throws IOException {
        PartitionLog fresh = directory.create(1);
        fill(fresh, 1, 3, VALUE_BYTES);
        flip(directory.partitionPath(1).resolve(Segment.fileName(0)), 70);
        fresh.read(0, 1 << 20, FAR, true).release();
        fresh.distrust(0);
        assertThatThrownBy(() -> fresh.read(0, 1 << 20, FAR, true)).isInstanceOf(DamageException.class);
    }

    /** In the header, in the records. */
    @ParameterizedTest
    @ValueSource(ints = {0, 30, 61, 200})
    void whatLiesAroundAnUnreadableSectorIsServed(int byteOfBatch) throws IOException {
        int bad = position(5) + byteOfBatch;
        files.makeUnreadable(firstSegment(), bad, bad + 10);
        assertThat(readAt(6).get(0)).startsWith("6:v6");
        assertThat(readAt(4).get(0)).startsWith("4:v4");
        assertThat(readAt(0)).hasSize(5);
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("Input/output");
        assertThat(readAt(6).get(0)).startsWith("6:v6");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 30, 61, 200})
    void whatLiesAroundAnUnreadableSectorIsServedWithoutTheIndexToo(int byteOfBatch) throws IOException {
        directory.kill();
        directory.memoryIndex.forgetIndexes();
        directory.reopen();
        log = directory.log(0);
        int bad = position(5) + byteOfBatch;
        files.makeUnreadable(firstSegment(), bad, bad + 10);
        assertThat(readAt(6).get(0)).startsWith("6:v6");
        assertThat(readAt(0)).hasSize(5);
        assertThatThrownBy(() -> readAt(5)).isInstanceOf(DamageException.class);
    }

    @Test
    void anUnreadableSectorIsDamageOfItsPartitionOnly() {
        files.makeUnreadable(firstSegment(), 0, 10);
        assertThatThrownBy(() -> readAt(0)).isInstanceOf(DamageException.class);
        assertThat(damages).hasSize(1);
        assertThat(directory.directory.isOffline()).isFalse();
        assertThat(append(log, 2, "more")).containsExactly((long) BATCHES);
    }

    @Test
    void manyUnreadablePartitionsAreTheDisk() throws IOException {
        int many = Integrity.MAX_UNREADABLE_PARTITIONS + 1;
        for (int p = 1; p < many; p++) fill(directory.create(p), 1, 2, VALUE_BYTES);
        directory.housekeeping(true);
        reopen();
        for (int p = 0; p < many; p++) {
            PartitionLog each = directory.log(p);
            files.makeUnreadable(directory.partitionPath(p).resolve(Segment.fileName(0)), 0, 10);
            assertThatThrownBy(() -> each.read(0, 1 << 20, FAR, true)).isInstanceOf(StorageException.class);
        }
        assertThat(directory.directory.isOffline()).isTrue();
        AppendOutcome refused = log.appendAsLeader(io.shiplog.storage.batch.TestBatches.batch(1, "x"), 2, 1, true);
        assertThat(refused.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }
}
