// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.fill;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.HeaderIntervals;
import io.shiplog.storage.index.HeaderWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The headers that a batch's own CRC leaves out, from the moment in which they arrive. */
class HeaderCrcOfLogTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data")).open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void reopen() {
        directory.reopen();
        log = directory.log(0);
    }

    private HeaderIntervals intervals(PartitionLog of, int segment) throws IOException {
        synchronized (of.state()) {
            return of.reader().intervals(of.state().segments.get(segment), 0, Integer.MAX_VALUE);
        }
    }

    /** What a walk over all segments finds wrong, "" when nothing. */
    private String check(PartitionLog of) throws IOException {
        for (int i = 0; i < of.state().segments.count(); i++) {
            HeaderIntervals intervals = intervals(of, i);
            if (intervals.count() == 0) continue;
            HeaderWatch watch = new HeaderWatch();
            watch.begin(intervals);
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(of.state().segments.get(i).file.open(), intervals.fromPosition(0), intervals.endPosition());
            while (cursor.next()) {
                String problem = watch.problemOf(cursor);
                if (problem != null) return problem;
            }
            assertThat(cursor.position()).isEqualTo(intervals.endPosition());
        }
        return "";
    }

    private int unknown(PartitionLog of) throws IOException {
        int unknown = 0;
        for (int i = 0; i < of.state().segments.count(); i++) {
            HeaderIntervals intervals = intervals(of, i);
            for (int n = 0; n < intervals.count(); n++) if (!intervals.isKnown(n)) unknown++;
        }
        return unknown;
    }

    private Path firstSegment() {
        return directory.partitionPath(0).resolve(Segment.fileName(0));
    }

    @Test
    void everyHeaderThatArrivedIsKnownOnLeaderAndFollower() throws IOException {
        fill(log, 3, 60, 250);
        assertThat(log.state().segments.count()).isGreaterThan(2);
        assertThat(unknown(log)).isZero();
        assertThat(check(log)).isEmpty();
        PartitionLog follower = directory.create(1);
        for (long at = 0; at < log.logEndOffset(); ) {
            LogSlice slice = log.read(at, 900, TestDirectory.FAR, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            follower.appendAsFollower(bytes.flip(), 3);
            at = slice.nextOffset();
            slice.release();
        }
        assertThat(unknown(follower)).isZero();
        assertThat(check(follower)).isEmpty();
    }

    @Test
    void aFlippedBitInAnyByteThatTheBatchCrcLeavesOutIsFound() throws IOException {
        fill(log, 3, 12, 250);
        for (int b = 0; b < 21; b++) {
            if ((b >= 8 && b < 12) || b == 16)
                continue; // another length or magic is no batch: that shows without a header CRC
            long position = 7L * (log.state().segments.first().sizeInBytes / 12) + b;
            TestFiles.damage(firstSegment(), position);
            assertThat(check(log)).as("byte %d", b).contains("not the one that arrived");
            TestFiles.damage(firstSegment(), position);
        }
        assertThat(check(log)).isEmpty();
    }

    @Test
    void knowledgeOutlivesCheckpointsOfAnyMomentAndARestart() throws IOException {
        for (int i = 0; i < 40; i++) {
            fill(log, 1, 1 + i % 3, 180);
            if (i % 2 == 0) directory.housekeeping(true);
        }
        directory.closeCleanly(5);
        reopen();
        assertThat(unknown(log)).isZero();
        assertThat(check(log)).isEmpty();
        fill(log, 1, 10, 180);
        assertThat(unknown(log)).isZero();
        assertThat(check(log)).isEmpty();
    }

    @Test
    void whatWasFoundInTheFileAfterACrashIsUnknownAndTheRestIsNot() throws IOException {
        fill(log, 1, 10, 250);
        directory.housekeeping(true);
        fill(log, 1, 4, 250);
        directory.kill();
        reopen();
        fill(log, 1, 4, 250);
        assertThat(unknown(log)).isBetween(1, 4);
        assertThat(check(log)).isEmpty();
        HeaderIntervals intervals = intervals(log, 0);
        assertThat(intervals.isKnown(0)).isTrue();
        assertThat(intervals.isKnown(1)).isTrue();
    }

    @Test
    void anIndexThatWasLostComesBackWithoutThem() throws IOException {
        fill(log, 1, 40, 250);
        directory.closeCleanly(5);
        TestFiles.deleteTree(temp.resolve("data").resolve("index"));
        reopen();
        HeaderIntervals intervals = intervals(log, 0);
        for (int i = 0; i < intervals.count(); i++)
            assertThat(intervals.isKnown(i)).isFalse();
        assertThat(check(log)).isEmpty();
    }

    @Test
    void aTruncationLeavesOnlyTheCutIntervalUnknown() throws IOException {
        fill(log, 1, 40, 250);
        directory.housekeeping(true);
        for (long end : new long[] {37, 31, 14, 5}) {
            log.truncateTo(end);
            assertThat(unknown(log)).isLessThanOrEqualTo(1);
            assertThat(check(log)).isEmpty();
            fill(log, 2, 2, 200);
            assertThat(check(log)).isEmpty();
        }
        directory.housekeeping(true);
        directory.closeCleanly(5);
        reopen();
        assertThat(check(log)).isEmpty();
        assertThat(unknown(log)).isLessThanOrEqualTo(2);
    }
}
