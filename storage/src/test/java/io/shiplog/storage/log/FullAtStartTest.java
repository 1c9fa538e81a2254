// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.CrashNodes;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node starts on a disk without a block or an entry left: log 0 has to be cut, which needs room for the note of it; log 1 is whole (decision 120). */
class FullAtStartTest {
    private static final PartitionKey TORN = new PartitionKey(TOPIC, 0);

    @TempDir
    Path temp;

    private CrashableLogFiles disk;
    private TestDirectory directory;

    @BeforeEach
    void losePower() throws IOException {
        Path data = Files.createDirectory(temp.resolve("data"));
        disk = new CrashableLogFiles(data);
        directory = new TestDirectory(data, disk);
        directory.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        fill(directory.create(0), 1, 3, 600);
        append(directory.create(1), 1, "a", "b");
        directory.housekeeping(true);
        fill(directory.log(0), 1, 2, 600);
        append(directory.log(1), 1, "c");
        directory.log(1).flush().flushNow();
        directory.kill();
        disk.restore(tearingLog0());
        directory.memoryIndex = new MemoryIndexStore();
        disk.full(true);
    }

    /** Everything is left but the last byte of log 0: no other file is of such a size. */
    private static Survivors tearingLog0() {
        return new Survivors() {
            @Override
            public Map<String, CrashNodes.Node> entries(CrashNodes.Directory entries) {
                return entries.current();
            }

            @Override
            public byte[] bytes(CrashNodes.File file) {
                byte[] bytes = file.current().clone();
                if (bytes.length > 1_000 && bytes.length < 1_800) bytes[bytes.length - 1] ^= 1;
                return bytes;
            }
        };
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void makeRoom() throws IOException {
        disk.full(false);
        directory.directory.lookAtSpace();
    }

    @Test
    void whatCannotBeCutWaitsAndAllElseIsServed() throws IOException {
        directory.open();
        directory.directory.markRunning(7);
        assertThat(directory.directory.heldBack()).containsExactly(TORN);
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(directory.log(1))).containsExactly("0:a", "1:b", "2:c");
        assertThat(directory.log(1).isFull()).isTrue();

        directory.directory.lookAtSpace();
        assertThat(directory.directory.heldBack()).as("there is no room yet").containsExactly(TORN);
        List<String> done = new ArrayList<>();
        assertThat(directory.directory.whenRecovered(TOPIC, 0, () -> done.add("open")))
                .isTrue();
        makeRoom();
        assertThat(done).containsExactly("open");
        assertThat(directory.directory.heldBack()).isEmpty();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(4);
        assertThat(directory.log(0).isShortened()).isTrue();
        assertThat(directory.directory.isOffline()).isFalse();
    }

    @Test
    void whatWaitsIsNotMadeAnewAndMayBeDeleted() throws IOException {
        directory.open();
        assertThatThrownBy(() -> directory.create(0)).isInstanceOf(IllegalStateException.class);
        directory.directory.delete(TOPIC, 0);
        assertThat(directory.directory.heldBack()).isEmpty();
        makeRoom();
        assertThat(directory.log(0)).isNull();
        assertThat(directory.create(0).logEndOffset()).isZero();
    }

    /** The marks of what was deleted are on the disk until there is room: they are not those of the log that comes under its name. */
    @Test
    void whatIsMadeAnewHasNoMarksOfWhatWasDeletedBefore() throws IOException {
        directory.open();
        directory.directory.delete(TOPIC, 1);
        assertThatThrownBy(() -> directory.create(1)).isInstanceOf(NoRoom.class);
        directory.clock.advance(DiskSpace.HOLD_MS);
        makeRoom();
        append(directory.create(1), 1, "new");
        directory.log(1).flush().flushNow();
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(directory.log(1))).containsExactly("0:new");
    }

    /** Nobody has looked at its end: a later start must not take its files for those of a log that was closed. */
    @Test
    void whoStopsMeanwhileLeavesNoCleanMark() throws IOException {
        directory.open();
        directory.directory.markRunning(7);
        disk.full(false);
        directory.closeCleanly(7);
        directory.reopen();
        assertThat(directory.report.clean()).isFalse();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(4);
    }

    /** It may be the sync that finds no block, with thin provisioning: what it should have written is gone then. */
    @Test
    void aSyncThatFindsNoRoomIsFinal() {
        disk.full(false);
        disk.failSync(2, "No space left on device");
        assertThatThrownBy(directory::open)
                .isInstanceOf(StorageException.class)
                .hasRootCauseMessage("No space left on device")
                .hasStackTraceContaining(FailedSync.class.getName());
        assertThat(directory.directory.isOffline()).isTrue();
    }
}
