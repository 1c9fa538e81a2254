// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.CrashNodes;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.SmallDiskLogFiles;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of which recovery cut something off says so, until its replica is in sync ({@link ShortenedFile}). */
class ShortenedLogTest {
    @TempDir
    Path temp;

    private CrashableLogFiles disk;
    private TestDirectory directory;
    private PartitionLog log;

    private void open(String name) throws IOException {
        Path data = Files.createDirectory(temp.resolve(name));
        disk = new CrashableLogFiles(data);
        directory = new TestDirectory(data, disk);
        directory.config = TestDirectory.stepwise(2048, 256, 1 << 20);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        fill(log, 1, 6, 600);
        log.flush().flushNow();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void cutPower(Survivors survivors) throws IOException {
        directory.kill();
        disk.restore(survivors);
        directory.memoryIndex = new MemoryIndexStore();
    }

    private void reopen() {
        directory.reopen();
        log = directory.log(0);
    }

    /** All is on the disk, and of each full segment a bit has rotted. */
    private static Survivors rot() {
        return rotIn(1_800, Integer.MAX_VALUE, 1_700);
    }

    /** All is on the disk, and of the files of such sizes a bit has rotted. */
    private static Survivors rotIn(int moreThan, int lessThan, int position) {
        return new Survivors() {
            @Override
            public Map<String, CrashNodes.Node> entries(CrashNodes.Directory entries) {
                return entries.current();
            }

            @Override
            public byte[] bytes(CrashNodes.File file) {
                byte[] bytes = file.current().clone();
                if (bytes.length > moreThan && bytes.length < lessThan) bytes[position] ^= 1;
                return bytes;
            }
        };
    }

    @Test
    void aLogOfWhichNothingWasCutIsNotShortened() throws IOException {
        open("data");
        append(log, 1, "not flushed");
        cutPower(Survivors.everything());
        reopen();
        assertThat(directory.report.cutBytes()).isZero();
        assertThat(log.isShortened()).isFalse();
    }

    @Test
    void everyStartSaysSoUntilItIsMadeGood() throws IOException {
        open("data");
        cutPower(rot());
        reopen();
        assertThat(directory.report.cutBytes()).isPositive();
        assertThat(log.logEndOffset()).isLessThan(6);
        assertThat(log.isShortened()).isTrue();
        cutPower(Survivors.nothing());
        reopen();
        assertThat(directory.report.cutBytes()).isZero();
        assertThat(log.isShortened()).as("known from the disk").isTrue();
        log.madeGood();
        assertThat(log.isShortened()).isFalse();
        directory.awaitBackground();
        cutPower(Survivors.everything());
        reopen();
        assertThat(log.isShortened()).isFalse();
    }

    /** Power fails once more, at any change that recovery makes. */
    @Test
    void theNoteIsOnTheDiskBeforeTheCut() throws IOException {
        boolean through = false;
        for (int changes = 0; !through; changes++) {
            if (directory != null) directory.close();
            open("data-" + changes);
            cutPower(rot());
            disk.powerOffAfter(changes);
            through = recovers();
            cutPower(Survivors.nothing());
            reopen();
            assertThat(log.isShortened())
                    .as("power off after %d changes", changes)
                    .isTrue();
        }
    }

    /**
     * The first recovery dies at any change, its machine does not; the second one is whole, and then power fails. Only the end of the last segment
     * is cut, which begins below the mark: else the directory would be synced in any case.
     */
    @Test
    void aNoteThatADeadProcessLeftIsOnTheDiskAfterTheNextRecovery() throws IOException {
        boolean through = false;
        for (int changes = 0; !through; changes++) {
            if (directory != null) directory.close();
            open("data-" + changes);
            fill(log, 1, 1, 600);
            directory.housekeeping(true);
            fill(log, 1, 1, 600);
            log.flush().flushNow();
            cutPower(rotIn(1_200, 1_800, 1_000));
            disk.powerOffAfter(changes);
            through = recovers();
            directory.kill();
            disk.processDied();
            directory.memoryIndex = new MemoryIndexStore();
            reopen();
            assertThat(log.logEndOffset()).isEqualTo(7);
            cutPower(Survivors.nothing());
            reopen();
            assertThat(log.isShortened()).as("died after %d changes", changes).isTrue();
        }
    }

    private boolean recovers() {
        try {
            directory.reopen();
            return true;
        } catch (StorageException powerIsOff) {
            return false;
        }
    }

    /** Else the next process, on a disk that has room again, would know nothing of the cut (simulator, seed 109200). */
    @Test
    void aDiskThatHasNoRoomForTheNoteIsNotCut() throws IOException {
        open("data");
        cutPower(rot());
        long bytesBefore = bytesOfSegments();
        SmallDiskLogFiles full = new SmallDiskLogFiles(1 << 20);
        full.refuseNewFiles(true);
        directory = new TestDirectory(directory.path, full);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        assertThat(directory.directory.isHeldBack(TestDirectory.TOPIC, 0)).isTrue();
        assertThat(bytesOfSegments()).isEqualTo(bytesBefore);

        full.refuseNewFiles(false);
        directory.directory.lookAtSpace();
        log = directory.log(0);
        assertThat(log.isShortened()).isTrue();
    }

    private long bytesOfSegments() throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> segments =
                Files.newDirectoryStream(directory.partitionPath(0), "*" + Segment.SUFFIX)) {
            for (Path segment : segments) bytes += Files.size(segment);
        }
        return bytes;
    }
}
