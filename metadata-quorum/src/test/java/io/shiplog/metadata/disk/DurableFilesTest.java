// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
    @TempDir
    private Path dir;

    @AfterEach
    void forgetTheInterrupt() {
        Thread.interrupted();
    }

    @Test
    void anInterruptedThreadStillSyncsADirectoryAndStaysInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        DurableFiles.syncDirectory(dir);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void anInterruptedThreadStillReplacesAFileAndStaysInterrupted() throws IOException {
        Path file = dir.resolve("stamp");
        Thread.currentThread().interrupt();
        DurableFiles.replace(file, new byte[] {1, 2});
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2);
    }

    @Test
    void anInterruptedThreadStillSyncsAFile() throws IOException {
        Path file = Files.createFile(dir.resolve("raft-meta"));
        Thread.currentThread().interrupt();
        DurableFiles.syncFile(file);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aFailedSyncReachesTheCallerAsItself() {
        assertThatThrownBy(() -> DurableFiles.syncFile(dir.resolve("missing"))).isInstanceOf(NoSuchFileException.class);
    }
}
