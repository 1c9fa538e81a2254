// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clean mark of one run is gone from the disk before the next run writes anything (row B6 of the catalogue of faults). */
class CleanMarkTest {
    private static final long CLEAN_EPOCH = 7;
    private static final long WRITTEN_CLEANLY = 3;

    @TempDir
    Path temp;

    /** The power fails after every change that the second run makes, until one run comes through. */
    @ParameterizedTest
    @EnumSource(Unsynced.class)
    void cleanMarkNeverStandsBesideALaterWrite(Unsynced unsynced) throws IOException {
        int believed = 0;
        boolean cameThrough = false;
        for (int after = 0; !cameThrough; after++) {
            Path root = Files.createDirectory(temp.resolve("cut-" + after));
            CrashableLogFiles disk = new CrashableLogFiles(root);
            try (TestDirectory directory = new TestDirectory(root, disk)) {
                directory.memoryIndex = new MemoryIndexStore();
                stopCleanly(directory);
                disk.powerOffAfter(after);
                boolean wrote = secondRun(directory);
                cameThrough = !disk.isOff();
                if (directory.directory != null) directory.kill();
                disk.restore(unsynced);
                directory.reopen();
                boolean clean = directory.report.cleanBrokerEpoch() == CLEAN_EPOCH;
                assertThat(clean && wrote).as("cut after " + after + " changes").isFalse();
                assertThat(directory.log(0).logEndOffset()).isGreaterThanOrEqualTo(WRITTEN_CLEANLY);
                believed += clean ? 1 : 0;
            }
        }
        assertThat(believed)
                .as("a cut before anything was changed leaves the mark")
                .isPositive();
    }

    private static void stopCleanly(TestDirectory directory) throws IOException {
        directory.open();
        directory.directory.stampAs("cluster", 1);
        directory.directory.markRunning(CLEAN_EPOCH);
        append(directory.create(0), 1, "a", "b", "c");
        directory.closeCleanly(CLEAN_EPOCH);
    }

    /** Whether the run got as far as writing a record. */
    private static boolean secondRun(TestDirectory directory) {
        try {
            directory.reopen();
            directory.directory.markRunning(CLEAN_EPOCH + 1);
            AppendOutcome outcome = directory.log(0).appendAsLeader(TestBatches.batch(1000, "d"), 2, 2000, true);
            return outcome.error() == Errors.NONE;
        } catch (StorageException powerIsOff) {
            return false;
        }
    }
}
