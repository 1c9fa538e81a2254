// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static io.shiplog.storage.log.TestDirectory.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power fails after changes of the disk in turn, in one life that holds appends, rolls, flushes, truncations, checkpoints,
 * retention and a clean close, over RocksDB itself. Whatever was flushed when the power failed is there afterwards. Every
 * change of the disk, with a store that loses power too: {@link CrashPointsTest}.
 */
class CrashTest {
    @TempDir
    Path temp;

    /** One life of a log, and what it may rely on. */
    private static final class Life {
        final TestDirectory directory;
        final TreeMap<Long, String> written = new TreeMap<>();
        PartitionLog log;

        /** All of this was flushed, and no cut of it has begun since. */
        long promised;

        /** The start that was durable; it may have moved on. */
        long start;

        boolean closedCleanly;

        Life(TestDirectory directory) {
            this.directory = directory;
        }

        void run() throws IOException {
            directory.open();
            directory.directory.stampAs("cluster", 1);
            directory.directory.markRunning(5);
            log = directory.create(0);
            append(1, 6, 300);
            flush();
            append(1, 12, 500);
            flush();
            housekeeping();
            append(1, 9, 500);
            flush();
            append(1, 3, 200);
            truncate(20);
            append(2, 8, 400);
            flush();
            housekeeping();
            LogSlice pinned = log.read(25, 1 << 20, FAR, true);
            truncate(26);
            append(3, 10, 300);
            pinned.release();
            flush();
            log.updateHighWatermark(30);
            retain();
            append(3, 3, 100);
            flush();
            housekeeping();
            truncateFully(100);
            append(4, 5, 300);
            flush();
            housekeeping();
            directory.closeCleanly(7);
            closedCleanly = !log.state().context.failure().isOffline();
        }

        private void append(int epoch, int batches, int bytes) {
            for (int i = 0; i < batches; i++) {
                long offset = log.logEndOffset();
                String value = epoch + "/" + value(offset, bytes);
                Errors error = log.appendAsLeader(TestBatches.batch(1000, value), epoch, 2000, true)
                        .error();
                if (error != Errors.NONE) throw new StorageException("append: " + error);
                written.tailMap(offset, true).clear();
                written.put(offset, value);
            }
        }

        private void flush() {
            log.flush().flushNow();
            promised = Math.max(promised, log.flushedOffset());
            if (directory.directory.isOffline()) throw new StorageException("offline");
        }

        private void housekeeping() throws IOException {
            directory.housekeeping(true);
            if (directory.directory.isOffline()) throw new StorageException("offline");
        }

        private void truncate(long offset) {
            promised = Math.min(promised, offset);
            log.truncateTo(offset);
        }

        private void truncateFully(long offset) {
            promised = 0;
            log.truncateFullyAndStartAt(offset);
            promised = offset;
            start = offset;
        }

        private void retain() throws IOException {
            log.updateSettings(
                    LogSettings.fromTopicConfigs(java.util.Map.of("retention.bytes", "6000"), log.settings()));
            assertThat(log.maybeDeleteOldSegments(directory.clock.wallClockMs()))
                    .isTrue();
            start = Math.max(start, log.logStartOffset());
        }
    }

    @Test
    void theLifeEndsWellWithoutAFault() throws IOException {
        Life life = new Life(crashable("calm"));
        life.run();
        assertThat(life.closedCleanly).isTrue();
        life.directory.reopen();
        assertThat(life.directory.report.clean()).isTrue();
        assertThat(life.directory.report.cleanBrokerEpoch()).isEqualTo(7);
        assertThat(life.directory.report.scannedBytes()).isZero();
        check(life, "calm");
        life.directory.close();
    }

    @Test
    void whatWasFlushedSurvivesAPowerCutOverRocksDb() throws IOException {
        int changes = changesOfALife("rocks-calm");
        for (int at = 3; at < changes; at += 11) crashAt(at, Unsynced.TORN);
    }

    private int changesOfALife(String name) throws IOException {
        Life calm = new Life(crashable(name));
        calm.run();
        int changes = ((CrashableLogFiles) calm.directory.files).changes();
        assertThat(changes).isGreaterThan(100);
        return changes;
    }

    private void crashAt(int change, Unsynced unsynced) throws IOException {
        String name = unsynced + "-" + change;
        Life life = new Life(crashable(name));
        CrashableLogFiles disk = (CrashableLogFiles) life.directory.files;
        disk.powerOffAfter(change);
        try {
            life.run();
        } catch (StorageException | IOException e) {
            assertThat(disk.isOff()).as(name + ": " + e).isTrue();
        }
        if (life.directory.directory != null) life.directory.kill();
        disk.restore(unsynced);
        life.directory.reopen();
        check(life, name);
        life.directory.close();
        TestFiles.deleteTree(life.directory.path.getParent());
    }

    private static void check(Life life, String name) {
        PartitionLog log = life.directory.log(0);
        assertThat(life.directory.report.damaged()).as(name).isEmpty();
        if (log == null) {
            assertThat(life.promised).as(name).isZero();
            return;
        }
        assertThat(log.logStartOffset()).as(name).isLessThanOrEqualTo(Math.max(life.start, 100));
        assertThat(log.logEndOffset()).as(name + " log end").isGreaterThanOrEqualTo(life.promised);
        List<String> found = readAll(log);
        for (int i = 0; i < found.size(); i++) {
            long offset = log.logStartOffset() + i;
            assertThat(found.get(i)).as(name).startsWith(offset + ":");
            if (offset < life.promised) {
                assertThat(found.get(i)).as(name).isEqualTo(offset + ":" + life.written.get(offset));
            }
        }
        assertThat(found).as(name).hasSize((int) (log.logEndOffset() - log.logStartOffset()));
        TestDirectory.append(log, 9, "life goes on");
        log.flush().flushNow();
        assertThat(log.flushedOffset()).as(name).isEqualTo(log.logEndOffset());
    }

    private TestDirectory crashable(String name) throws IOException {
        Path root = Files.createDirectory(temp.resolve(name));
        return new TestDirectory(
                Files.createDirectory(root.resolve("data")), new CrashableLogFiles(root.resolve("data")));
    }
}
