// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.HeaderCrc;
import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.index.LogCheckpoint;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index store is a cache: whatever happens to it, the segments are served as they are. */
class IndexDamageTest {
    private static final PartitionKey KEY = new PartitionKey(TOPIC, 0);

    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @AfterEach
    void close() {
        if (directory != null) directory.close();
    }

    private void open(boolean inMemory) {
        directory = new TestDirectory(temp.resolve("data"));
        if (inMemory) directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
    }

    private void reopen() {
        directory.reopen();
        log = directory.log(0);
    }

    private void restart() {
        directory.kill();
        reopen();
    }

    private Path index() {
        return temp.resolve("data").resolve("index");
    }

    private void everyOffsetIsFoundAlone() {
        for (long offset = log.logEndOffset() - 1; offset >= log.logStartOffset(); offset--) {
            LogSlice slice = log.read(offset, 1, FAR, true);
            assertThat(slice.firstOffset()).isEqualTo(offset);
            assertThat(slice.nextOffset()).isEqualTo(offset + 1);
            slice.release();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CURRENT", "MANIFEST", ".sst", ".log", "OPTIONS", "IDENTITY"})
    void everyKindOfFileOfTheStoreMayBeDeletedCutOrFlipped(String kind) throws IOException {
        for (String damage : List.of("delete", "empty", "cut", "flip first", "flip middle", "flip last")) {
            open(false);
            for (int i = 0; i < 40; i++) {
                log.appendAsLeader(
                        TestBatches.idempotent(9, 0, i, TestDirectory.value(i, 200)), 1 + i / 10, 2000, true);
                if (i % 8 == 0) directory.housekeeping(true);
            }
            List<String> before = readAll(log);
            directory.closeCleanly(5);
            int damaged = damage(kind, damage);
            assertThat(damaged).as(kind).isPositive();
            reopen();
            assertThat(directory.report.damaged()).isEmpty();
            assertThat(readAll(log)).as("%s, %s", kind, damage).isEqualTo(before);
            everyOffsetIsFoundAlone();
            assertThat(log.endOffsetForEpoch(2)).isEqualTo(new EpochEndOffset(2, 20));
            assertThat(log.appendAsLeader(TestBatches.idempotent(9, 0, 39, TestDirectory.value(39, 200)), 9, 2000, true)
                            .duplicate())
                    .isTrue();
            fill(log, 9, 3, 200);
            restart();
            assertThat(readAll(log)).hasSize(43);
            directory.close();
            TestFiles.deleteTree(temp.resolve("data"));
        }
    }

    private int damage(String kind, String how) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(index())) {
            files.filter(f -> f.getFileName().toString().contains(kind)).forEach(found::add);
        }
        for (Path file : found) {
            byte[] bytes = Files.readAllBytes(file);
            switch (how) {
                case "delete" -> Files.delete(file);
                case "empty" -> Files.write(file, new byte[0]);
                case "cut" -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
                default -> {
                    if (bytes.length == 0) continue;
                    int at = how.endsWith("first") ? 0 : how.endsWith("last") ? bytes.length - 1 : bytes.length / 2;
                    TestFiles.damage(file, at);
                }
            }
        }
        return found.size();
    }

    @Test
    void entriesOfBytesThatWereLostAreDroppedBeforeTheyAreServed() throws IOException {
        open(true);
        fill(log, 1, 8, 300);
        directory.housekeeping(true);
        Path file = directory.partitionPath(0).resolve(Segment.fileName(0));
        byte[] early = Files.readAllBytes(file);
        byte[][] marks = {
            Files.readAllBytes(temp.resolve("data/marks-0")), Files.readAllBytes(temp.resolve("data/marks-1"))
        };
        fill(log, 1, 3, 300);
        directory.housekeeping(true);
        directory.kill();
        // The disk gives back what it had before, the store does not.
        Files.write(file, early);
        for (int i = 0; i < 2; i++) Files.write(temp.resolve("data/marks-" + i), marks[i]);
        reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(log.logEndOffset()).isEqualTo(8);
        for (int i = 0; i < 10; i++)
            TestDirectory.append(log, 2, "another past, of another size " + "y".repeat(i * 40));
        directory.housekeeping(true);
        restart();
        everyOffsetIsFoundAlone();
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 8));
    }

    @Test
    void aCheckpointOfAnotherPastIsNotBelievedEvenWhereSizesAgree() throws IOException {
        open(true);
        fill(log, 1, 10, 300);
        directory.housekeeping(true);
        LogCheckpoint stale = directory.memoryIndex.checkpoints(KEY).get(0);
        log.truncateTo(5);
        fill(log, 4, 5, 300);
        directory.housekeeping(true);
        directory.kill();
        for (LogCheckpoint each : directory.memoryIndex.checkpoints(KEY)) {
            directory.memoryIndex.forgetCheckpoint(KEY, each.offset());
        }
        // The deletion of it was lost, and the last checkpoint with it.
        directory.memoryIndex.put(KEY, null, null, stale);
        reopen();
        assertThat(log.logEndOffset()).isEqualTo(10);
        assertThat(log.latestEpoch()).isEqualTo(4);
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEndOffset(1, 5));
    }

    @Test
    void aStoreThatStayedBehindIsCompletedFromItsLastGoodEntry() throws IOException {
        open(true);
        fill(log, 1, 20, 300);
        directory.housekeeping(true);
        MemoryIndexStore early = directory.memoryIndex.copy();
        fill(log, 1, 30, 300);
        directory.housekeeping(true);
        directory.closeCleanly(5);
        directory.memoryIndex = early;
        reopen();
        assertThat(readAll(log)).hasSize(50);
        everyOffsetIsFoundAlone();
        directory.housekeeping(true);
        restart();
        assertThat(directory.report.scannedBytes()).isZero();
        everyOffsetIsFoundAlone();
    }

    @Test
    void anEntryThatDoesNotFitItsFileIsFoundAndNotServed() throws IOException {
        open(true);
        fill(log, 1, 60, 200);
        directory.housekeeping(true);
        directory.closeCleanly(5);
        int size = (int) Files.size(directory.partitionPath(0).resolve(Segment.fileName(0)));
        SparseIndex wrong = new SparseIndex();
        for (int i = 0; i * 500 < size; i++) wrong.add(i, i * 500, 1000);
        directory.memoryIndex.forgetBlocks(KEY, 0);
        directory.memoryIndex.put(KEY, new IndexBlock(0, 0, size, wrong, HeaderCrc.UNKNOWN), null, null);
        reopen();
        everyOffsetIsFoundAlone();
        LogSlice half = log.read(0, size / 2, FAR, true);
        assertThat(TestDirectory.read(half)).hasSize((int) half.nextOffset());
        half.release();
        assertThat(readAll(log)).hasSize(60);
        directory.closeCleanly(6);
        IndexBlock mended = directory.memoryIndex.index(KEY, 0);
        assertThat(mended.toPosition()).isEqualTo(size);
        assertThat(mended.entries().position(1) % 500).isNotZero();
    }

    @Test
    void theTailIsWrittenAndReadWithoutTheStore() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        MemoryIndexStore memory = new MemoryIndexStore();
        IndexStore counting = (IndexStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IndexStore.class}, (proxy, method, arguments) -> {
                    calls.incrementAndGet();
                    return method.invoke(memory, arguments);
                });
        directory = new TestDirectory(temp.resolve("data"));
        directory.config = TestDirectory.config(1 << 20, 512);
        directory.directory = LogDirectory.open(
                directory.path, directory.config, directory.clock, directory.files, (f, d) -> counting);
        directory.directory.recover((done, total) -> {});
        log = directory.create(0);
        fill(log, 1, 500, 100);
        directory.housekeeping(true);
        int before = calls.get();
        assertThat(before).isPositive();
        for (int i = 0; i < 300; i++) {
            fill(log, 1, 1, 100);
            LogSlice slice = log.read(log.logEndOffset() - 1 - i % 200, 1000, FAR, true);
            assertThat(slice.sizeInBytes()).isPositive();
            slice.release();
        }
        assertThat(log.indexedPosition(3)).isZero();
        assertThat(calls.get()).isEqualTo(before);
    }

    @Test
    void appendAndLookupAllocateNothing() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.config = TestDirectory.config(4 << 20, 4096);
        directory.open();
        log = directory.create(0);
        java.nio.ByteBuffer batch = TestBatches.direct(TestBatches.ofSize(1000, 500));
        while (log.state().segments.count() < 3) {
            batch.putLong(0, 0);
            log.appendAsLeader(batch, 1, 2000, true);
        }
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 5 && allocated > 4 * 1000; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                batch.putLong(0, 0);
                log.appendAsLeader(batch, 1, 2000, true);
                log.indexedPosition(i);
                log.indexedPosition(log.logEndOffset() - 100);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        // Arrays of the index that grow, and nothing per operation.
        assertThat(allocated).isLessThan(4 * 1000);
    }
}
