// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.model.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultTest {
    @TempDir
    Path temp;

    private final FaultyLogFiles disk = new FaultyLogFiles(new DiskLogFiles());
    private final List<StorageException> failures = new ArrayList<>();
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"), disk);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        directory.directory.onFailure(failures::add);
        append(log, 1, "before");
        log.flush().flushNow();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private Errors appendOne() {
        return log.appendAsLeader(TestBatches.batch(1000, "x"), 1, 2000, true).error();
    }

    @Test
    void failedWriteTakesTheDirectoryOfflineAndLeavesNothing() {
        disk.fail(Call.WRITE, 1, "Input/output error");
        AppendOutcome outcome = log.appendAsLeader(TestBatches.batch(1000, "x"), 1, 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(outcome.message()).contains("Input/output error");
        assertThat(log.logEndOffset()).isEqualTo(1);
        assertThat(failures).hasSize(1);
        assertThat(appendOne()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThatThrownBy(() -> log.read(0, 100, FAR, true)).isInstanceOf(StorageException.class);
        directory.kill();
        directory.reopen();
        assertThat(readAll(directory.log(0))).containsExactly("0:before");
    }

    @Test
    void failedSyncIsNeverTriedAgainAndNothingCountsAsFlushed() {
        append(log, 1, "unsure");
        disk.fail(Call.SYNC, 1, "Input/output error");
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(1);
        assertThat(failures).hasSize(1);
        int syncs = disk.count(Call.SYNC);
        log.flush().flushNow();
        assertThat(disk.count(Call.SYNC)).isEqualTo(syncs);
        assertThat(log.flushedOffset()).isEqualTo(1);
    }

    @Test
    void failedSyncOfTheDirectoryOfANewSegmentCountsToo() {
        PartitionLog fresh = directory.create(1);
        append(fresh, 1, "a");
        disk.fail(Call.SYNC_DIRECTORY, 1, "Input/output error");
        fresh.flush().flushNow();
        assertThat(directory.directory.isOffline()).isTrue();
        assertThat(fresh.flushedOffset()).isZero();
    }

    @Test
    void failedTruncationTakesTheDirectoryOffline() {
        append(log, 1, "more");
        disk.fail(Call.TRUNCATE, 1, "Input/output error");
        assertThatThrownBy(() -> log.truncateTo(1)).isInstanceOf(StorageException.class);
        assertThat(failures).hasSize(1);
    }

    @Test
    void failedRollTakesTheDirectoryOffline() {
        disk.fail(Call.CREATE, 1, "Input/output error");
        Errors error = Errors.NONE;
        for (int i = 0; i < 20 && error == Errors.NONE; i++) {
            error = log.appendAsLeader(TestBatches.ofSize(1000, 500), 1, 2000, true)
                    .error();
        }
        assertThat(error).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(directory.directory.isOffline()).isTrue();
    }

    @Test
    void failedReadIsThePartitionsAffair() {
        fill(log, 1, 400, 100);
        disk.fail(Call.READ, 1, "Input/output error");
        LogSlice slice = log.read(0, 500, FAR, true);
        assertThat(slice.sizeInBytes()).as("a second look, in small reads").isPositive();
        slice.release();
        assertThat(failures).isEmpty();
        assertThat(directory.directory.damagesFound()).isEqualTo(1);
    }

    @Test
    void anOfflineDirectoryIsNotClosedCleanly() {
        disk.fail(Call.WRITE, 1, "Input/output error");
        appendOne();
        directory.closeCleanly(9);
        directory.reopen();
        assertThat(directory.report.clean()).isFalse();
    }
}
