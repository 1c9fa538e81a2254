// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.files.ScarceLogFiles;
import io.shiplog.storage.model.NoRoom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C18: descriptors are bounded, whatever there is of partitions. */
class OpenFilesTest {
    private static final int MARKS_FILES = 2;

    @TempDir
    Path temp;

    private TestDirectory directory;

    @AfterEach
    void close() {
        directory.close();
    }

    private void open(LogFiles files, int maxOpenFiles) {
        directory = new TestDirectory(temp.resolve("data"), files);
        directory.config = directory.config.withMaxOpenFiles(maxOpenFiles);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
    }

    private List<PartitionLog> logs(int count) {
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < count; i++) logs.add(directory.create(i));
        return logs;
    }

    @Test
    void idleSegmentsAreClosedAndOpenThemselvesWhenTheyAreUsed() {
        ScarceLogFiles disk = new ScarceLogFiles(new DiskLogFiles(), 1_000);
        open(disk, 4);
        List<PartitionLog> logs = logs(30);
        for (PartitionLog log : logs) {
            append(log, 1, "p" + log.partition());
            log.flush().flushNow();
        }
        assertThat(disk.open()).isLessThanOrEqualTo(4 + MARKS_FILES);
        for (PartitionLog log : logs) {
            assertThat(readAll(log)).containsExactly("0:p" + log.partition());
            append(log, 1, "more");
            log.flush().flushNow();
            assertThat(log.flushedOffset()).isEqualTo(2);
        }
        assertThat(disk.mostOpen()).isLessThanOrEqualTo(4 + MARKS_FILES + 2);
        assertThat(directory.directory.openFileCount()).isLessThanOrEqualTo(4);
    }

    @Test
    void recoveryLeavesNoMoreOpenThanAllowed() {
        ScarceLogFiles disk = new ScarceLogFiles(new DiskLogFiles(), 1_000);
        open(disk, 4);
        for (PartitionLog log : logs(30)) append(log, 1, "a", "b");
        directory.kill();
        directory.reopen();
        assertThat(disk.open()).isLessThanOrEqualTo(4 + MARKS_FILES);
        for (PartitionLog log : directory.directory.logs())
            assertThat(readAll(log)).containsExactly("0:a", "1:b");
    }

    @Test
    void whatIsUsedAllTheTimeStaysOpen() {
        ScarceLogFiles disk = new ScarceLogFiles(new DiskLogFiles(), 1_000);
        open(disk, 8);
        List<PartitionLog> logs = logs(40);
        for (PartitionLog log : logs) {
            append(log, 1, "x");
            log.flush().flushNow();
        }
        PartitionLog busy = logs.get(0);
        readAll(busy);
        int before = disk.opened();
        for (PartitionLog log : logs.subList(1, 40)) {
            readAll(log);
            readAll(busy);
        }
        assertThat(disk.opened() - before)
                .as("the others once each, the busy one hardly ever")
                .isLessThan(39 + 8);
    }

    @Test
    void bytesThatAreNotOnTheDiskAreSyncedBeforeTheirFileIsClosed() {
        FaultyLogFiles disk = new FaultyLogFiles(new DiskLogFiles());
        open(disk, 2);
        List<PartitionLog> logs = logs(6);
        int before = disk.count(Call.SYNC);
        for (PartitionLog log : logs) append(log, 1, "x");
        assertThat(disk.count(Call.SYNC) - before).isGreaterThanOrEqualTo(4);
        assertThat(directory.directory.openFileCount()).isLessThanOrEqualTo(2);
        for (PartitionLog log : logs) {
            assertThat(log.flushedOffset()).as("nobody asked for a flush").isZero();
            log.flush().flushNow();
            assertThat(log.flushedOffset()).isEqualTo(1);
        }
    }

    @Test
    void aSyncThatFailsBeforeAFileIsClosedIsTheEndOfTheDirectory() {
        FaultyLogFiles disk = new FaultyLogFiles(new DiskLogFiles());
        open(disk, 1);
        List<PartitionLog> logs = logs(2);
        append(logs.get(0), 1, "x");
        disk.fail(Call.SYNC, 1, "Input/output error");
        assertThat(logs.get(1)
                        .appendAsLeader(TestBatches.batch(1000, "x"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(directory.directory.isOffline()).isTrue();
    }

    @Test
    void slicesKeepTheirFileOpen() {
        open(new ScarceLogFiles(new DiskLogFiles(), 1_000), 2);
        List<PartitionLog> logs = logs(8);
        for (PartitionLog log : logs) {
            append(log, 1, "p" + log.partition());
            log.flush().flushNow();
        }
        LogSlice slice = logs.get(0).read(0, 1_000, FAR, true);
        var channel = slice.channel();
        for (PartitionLog log : logs) readAll(log);
        for (PartitionLog log : logs.subList(1, 8)) readAll(log);
        assertThat(channel.isOpen()).isTrue();
        assertThat(slice.channel()).isSameAs(channel);
        assertThat(TestDirectory.read(slice)).containsExactly("0:p0");
        slice.release();
        for (PartitionLog log : logs.subList(1, 8)) readAll(log);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void withoutDescriptorsANewLogIsRefusedAndTheOldOnesServe() {
        ScarceLogFiles disk = new ScarceLogFiles(new DiskLogFiles(), 1_000);
        open(disk, 100);
        List<PartitionLog> logs = logs(10);
        for (PartitionLog log : logs) {
            append(log, 1, "x");
            log.flush().flushNow();
        }
        // Others take all but one: idle segments are given back, and one at a time is enough to serve.
        disk.leave(MARKS_FILES + 1);
        for (PartitionLog log : logs) assertThat(readAll(log)).containsExactly("0:x");
        for (PartitionLog log : logs) append(log, 1, "y");
        assertThat(directory.directory.isOffline()).isFalse();
        // Not even one.
        disk.leave(0);
        assertThatThrownBy(() -> directory.create(99)).isInstanceOf(NoRoom.class);
        assertThat(directory.directory.isOffline()).isFalse();
        disk.leave(1_000);
        append(directory.create(99), 1, "later");
        for (PartitionLog log : logs) assertThat(readAll(log)).containsExactly("0:x", "1:y");
    }

    @Test
    void manyThreadsMeetNoClosedFile() throws InterruptedException {
        open(new DiskLogFiles(), 2);
        List<PartitionLog> logs = logs(6);
        for (PartitionLog log : logs) {
            append(log, 1, "p" + log.partition());
            log.flush().flushNow();
        }
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (PartitionLog log : logs) {
            Thread thread = new Thread(() -> useOften(log, failures));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) thread.join();
        assertThat(failures).isEmpty();
        for (PartitionLog log : logs) assertThat(readAll(log)).hasSize(201);
        assertThat(directory.directory.isOffline()).isFalse();
    }

    private static void useOften(PartitionLog log, ConcurrentLinkedQueue<Throwable> failures) {
        try {
            for (int i = 0; i < 200; i++) {
                append(log, 1, "v" + i);
                if (i % 3 == 0) log.flush().flushNow();
                LogSlice slice = log.read(i / 2, 1_000, FAR, true);
                if (TestDirectory.read(slice).isEmpty()) throw new AssertionError("nothing at " + i / 2);
                slice.release();
            }
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }
}
