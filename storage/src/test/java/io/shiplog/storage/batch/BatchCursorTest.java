// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that end before the cursor was told. */
class BatchCursorTest {
    private static final int SIZE = 200_000;

    @TempDir
    Path temp;

    private LogFile fileWithABatch() throws IOException {
        LogFile file = new DiskLogFiles().create(temp.resolve("segment"));
        file.write(TestBatches.stored(7, 3, "x".repeat(SIZE)), 0);
        return file;
    }

    /** In the first window, at its end, and behind it. */
    @ParameterizedTest
    @ValueSource(ints = {RecordBatchHeader.SIZE, 100, 65_535, 65_536, 65_537, 150_000})
    void theHeaderStaysReadableWhenTheFileWasCutBehindIt(int left) throws IOException {
        try (LogFile file = fileWithABatch()) {
            long size = file.size();
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(file, 0, size);
            file.truncate(left);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.crcMatches()).isFalse();
            assertThat(cursor.baseOffset()).isEqualTo(7);
            assertThat(cursor.leaderEpoch()).isEqualTo(3);
            assertThat(cursor.endPosition()).isEqualTo(size);
        }
    }

    @Test
    void aHeaderThatIsGoneMeanwhileIsAFailedRead() throws IOException {
        try (LogFile file = fileWithABatch()) {
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(file, 0, file.size());
            assertThat(cursor.next()).isTrue();
            file.truncate(10);
            assertThatThrownBy(cursor::crcMatches).isInstanceOf(EOFException.class);
        }
    }
}
