// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnfinishedInstallTest {
    private static final int PREALLOCATED = 4_096;

    @TempDir
    private Path group;

    private Path current;
    private Path segment;

    /** Entries 5, 6 and 7. */
    @BeforeEach
    void openSegment() throws IOException {
        current = Files.createDirectory(group.resolve("current"));
        segment = current.resolve("log_inprogress_5");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("RaftLog1".getBytes(StandardCharsets.UTF_8));
        for (int index = 5; index <= 7; index++) {
            bytes.writeBytes(TornTailTest.entry(index));
        }
        Files.write(segment, Arrays.copyOf(bytes.toByteArray(), PREALLOCATED));
    }

    private Path snapshot(String directory, long index) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SnapshotFormat.write(bytes, MetadataImage.empty(), 1, index);
        Path file = Files.createDirectories(group.resolve(directory)).resolve("snapshot.1_" + index);
        return Files.write(file, bytes.toByteArray());
    }

    @Test
    void aDirectoryOfSnapshotsThatWasTakenAwayIsPutBack() throws IOException {
        snapshot("sm.tmp20261120-145507_393", 4);
        UnfinishedInstall.settle(current);
        assertThat(group.resolve("sm/snapshot.1_4")).exists();
        assertThat(group.resolve("sm.tmp20261120-145507_393")).doesNotExist();
        assertThat(segment).exists();
    }

    @Test
    void whatWasReplacedAndWhatWasReceivedInPartIsRemoved() throws IOException {
        snapshot("sm", 7);
        snapshot("sm.tmp20261120-145507_393", 4);
        snapshot("tmp/snapshot-9cde0135", 9);
        UnfinishedInstall.settle(current);
        assertThat(group.resolve("sm/snapshot.1_7")).exists();
        assertThat(group.resolve("sm.tmp20261120-145507_393")).doesNotExist();
        assertThat(group.resolve("tmp/snapshot-9cde0135")).doesNotExist();
    }

    @Test
    void anOpenSegmentThatEndsBelowTheSnapshotIsDropped() throws IOException {
        snapshot("sm", 8);
        UnfinishedInstall.settle(current);
        assertThat(segment).doesNotExist();
    }

    @Test
    void anOpenSegmentThatEndsWithTheSnapshotStays() throws IOException {
        snapshot("sm", 7);
        UnfinishedInstall.settle(current);
        assertThat(segment).exists();
    }

    @Test
    void anOpenSegmentStaysWhenTheSnapshotIsDamaged() throws IOException {
        Path snapshot = snapshot("sm", 8);
        byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length - 1] ^= 1;
        Files.write(snapshot, bytes);
        UnfinishedInstall.settle(current);
        assertThat(segment).exists();
    }

    @Test
    void aNewDiskIsNoFault() throws IOException {
        UnfinishedInstall.settle(group.resolve("none/current"));
        assertThat(group.resolve("none")).doesNotExist();
    }
}
