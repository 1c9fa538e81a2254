// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the background round costs: nothing for logs that nobody writes to. */
class HousekeepingTest {
    private static final int LOGS = 50;

    @TempDir
    Path temp;

    private final FaultyLogFiles disk = new FaultyLogFiles(new DiskLogFiles());
    private TestDirectory directory;

    @BeforeEach
    void open() throws IOException {
        directory = new TestDirectory(temp.resolve("data"), disk);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        for (int i = 0; i < LOGS; i++) append(directory.create(i), 1, "x");
        settle();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void settle() throws IOException {
        for (int i = 0; i < 3; i++) directory.housekeeping(true);
    }

    private int touched() {
        return directory.directory.context().touched().size();
    }

    @Test
    void aRoundInWhichNothingChangedLooksAtNothingAndWritesNothing() throws IOException {
        int writes = disk.count(Call.WRITE);
        int syncs = disk.count(Call.SYNC);
        assertThat(touched()).isZero();
        directory.clock.advance(1_000_000);
        directory.directory.checkpoint(false);
        assertThat(disk.count(Call.WRITE)).isEqualTo(writes);
        assertThat(disk.count(Call.SYNC)).isEqualTo(syncs);
    }

    @Test
    void alsoAfterARestart() throws IOException {
        directory.kill();
        directory.reopen();
        settle();
        assertThat(touched()).isZero();
        int writes = disk.count(Call.WRITE);
        directory.directory.checkpoint(false);
        assertThat(disk.count(Call.WRITE)).isEqualTo(writes);
    }

    @Test
    void onlyTheLogThatChangedIsLookedAtUntilItsCheckpointIsWritten() throws IOException {
        append(directory.log(7), 1, "y");
        assertThat(touched()).isEqualTo(1);
        directory.directory.checkpoint(false);
        assertThat(touched()).as("its checkpoint is not due yet").isEqualTo(1);
        directory.clock.advance(directory.config.checkpointIntervalMs());
        directory.housekeeping(false);
        directory.housekeeping(false);
        assertThat(touched()).isZero();
    }

    @Test
    void aMovedHighWatermarkIsKept() throws IOException {
        directory.log(3).updateHighWatermark(1);
        assertThat(touched()).isEqualTo(1);
        directory.directory.checkpoint(false);
        assertThat(touched()).isZero();
        directory.kill();
        directory.reopen();
        assertThat(directory.log(3).highWatermarkCheckpoint()).isEqualTo(1);
    }

    @Test
    void flushMarksReachTheDiskWithTheNextRound() throws IOException {
        append(directory.log(5), 1, "y");
        directory.log(5).flush().flushNow();
        directory.directory.checkpoint(false);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.scannedBytes())
                .as("nothing lies behind a flush mark")
                .isZero();
    }
}
