// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.read;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.log.DamagedPartition.Kind;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C3, C4 and C14 at start: what is missing below the flush mark is a hole; all else of the log is served, and nothing is cut. */
class HolesTest {
    private static final int BATCHES = 20;
    private static final int VICTIM = 5;

    @TempDir
    Path temp;

    private final FaultyLogFiles files = new FaultyLogFiles(new DiskLogFiles());
    private final List<LogDamage> damages = new ArrayList<>();
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"), files);
        directory.memoryIndex = new MemoryIndexStore();
        directory.config = TestDirectory.config(1 << 20, 512);
        directory.open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    /** One segment, on the disk, with its marks; then the process is killed. */
    private void fillAndKill() throws IOException {
        fill(log, 1, BATCHES / 2, 200);
        fill(log, 2, BATCHES / 2, 200);
        directory.housekeeping(true);
        directory.kill();
    }

    /** Starts without what the index knew, so that the headers are walked over. */
    private void reopen() {
        directory.memoryIndex = new MemoryIndexStore();
        directory.reopen();
        directory.directory.onDamage(damages::add);
        log = directory.log(0);
    }

    private Path segment() {
        return directory.partitionPath(0).resolve(Segment.fileName(0));
    }

    private int position(long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment()));
        int at = 0;
        while (RecordBatchHeader.baseOffset(bytes, at) < offset) at += (int) RecordBatchHeader.sizeInBytes(bytes, at);
        return at;
    }

    private List<String> readAt(long offset) {
        LogSlice slice = log.read(offset, 1 << 20, FAR, true);
        try {
            return read(slice);
        } finally {
            slice.release();
        }
    }

    private void assertHole() {
        assertThat(directory.report.damaged()).hasSize(1);
        assertThat(directory.report.damaged().get(0).kind()).isEqualTo(Kind.HOLES);
        assertThat(directory.report.damaged().get(0).isReportedAtRegistration()).isFalse();
        assertThat(damages).hasSize(1);
        assertThat(directory.directory.damages()).isEqualTo(damages);
        assertThat(directory.directory.isOffline()).isFalse();
    }

    /** Base offset (two bytes), length, epoch, magic of a batch in the middle of the only segment. */
    @ParameterizedTest
    @ValueSource(ints = {5, 7, 8, 11, 15, 16})
    void aRottenHeaderCostsItsBatchAndNoOther(int byteOfBatch) throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(VICTIM) + byteOfBatch);
        byte[] before = Files.readAllBytes(segment());
        reopen();
        assertHole();
        assertThat(Files.readAllBytes(segment()))
                .as("nothing is cut or changed")
                .isEqualTo(before);
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        assertThat(readAt(0)).hasSize(VICTIM);
        assertThatThrownBy(() -> readAt(VICTIM)).isInstanceOf(DamageException.class);
        assertThat(readAt(VICTIM + 1)).as("after somebody has met the hole").hasSize(BATCHES - VICTIM - 1);
        assertThat(log.epochAt(BATCHES - 1)).isEqualTo(2);
        assertThat(append(log, 3, "more")).containsExactly((long) BATCHES);
    }

    @Test
    void aHoleIsFoundAgainAtTheNextStart() throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(VICTIM) + 11);
        reopen();
        append(log, 3, "more");
        directory.housekeeping(true);
        directory.kill();
        damages.clear();
        reopen();
        assertHole();
        assertThat(readAt(BATCHES)).containsExactly(BATCHES + ":more");
    }

    /** Otherwise the replica would come back into the ISR with it, and compaction could make it look like a gap. */
    @Test
    void anOrderlyEndDoesNotMakeAHoleForgotten() throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(VICTIM) + 11);
        reopen();
        for (int epoch = 5; epoch < 8; epoch++) {
            if (epoch == 6) log.updateSettings(TestDirectory.config(1024, 512).defaults());
            append(log, epoch, "more");
            directory.closeCleanly(epoch);
            damages.clear();
            directory.reopen();
            directory.directory.onDamage(damages::add);
            log = directory.log(0);
            assertHole();
            assertThat(directory.report.clean()).isFalse();
        }
        assertThat(readAt(BATCHES)).containsExactly(BATCHES + ":more");
    }

    /** Rot to the end of the file: the log goes on behind everything that was on the disk, in another segment. */
    @Test
    void aHoleAtTheEndIsNotWrittenOver() throws IOException {
        fillAndKill();
        try (var file = new DiskLogFiles().open(segment())) {
            file.truncate(position(VICTIM) + 3);
        }
        long size = Files.size(segment());
        reopen();
        assertHole();
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        append(log, 3, "more");
        log.flush().flushNow();
        assertThat(Files.size(segment())).isEqualTo(size);
        assertThat(readAt(BATCHES)).containsExactly(BATCHES + ":more");
        assertThatThrownBy(() -> readAt(VICTIM)).isInstanceOf(DamageException.class);
        assertThatThrownBy(() -> readAt(BATCHES - 1)).isInstanceOf(DamageException.class);
    }

    /** Somebody keeps batches in records; one of them is not to be taken for a batch of the log when its container's header rots. */
    @Test
    void aBatchWithinARecordIsNotOneOfTheLog() throws IOException {
        fill(log, 1, VICTIM, 200);
        ByteBuffer inner = TestBatches.stored(VICTIM + 1, 1, "not of this log");
        byte[] value = new byte[inner.remaining()];
        inner.get(value);
        ByteBuffer outer = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1000, value))
                .buffer();
        log.appendAsLeader(outer, 1, 2000, true);
        fill(log, 1, 3, 200);
        directory.housekeeping(true);
        directory.kill();
        TestFiles.damage(segment(), position(VICTIM) + 16);
        reopen();
        assertHole();
        assertThatThrownBy(() -> readAt(VICTIM)).isInstanceOf(DamageException.class);
        assertThat(readAt(VICTIM + 1).get(0)).startsWith(VICTIM + 1 + ":v");
    }

    /** The base offset of the very last batch: nothing behind it says that it is wrong, but it does not follow. */
    @Test
    void theLastBatchIsNotBelievedWhereItDoesNotFollow() throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(BATCHES - 1) + 5);
        reopen();
        assertHole();
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        assertThat(readAt(0)).hasSize(BATCHES - 1);
        assertThatThrownBy(() -> readAt(BATCHES - 1)).isInstanceOf(DamageException.class);
    }

    @Test
    void anUnreadableSectorIsAHoleOfItsPartitionOnly() throws IOException {
        PartitionLog other = directory.create(1);
        append(other, 1, "untouched");
        fillAndKill();
        int from = position(VICTIM);
        files.makeUnreadable(segment(), from, from + 10);
        reopen();
        assertHole();
        assertThat(damages.get(0).reason()).contains("Input/output error");
        assertThat(readAll(directory.log(1))).containsExactly("0:untouched");
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        assertThatThrownBy(() -> readAt(VICTIM)).isInstanceOf(DamageException.class);
        assertThat(append(log, 3, "more")).containsExactly((long) BATCHES);
    }

    @Test
    void aPartitionWhoseFilesCannotBeLookedAtIsMovedAsideAlone() throws IOException {
        PartitionLog other = directory.create(1);
        append(other, 1, "untouched");
        fillAndKill();
        files.makeUnlistable(directory.partitionPath(0));
        reopen();
        assertHole();
        assertThat(Files.exists(temp.resolve("data").resolve(TestDirectory.TOPIC + "-0.damaged")))
                .isTrue();
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        assertThatThrownBy(() -> readAt(0)).isInstanceOf(DamageException.class);
        assertThat(append(log, 3, "more")).containsExactly((long) BATCHES);
        assertThat(readAll(directory.log(1))).containsExactly("0:untouched");
    }

    /** The probe says that it is the directory. */
    @Test
    void aDirectoryThatTakesNoWritesEitherFails() throws IOException {
        fillAndKill();
        directory.memoryIndex = new MemoryIndexStore();
        files.makeUnlistable(directory.partitionPath(0));
        files.fail(Call.CREATE, 1, "Read-only file system");
        assertThatThrownBy(directory::reopen)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Read-only file system");
        assertThat(directory.directory.isOffline()).isTrue();
    }

    @Test
    void manyUnreadablePartitionsAreTheDisk() throws IOException {
        for (int p = 1; p <= Integrity.MAX_UNREADABLE_PARTITIONS; p++) fill(directory.create(p), 1, 2, 200);
        fillAndKill();
        for (int p = 0; p <= Integrity.MAX_UNREADABLE_PARTITIONS; p++) {
            files.makeUnreadable(directory.partitionPath(p).resolve(Segment.fileName(0)), 0, 10);
        }
        directory.memoryIndex = new MemoryIndexStore();
        assertThatThrownBy(directory::reopen).isInstanceOf(StorageException.class);
        assertThat(directory.directory.isOffline()).isTrue();
    }

    @Test
    void aFailedSyncOfRecoveryIsStillTheDirectory() throws IOException {
        fill(log, 1, 3, 200);
        directory.housekeeping(true);
        append(log, 1, "behind the mark");
        directory.kill();
        directory.memoryIndex = new MemoryIndexStore();
        int syncs = files.count(Call.SYNC);
        files.fail(Call.SYNC, 1, "Input/output error");
        assertThatThrownBy(directory::reopen).isInstanceOf(StorageException.class);
        assertThat(files.count(Call.SYNC)).as("never tried again").isEqualTo(syncs + 1);
    }

    @Test
    void whatWasSetAsideIsNoHoleAnyMore() throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(VICTIM) + 16);
        reopen();
        log.setAsideFrom(damages.get(0).segmentBase());
        assertThat(directory.directory.damages()).isEmpty();
        assertThat(log.logEndOffset()).isZero();
        fill(log, 3, 2, 200);
        directory.housekeeping(true);
        directory.kill();
        damages.clear();
        reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(log)).hasSize(2);
    }

    /** Records above the mark may have been promised, and lay behind what is missing. */
    @Test
    void aLogThatEndsInAHoleSaysThatItIsShortened() throws IOException {
        fill(log, 1, BATCHES, 200);
        directory.housekeeping(true);
        append(log, 1, "flushed, and no mark tells of it");
        log.flush().flushNow();
        directory.kill();
        int size = (int) Files.size(segment());
        Files.write(segment(), new byte[size]);
        reopen();
        assertThat(log.logEndOffset()).isEqualTo(BATCHES);
        assertThat(log.isShortened()).isTrue();
        directory.kill();
        reopen();
        assertThat(log.isShortened()).as("known from the disk").isTrue();
    }

    @Test
    void aLogThatGoesOnBehindItsHoleIsNotShortened() throws IOException {
        fillAndKill();
        TestFiles.damage(segment(), position(VICTIM) + 16);
        reopen();
        assertHole();
        assertThat(log.isShortened()).isFalse();
    }
}
