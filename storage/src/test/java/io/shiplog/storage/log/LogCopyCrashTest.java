// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.log.CrashableIndexStore.Loss;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log moves from one directory to another, written to all the while, and the power goes, or the process dies, at each change of the two disks.
 * Whatever was flushed before is there afterwards: with both disks, with one of them, unless the node says of itself that it does not know.
 */
class LogCopyCrashTest {
    private static final int CHOICES = 5;

    /** Which disks are there at the next start. */
    private enum Present {
        BOTH,
        OLD,
        NEW
    }

    @TempDir
    Path temp;

    /** Two directories of a node, a log that moves, and what was promised of it. */
    private static final class Life {
        final CrashableLogFiles disk;
        final TestDirectory from;
        final TestDirectory to;
        final CrashableIndexStore fromIndex = new CrashableIndexStore();
        final CrashableIndexStore toIndex = new CrashableIndexStore();
        final List<String> written = new ArrayList<>();
        PartitionLog log;
        long flushed;
        long start;
        long highWatermark;

        Life(Path root) throws IOException {
            disk = new CrashableLogFiles(Files.createDirectories(root));
            from = directory(root.resolve("from"), fromIndex);
            to = directory(root.resolve("to"), toIndex);
        }

        private TestDirectory directory(Path path, CrashableIndexStore index) {
            TestDirectory directory = new TestDirectory(path, disk);
            directory.config = TestDirectory.stepwise(1024, 256, 1 << 20);
            directory.indexStores = index::open;
            return directory;
        }

        void begin() throws IOException {
            for (TestDirectory each : List.of(from, to)) {
                each.open();
                each.directory.stampAs("cluster", 1);
                each.directory.beginLife(1, Uuid.ONE_UUID);
                each.directory.markRunning(5);
            }
            log = from.create(0);
            log.setListener((offset, generation) -> flushed = Math.max(flushed, offset));
            append(1, 5);
            append(3, 3);
            log.flush().flushNow();
            from.housekeeping(true);
            settle();
        }

        void append(int epoch, int batches) {
            for (int i = 0; i < batches; i++) {
                String value = TestDirectory.value(written.size(), 200);
                written.add(value);
                TestDirectory.append(log, epoch, value);
            }
        }

        /** Waits for what happens in the background, so that every run makes the same changes in the same order. */
        private void settle() {
            for (TestDirectory each : List.of(from, to)) {
                CountDownLatch done = new CountDownLatch(1);
                each.directory.context().background().execute("barrier", done::countDown);
                try {
                    for (int ms = 0; !each.directory.isOffline() && !done.await(1, TimeUnit.MILLISECONDS); ms++) {
                        assertThat(ms).as("the background thread gets on").isLessThan(30_000);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                if (each.directory.isOffline()) throw new StorageException("offline");
            }
        }

        void move() throws IOException {
            append(3, 1);
            LogCopy copy = LogCopy.begin(log, from.directory, to.directory);
            copyAll(copy);
            append(4, 1);
            log.updateHighWatermark(8);
            log.flush().flushNow();
            from.housekeeping(false);
            highWatermark = 8;
            log.advanceLogStart(6);
            settle();
            start = log.durableLogStartOffset();
            append(4, 1);
            for (boolean switched = false; !switched; ) {
                boolean ready = copy.prepare();
                settle();
                append(4, 1);
                switched = ready && copy.trySwitch();
            }
            append(4, 1);
            log.flush().flushNow();
            copy.finish();
            settle();
            append(4, 1);
            log.flush().flushNow();
            to.housekeeping(true);
            settle();
        }

        private static void copyAll(LogCopy copy) {
            int copied;
            do {
                copied = copy.copySome();
            } while (copied > 0);
        }

        void stop() {
            from.kill();
            to.kill();
        }
    }

    @Test
    void nothingThatWasFlushedIsLostWhereverItEnds() throws IOException {
        Life calm = new Life(temp.resolve("calm"));
        calm.begin();
        int before = calm.disk.changes();
        calm.move();
        int points = calm.disk.changes() - before;
        calm.stop();
        assertThat(points).isGreaterThan(30);
        int moved = 0;
        int run = 0;
        for (int point = 1; point <= points; point++) {
            // Every second choice at each point, and the others at the next.
            for (int choice = point % 2; choice < CHOICES; choice += 2) {
                Present present = Present.values()[(point + choice) % 3];
                moved += crash(++run, point, choice, present) ? 1 : 0;
            }
        }
        assertThat(moved).as("runs in which the copy counts").isBetween(run / 10, run * 9 / 10);
    }

    /** Returns whether the log is in the new directory afterwards. */
    private boolean crash(int run, int point, int choice, Present present) throws IOException {
        String when = "change " + point + ", choice " + choice + ", " + present;
        Path root = temp.resolve("run-" + run);
        Life life = new Life(root);
        life.begin();
        boolean during = choice != 0;
        if (during) life.disk.powerOffDuring(point);
        else life.disk.powerOffAfter(point - 1);
        try {
            life.move();
        } catch (StorageException | IOException | AssertionError e) {
            assertThat(life.disk.isOff()).as(when + ": " + e).isTrue();
        }
        life.stop();
        restore(life, choice, point);
        boolean moved = verify(life, present, when);
        TestFiles.deleteTree(root);
        return moved;
    }

    private static void restore(Life life, int choice, int seed) throws IOException {
        if (choice == 1) {
            life.disk.processDied();
            life.fromIndex.processDied();
            life.toIndex.processDied();
            return;
        }
        life.disk.restore(
                switch (choice) {
                    case 0 -> Survivors.nothing();
                    case 2 -> Survivors.everything();
                    case 3 -> Survivors.of(Unsynced.TORN);
                    default -> Survivors.random(seed);
                });
        life.fromIndex.crash(Loss.any(seed), seed);
        life.toIndex.crash(Loss.any(seed + 1), seed);
    }

    private static boolean verify(Life life, Present present, String when) throws IOException {
        List<TestDirectory> open = new ArrayList<>();
        if (present != Present.NEW) open.add(life.from.open());
        if (present != Present.OLD) open.add(life.to.open());
        List<LogDirectory> directories =
                open.stream().map(each -> each.directory).toList();
        Set<PartitionKey> doubtful = MovedLogs.settle(directories);
        List<TestDirectory> holders =
                open.stream().filter(each -> each.log(0) != null).toList();
        assertThat(holders).as(when).hasSizeLessThanOrEqualTo(1);
        if (present == Present.BOTH) assertThat(holders).as(when).hasSize(1);
        if (present == Present.BOTH) assertThat(doubtful).as(when).isEmpty();
        for (TestDirectory each : open)
            assertThat(each.report.damaged()).as(when).isEmpty();
        if (!holders.isEmpty() && doubtful.isEmpty()) {
            TestDirectory holder = holders.get(0);
            check(life, holder.log(0), when);
            TestDirectory.append(holder.log(0), 9, "more");
            holder.log(0).flush().flushNow();
            List<String> all = TestDirectory.readAll(holder.log(0));
            open.forEach(TestDirectory::kill);
            life.disk.powerOff();
            life.disk.restore(Survivors.nothing());
            for (TestDirectory each : open) each.reopen();
            assertThat(MovedLogs.settle(
                            open.stream().map(each -> each.directory).toList()))
                    .as(when)
                    .isEmpty();
            assertThat(TestDirectory.readAll(holder.log(0))).as(when).isEqualTo(all);
        }
        open.forEach(TestDirectory::kill);
        return !holders.isEmpty() && holders.get(0) == life.to;
    }

    private static void check(Life life, PartitionLog log, String when) {
        assertThat(log.logEndOffset()).as(when).isBetween(life.flushed, (long) life.written.size());
        assertThat(log.logStartOffset()).as(when).isGreaterThanOrEqualTo(life.start);
        assertThat(log.highWatermarkCheckpoint()).as(when).isGreaterThanOrEqualTo(life.highWatermark);
        List<String> expected = new ArrayList<>();
        for (long at = log.logStartOffset(); at < log.logEndOffset(); at++) {
            expected.add(at + ":" + life.written.get((int) at));
        }
        List<String> found = TestDirectory.readAll(log);
        // Records of a batch that holds the start are read with it.
        assertThat(found.subList(found.size() - expected.size(), found.size()))
                .as(when)
                .isEqualTo(expected);
    }
}
