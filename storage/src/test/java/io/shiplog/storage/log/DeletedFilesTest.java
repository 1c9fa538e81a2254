// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.DeletedFiles.STEP_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletedFilesTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path directory;

    private final LogFiles files = new DiskLogFiles();
    private final Tasks tasks = new Tasks();
    private final OpenFiles openFiles = new OpenFiles(files, 100);
    private final FailureLatch failure = new FailureLatch();
    private DiskSpace space;
    private DeletedFiles deleted;

    /** What the background thread would do, when the test says so. */
    private static final class Tasks implements BackgroundWork {
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
        private final List<Long> delaysMs = new ArrayList<>();

        @Override
        public void execute(Runnable task) {
            queue.add(task);
        }

        @Override
        public void after(long delayMs, Runnable task) {
            delaysMs.add(delayMs);
            queue.add(task);
        }

        @Override
        public void every(long periodMs, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            queue.clear();
        }

        void runOne() {
            queue.remove().run();
        }
    }

    @BeforeEach
    void open() throws IOException {
        space = new DiskSpace(files, directory, new ManualClock(), SpaceSettings.NONE);
        space.open();
        deleted = new DeletedFiles(directory, files, new Background(tasks, failure), space);
    }

    @Test
    void aLargeFileLosesItsNameAtOnceAndItsBytesStepByStep() throws IOException {
        SegmentFile segment = segment(0, 5 * MIB);
        delete(segment);
        segment.release();
        assertThat(segment.path()).doesNotExist();
        List<Long> left = new ArrayList<>();
        while (!tasks.queue.isEmpty()) {
            tasks.runOne();
            left.add(deleted.leftBytes());
        }
        assertThat(left).containsExactly(3 * MIB, MIB, 0L, 0L);
        assertThat(tasks.delaysMs).containsOnly(DeletedFiles.PAUSE_MS);
        assertThat(failure.isOffline()).isFalse();
    }

    @Test
    void aSmallFileGoesWithItsName() throws IOException {
        assertThat(deleted.hold(segment(0, STEP_BYTES))).isNull();
        assertThat(deleted.hold(segment(1, 0))).isNull();
    }

    @Test
    void aFileThatIsNotThereIsNotHeld() throws IOException {
        SegmentFile segment = segment(0, 5 * MIB);
        Files.delete(segment.path());
        assertThat(deleted.hold(segment)).isNull();
    }

    /** The directory could not be synced: after a crash the name may stand there again, and has to stand for all of its bytes. */
    @Test
    void nothingIsCutOfAFileWhoseNameMayStillBeThere() throws IOException {
        SegmentFile segment = segment(0, 5 * MIB);
        DeletedFiles.Held held = deleted.hold(segment);
        segment.release();
        deleted.letGo(List.of(held));
        assertThat(tasks.queue).isEmpty();
        assertThat(segment.path()).hasSize(5 * MIB);
    }

    @Test
    void whatIsBeingReadStays() throws IOException {
        SegmentFile read = segment(0, 5 * MIB);
        SegmentFile unread = segment(1, 3 * MIB);
        delete(read, unread);
        unread.release();
        tasks.runOne();
        tasks.runOne();
        tasks.runOne();
        assertThat(deleted.leftBytes()).isEqualTo(5 * MIB);
        tasks.runOne();
        assertThat(tasks.delaysMs.get(tasks.delaysMs.size() - 1)).isEqualTo(1_000);
        read.release();
        tasks.runOne();
        assertThat(deleted.leftBytes()).isEqualTo(3 * MIB);
    }

    @Test
    void aPartitionGoesStepByStep() throws IOException {
        Path partition = partition(5 * MIB, 100, 3 * MIB);
        deleted.deleteTree(partition, List.of());
        long before = size(partition);
        int steps = 0;
        while (!tasks.queue.isEmpty()) {
            tasks.runOne();
            long now = size(partition);
            assertThat(before - now).isLessThanOrEqualTo(STEP_BYTES);
            before = now;
            steps++;
        }
        assertThat(partition).doesNotExist();
        assertThat(steps).isEqualTo(7); // a look, three and two steps, and the names
        assertThat(deleted.leftBytes()).isZero();
    }

    @Test
    void aSmallPartitionGoesAtOnce() throws IOException {
        Path partition = partition(MIB, 100);
        deleted.deleteTree(partition, List.of());
        tasks.runOne();
        assertThat(partition).doesNotExist();
        assertThat(tasks.queue).isEmpty();
    }

    @Test
    void aPartitionThatIsBeingReadStays() throws IOException {
        Path partition = partition(5 * MIB);
        SegmentFile read = segment(0, 100);
        deleted.deleteTree(partition, List.of(read));
        tasks.runOne();
        tasks.runOne();
        assertThat(size(partition)).isEqualTo(5 * MIB);
        read.release();
        tasks.runOne();
        assertThat(size(partition)).isEqualTo(3 * MIB);
    }

    @Test
    void segmentsDoNotWaitForALargePartition() throws IOException {
        deleted.deleteTree(partition(100 * MIB), List.of());
        SegmentFile segment = segment(0, 3 * MIB);
        delete(segment);
        segment.release();
        for (int i = 0; i < 6; i++) tasks.runOne();
        assertThat(deleted.leftBytes()).isBetween(90 * MIB, 97 * MIB);
    }

    /** So that there is one open file, however many partitions go. */
    @Test
    void partitionsGoOneAfterTheOther() throws IOException {
        Path first = partition(5 * MIB);
        Path second = partition(5 * MIB);
        deleted.deleteTree(first, List.of());
        deleted.deleteTree(second, List.of());
        for (int i = 0; i < 4; i++) tasks.runOne();
        assertThat(size(first)).isEqualTo(MIB);
        assertThat(size(second)).isEqualTo(5 * MIB);
    }

    @Test
    void howeverMuchThereIsItGoesInTenMinutes() throws IOException {
        Path partition = partition(100L << 30);
        deleted.deleteTree(partition, List.of());
        int steps = 0;
        while (!tasks.queue.isEmpty()) {
            tasks.runOne();
            steps++;
        }
        assertThat(partition).doesNotExist();
        assertThat(steps * DeletedFiles.PAUSE_MS).isBetween(590_000L, 610_000L);
    }

    @Test
    void everythingGoesAtOnceWhileTheDiskIsFull() throws IOException {
        space.noSpace(new IOException("No space left on device"));
        assertThat(space.isFull()).isTrue();
        deleted.deleteTree(partition(100 * MIB), List.of());
        tasks.runOne();
        tasks.runOne();
        assertThat(deleted.leftBytes()).isZero();
    }

    @Test
    void afterTheEndNothingIsHeldAndNothingIsDone() throws IOException {
        SegmentFile segment = segment(0, 5 * MIB);
        delete(segment);
        deleted.close();
        assertThat(deleted.hold(segment(1, 5 * MIB))).isNull();
        tasks.runOne();
        assertThat(tasks.queue).isEmpty();
    }

    private void delete(SegmentFile... segments) throws IOException {
        List<DeletedFiles.Held> held = new ArrayList<>();
        for (SegmentFile segment : segments) {
            held.add(deleted.hold(segment));
            files.delete(segment.path());
        }
        deleted.giveBack(held);
    }

    private SegmentFile segment(long baseOffset, long bytes) throws IOException {
        SegmentFile segment = new SegmentFile(openFiles, directory, baseOffset, null);
        make(segment.path(), bytes);
        return segment;
    }

    private Path partition(long... sizes) throws IOException {
        Path partition = Files.createTempDirectory(directory, "partition");
        for (int i = 0; i < sizes.length; i++) make(partition.resolve(Segment.fileName(i)), sizes[i]);
        return partition;
    }

    /** Without bytes: a hole takes no room. */
    private static void make(Path path, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
    }

    private static long size(Path partition) throws IOException {
        if (!Files.exists(partition)) return 0;
        try (Stream<Path> entries = Files.list(partition)) {
            return entries.mapToLong(entry -> entry.toFile().length()).sum();
        }
    }
}
