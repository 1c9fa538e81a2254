// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.Survivors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that get something else than what is there, while recovery looks at what it is going to write once more. */
class BadReadsAtStartTest {
    @TempDir
    Path temp;

    private boolean forGood;

    /** Guards: a second look before anything is cut ({@link LogRecovery}), and that only bytes are written that were checked. */
    @Test
    void oneReadThatGetsSomethingElseDestroysNothing() throws IOException {
        int nth = 0;
        while (survives(++nth, "x".repeat(40))) {}
        assertThat(nth).as("reads of segments").isGreaterThan(2);
    }

    /** A batch that is larger than what is read at a time is checked before it is read whole. */
    @Test
    void noneOfTheReadsOfALargeBatchDestroysIt() throws IOException {
        int nth = 0;
        while (survives(++nth, "x".repeat(1_500_000))) {}
        assertThat(nth).as("reads of segments").isGreaterThan(20);
    }

    /** Guard: the look past the page cache ({@link LogRecovery}). */
    @Test
    void whatABadReadLeavesInThePageCacheDestroysNothingEither() throws IOException {
        forGood = true;
        int nth = 0;
        while (survives(++nth, "x".repeat(40))) {}
        assertThat(nth).as("reads of segments").isGreaterThan(2);
    }

    /** Returns false when so many reads were not made. */
    private boolean survives(int nth, String value) throws IOException {
        Path data = Files.createDirectory(temp.resolve("data-" + nth));
        CrashableLogFiles disk = new CrashableLogFiles(data);
        FaultyLogFiles reads = new FaultyLogFiles(disk);
        try (TestDirectory directory = new TestDirectory(data, reads)) {
            directory.config = TestDirectory.stepwise(2 << 20, 256, 1 << 20);
            directory.memoryIndex = new MemoryIndexStore();
            directory.open();
            PartitionLog log = directory.create(0);
            append(log, 1, "flushed");
            log.flush().flushNow();
            append(log, 1, "in the page cache only");
            log.appendAsFollower(TestBatches.stored(2, 1, value), 1, 0);
            fill(log, 1, 3, 100);
            List<String> written = readAll(log);
            directory.kill();
            disk.processDied();
            directory.memoryIndex = new MemoryIndexStore();
            if (forGood) reads.misdirectReadForGood(nth);
            else reads.misdirectRead(nth);
            directory.reopen();
            boolean made = reads.hasMisdirectedRead();
            reads.clearPageCache();
            assertThat(readAll(directory.log(0))).as("read %d", nth).isEqualTo(written);
            directory.kill();
            disk.restore(Survivors.nothing());
            directory.memoryIndex = new MemoryIndexStore();
            directory.reopen();
            assertThat(directory.report.damaged()).as("read %d", nth).isEmpty();
            assertThat(readAll(directory.log(0))).as("read %d", nth).isEqualTo(written);
            return made;
        }
    }
}
