// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D8: a quorum node never runs with a gap between its snapshot and its log, or within the log. */
class LogGapTest {
    @TempDir
    private Path group;

    private Path current;

    @BeforeEach
    void directories() throws IOException {
        current = Files.createDirectories(group.resolve("current"));
        Files.createDirectories(group.resolve("sm"));
    }

    private void segments(String... names) throws IOException {
        for (String name : names) {
            Files.createFile(current.resolve(name));
        }
    }

    private void snapshot(String name) throws IOException {
        Files.createFile(group.resolve("sm").resolve(name));
    }

    private void assertGap(String from, String to) {
        assertThatThrownBy(() -> LogGap.check(current))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lacks the entries from " + from + " to " + to);
    }

    private void assertWhole() {
        assertThatCode(() -> LogGap.check(current)).doesNotThrowAnyException();
    }

    @Test
    void aNewDiskIsWhole() {
        assertWhole();
        assertThatCode(() -> LogGap.check(group.resolve("missing"))).doesNotThrowAnyException();
    }

    @Test
    void aLogFromItsBeginningIsWhole() throws IOException {
        segments("log_0-9", "log_10-19", "log_inprogress_20");
        assertWhole();
    }

    @Test
    void aLogThatGoesOnAfterItsSnapshotIsWhole() throws IOException {
        segments("log_10-19", "log_inprogress_20");
        snapshot("snapshot.3_9");
        assertWhole();
    }

    @Test
    void aSnapshotWithNoLogIsWhole() throws IOException {
        snapshot("snapshot.3_9");
        assertWhole();
    }

    @Test
    void aReceivedSnapshotMayJumpOverTheOldLog() throws IOException {
        segments("log_0-9", "log_inprogress_51");
        snapshot("snapshot.3_50");
        assertWhole();
    }

    @Test
    void aLogWithoutItsBeginningIsRefused() throws IOException {
        segments("log_10-19", "log_inprogress_20");
        assertGap("0", "9");
    }

    @Test
    void aLogThatBeginsAfterItsSnapshotEndsIsRefused() throws IOException {
        segments("log_10-19", "log_inprogress_20");
        snapshot("snapshot.3_7");
        assertGap("8", "9");
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        segments("log_0-9", "log_20-29", "log_inprogress_30");
        snapshot("snapshot.3_5");
        assertGap("10", "19");
    }

    @Test
    void aDigestAndAHalfWrittenSnapshotAreNoSnapshot() throws IOException {
        segments("log_inprogress_10");
        snapshot("snapshot.3_9.md5");
        snapshot("snapshot.3_9.writing");
        assertGap("0", "9");
    }
}
