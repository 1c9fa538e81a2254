// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.index.HeaderIntervals;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of the index of a long active segment only the newest part stays in memory, and nobody notices. */
class ActiveIndexTest {
    private static final int BATCHES = 3_000;
    private static final int MOST_IN_MEMORY = 2_048;

    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.config = TestDirectory.config(1 << 30, 1);
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        for (int i = 0; i < BATCHES; i++) append(log, 1, "v");
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private Segment active() {
        return log.state().segments.active();
    }

    private void everythingIsFound() {
        int size = (int) (log.sizeBytes() / log.logEndOffset());
        for (int offset = 0; offset < log.logEndOffset(); offset++) {
            assertThat(log.indexedPosition(offset)).as("offset " + offset).isEqualTo(offset * size);
        }
    }

    @Test
    void theOldestEntriesLeaveMemoryOnceTheyAreStored() throws IOException {
        assertThat(active().index.count()).isEqualTo(BATCHES);
        directory.housekeeping(true);
        assertThat(active().index.count()).isLessThanOrEqualTo(MOST_IN_MEMORY);
        assertThat(active().indexGapTo).isPositive();
        everythingIsFound();
        for (int i = 0; i < BATCHES; i++) append(log, 1, "v");
        directory.clock.advance(120_000);
        directory.housekeeping(true);
        assertThat(active().index.count()).isLessThanOrEqualTo(MOST_IN_MEMORY);
        everythingIsFound();
    }

    @Test
    void theHeadersOfWhatLeftMemoryAreStillVouchedFor() throws IOException {
        directory.housekeeping(true);
        for (int i = 0; i < 10; i++) append(log, 1, "v");
        directory.housekeeping(true);
        HeaderIntervals intervals = log.reader().intervals(active(), 0, (int) log.sizeBytes());
        assertThat(intervals.count()).isEqualTo(BATCHES + 10);
        for (int i = 0; i < intervals.count(); i++) {
            assertThat(intervals.isKnown(i)).as("interval " + i).isTrue();
        }
    }

    @Test
    void readersFurtherBackKeepTheirEntries() throws IOException {
        directory.housekeeping(true);
        assertThat(log.indexedPosition(1)).isPositive();
        append(log, 1, "v");
        directory.housekeeping(true);
        assertThat(active().index.count()).isEqualTo(BATCHES + 1);
        append(log, 1, "v");
        directory.clock.advance(120_000);
        directory.housekeeping(true);
        assertThat(active().index.count()).isLessThanOrEqualTo(MOST_IN_MEMORY);
    }

    @Test
    void aTruncationIntoWhatLeftMemoryAndALifeAfterItFindEverything() throws IOException {
        directory.housekeeping(true);
        log.truncateTo(BATCHES / 3);
        everythingIsFound();
        for (int i = 0; i < BATCHES; i++) append(log, 1, "v");
        directory.clock.advance(120_000);
        directory.housekeeping(true);
        everythingIsFound();
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.damaged()).isEmpty();
        everythingIsFound();
    }
}
