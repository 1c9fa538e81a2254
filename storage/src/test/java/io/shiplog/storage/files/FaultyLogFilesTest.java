// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.FaultyLogFiles.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyLogFilesTest {
    @TempDir
    Path temp;

    private final FaultyLogFiles disk = new FaultyLogFiles(new DiskLogFiles());
    private Path path;
    private LogFile file;

    @BeforeEach
    void create() throws IOException {
        path = temp.resolve("a");
        file = disk.create(path);
        write(0, "0123456789");
    }

    @AfterEach
    void close() throws IOException {
        file.close();
    }

    private void write(long position, String text) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(US_ASCII)), position);
    }

    private String content() throws IOException {
        return Files.readString(path, US_ASCII).replace('\0', '0');
    }

    private void read(long position, int bytes) throws IOException {
        file.read(ByteBuffer.allocate(bytes), position);
    }

    @Test
    void aCallFailsOnceAndIsCounted() throws IOException {
        disk.fail(Call.SYNC, 2, "Input/output error");
        file.sync();
        assertThatThrownBy(file::sync).hasMessage("Input/output error");
        file.sync();
        assertThat(disk.count(Call.SYNC)).isEqualTo(3);
    }

    @Test
    void aFailingWriteLeavesHalfOfIt() {
        disk.fail(Call.WRITE, 1, "Input/output error");
        assertThatThrownBy(() -> write(10, "abcd")).hasMessage("Input/output error");
        assertThat(path).hasContent("0123456789ab");
    }

    @Test
    void aWriteThatDoesNotFitWritesWhatFits() throws IOException {
        disk.limitFreeBytes(3);
        assertThatThrownBy(() -> write(10, "abcd")).hasMessage("No space left on device");
        assertThat(content()).isEqualTo("0123456789abc");
        assertThatThrownBy(() -> write(13, "d")).hasMessage("No space left on device");
        assertThatThrownBy(() -> disk.create(temp.resolve("b"))).hasMessage("No space left on device");
        assertThatThrownBy(() -> disk.createDirectory(temp.resolve("d"))).hasMessage("No space left on device");
    }

    @Test
    void whatIsOverwrittenNeedsNoRoom() throws IOException {
        disk.limitFreeBytes(0);
        write(8, "XY");
        assertThat(content()).isEqualTo("01234567XY");
    }

    @Test
    void cutsAndDeletionsMakeRoom() throws IOException {
        disk.limitFreeBytes(0);
        file.truncate(6);
        assertThat(disk.freeBytes()).isEqualTo(4);
        disk.delete(path);
        assertThat(disk.freeBytes()).isEqualTo(10);
        try (LogFile other = disk.create(temp.resolve("b"))) {
            other.write(ByteBuffer.wrap(new byte[10]), 0);
        }
        assertThat(disk.freeBytes()).isZero();
    }

    @Test
    void anUnreadableAreaFailsUntilItIsWrittenAgain() throws IOException {
        disk.makeUnreadable(path, 4, 6);
        read(0, 4);
        read(6, 4);
        assertThatThrownBy(() -> read(0, 5)).hasMessage("Input/output error");
        assertThatThrownBy(() -> read(5, 1)).hasMessage("Input/output error");
        write(4, "z");
        assertThatThrownBy(() -> read(5, 1)).hasMessage("Input/output error");
        write(3, "zzz");
        read(0, 10);
    }

    @Test
    void aFlippedBitIsSeenByEveryReader() throws IOException {
        disk.flip(path, 2, 1);
        assertThat(content()).isEqualTo("0133456789");
        assertThatThrownBy(() -> disk.flip(path, 10, 1)).hasMessageContaining("has no byte 10");
    }

    @Test
    void aLostWriteSaysThatItHappened() throws IOException {
        disk.loseNextWrite();
        write(0, "lost");
        write(4, "kept");
        assertThat(content()).isEqualTo("0123kept89");
    }

    @Test
    void aMisdirectedWriteGoesElsewhere() throws IOException {
        disk.misdirectNextWrite(5);
        write(0, "ab");
        write(2, "cd");
        assertThat(content()).isEqualTo("01cd4ab789");
    }
}
