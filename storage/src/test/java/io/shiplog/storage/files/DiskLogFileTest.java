// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskLogFileTest {
    @TempDir
    Path temp;

    private final LogFiles files = new DiskLogFiles();
    private Path path;
    private LogFile file;

    @BeforeEach
    void create() throws IOException {
        path = temp.resolve("f");
        file = files.create(path);
        file.write(bytes("before"), 0);
    }

    @AfterEach
    void close() throws IOException {
        assertThat(Thread.interrupted()).as("left over").isFalse();
        file.close();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private String content() throws IOException {
        ByteBuffer read = ByteBuffer.allocate(100);
        file.read(read, 0);
        return StandardCharsets.UTF_8.decode(read.flip()).toString();
    }

    /** On a file system that can, past the page cache; on one that cannot, as ever. */
    @Test
    void uncachedReadsGetWhatWasWritten() throws IOException {
        byte[] written = new byte[700_001];
        new java.util.Random(7).nextBytes(written);
        file.write(ByteBuffer.wrap(written), 0);
        try (LogFile uncached = files.openUncached(path)) {
            for (int[] part : new int[][] {
                {0, 10}, {1, 4_096}, {4_095, 2}, {511, 600_000}, {699_990, 100}, {700_001, 5}, {900_000, 5}
            }) {
                ByteBuffer read = ByteBuffer.allocate(part[1]);
                int expected = Math.max(0, Math.min(part[1], written.length - part[0]));
                assertThat(uncached.read(read, part[0])).isEqualTo(expected);
                assertThat(java.util.Arrays.copyOf(read.array(), expected))
                        .isEqualTo(java.util.Arrays.copyOfRange(
                                written,
                                Math.min(part[0], written.length),
                                Math.min(part[0], written.length) + expected));
            }
            assertThat(uncached.size()).isEqualTo(written.length);
        }
    }

    @Test
    void anInterruptWaitsUntilTheCallIsOver() throws IOException {
        Thread.currentThread().interrupt();
        file.write(bytes("-more"), 6);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(content()).isEqualTo("before-more");
        assertThat(file.size()).isEqualTo(11);
        file.sync();
        file.truncate(6);
        assertThat(Thread.interrupted()).as("is told afterwards").isTrue();
        assertThat(content()).isEqualTo("before");
        assertThat(file.channel().isOpen()).isTrue();
    }

    @Test
    void aChannelThatSomebodysInterruptClosedIsOpenedAgain() throws IOException {
        file.channel().close();
        assertThat(content()).isEqualTo("before");
        file.channel().close();
        file.write(bytes("-more"), 6);
        file.channel().close();
        file.sync();
        assertThat(file.channel().isOpen()).isTrue();
        assertThat(content()).isEqualTo("before-more");
    }

    @Test
    void anotherFileOfThatNameIsNotTakenForIt() throws IOException {
        Files.move(path, temp.resolve("aside"));
        Files.writeString(path, "another");
        file.channel().close();
        assertThatThrownBy(this::content).isInstanceOf(IOException.class).hasMessageContaining("another file");
    }

    @Test
    void aFileThatWasClosedStaysClosed() throws IOException {
        file.close();
        assertThatThrownBy(this::content).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void whatIsLargerThanAPieceIsWrittenWhole() throws IOException {
        int size = 3 * DiskLogFile.PIECE_BYTES + 5;
        for (ByteBuffer large : new ByteBuffer[] {ByteBuffer.allocate(size + 7), ByteBuffer.allocateDirect(size + 7)}) {
            for (int at = 0; at < large.limit(); at++) large.put(at, (byte) (at % 251));
            large.limit(size + 3).position(3);
            ByteBuffer expected = large.slice();
            file.write(large, 6);
            assertThat(large.position()).isEqualTo(size + 3);
            assertThat(large.limit()).isEqualTo(size + 3);
            ByteBuffer read = ByteBuffer.allocate(size + 1);
            assertThat(file.read(read, 6)).isEqualTo(size);
            assertThat(read.flip()).isEqualTo(expected);
            file.truncate(6);
        }
    }
}
