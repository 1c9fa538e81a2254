// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.marks.MarksFile.Condition;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarksFileTest {
    private static final PartitionKey KEY = new PartitionKey(Uuid.randomUuid(), 3);

    @TempDir
    Path temp;

    private MarksFile open() throws IOException {
        return MarksFile.open(new DiskLogFiles(), temp);
    }

    private void write(long flushed, long clean) throws IOException {
        try (MarksFile marks = open()) {
            marks.put(KEY, new PartitionMarks(flushed, 1, 2));
            marks.setClean(clean);
            marks.write();
        }
    }

    private Path newestSlot() throws IOException {
        Path first = temp.resolve("marks-0");
        Path second = temp.resolve("marks-1");
        long a = java.nio.ByteBuffer.wrap(Files.readAllBytes(first)).getLong(12);
        long b = java.nio.ByteBuffer.wrap(Files.readAllBytes(second)).getLong(12);
        return a > b ? first : second;
    }

    private static void tear(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void newDirectoryIsFresh() throws IOException {
        try (MarksFile marks = open()) {
            assertThat(marks.condition()).isEqualTo(Condition.FRESH);
            assertThat(marks.get(KEY)).isNull();
            assertThat(marks.cleanBrokerEpoch()).isEqualTo(-1);
        }
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        write(10, 77);
        write(11, 78);
        try (MarksFile marks = open()) {
            assertThat(marks.condition()).isEqualTo(Condition.SOUND);
            assertThat(marks.get(KEY)).isEqualTo(new PartitionMarks(11, 1, 2));
            assertThat(marks.cleanBrokerEpoch()).isEqualTo(78);
        }
    }

    @Test
    void tornSlotFallsBackToTheOtherButNotToItsCleanMark() throws IOException {
        write(10, 77);
        write(11, 78);
        tear(newestSlot());
        try (MarksFile marks = open()) {
            assertThat(marks.condition()).isEqualTo(Condition.ONE_SLOT);
            assertThat(marks.get(KEY).flushedOffset()).isEqualTo(10);
            assertThat(marks.cleanBrokerEpoch()).isEqualTo(-1);
        }
        try (MarksFile marks = open()) {
            assertThat(marks.condition()).isEqualTo(Condition.SOUND);
            assertThat(marks.cleanBrokerEpoch()).isEqualTo(-1);
        }
    }

    @Test
    void bothSlotsTornAreLost() throws IOException {
        write(10, 77);
        tear(temp.resolve("marks-0"));
        tear(temp.resolve("marks-1"));
        try (MarksFile marks = open()) {
            assertThat(marks.condition()).isEqualTo(Condition.LOST);
            assertThat(marks.get(KEY)).isNull();
        }
    }

    @Test
    void removedPartitionIsGoneAndTheFileShrinks() throws IOException {
        write(10, -1);
        try (MarksFile marks = open()) {
            marks.remove(KEY);
            marks.writeBothSlots();
        }
        assertThat(Files.size(newestSlot())).isEqualTo(MarksCodec.sizeOf(0) + MarksCodec.roomFor(0));
        try (MarksFile marks = open()) {
            assertThat(marks.all()).isEmpty();
        }
    }

    @Test
    void aMarkMustBeLoweredOnlyWhenItMayBeOnTheDisk() throws IOException {
        try (MarksFile marks = open()) {
            marks.put(KEY, new PartitionMarks(10, 0, 0));
            assertThat(marks.mustBeLowered(KEY, 5)).isFalse();
            marks.write();
            assertThat(marks.mustBeLowered(KEY, 10)).isFalse();
            assertThat(marks.mustBeLowered(KEY, 9)).isTrue();
            marks.put(KEY, new PartitionMarks(5, 0, 0));
            assertThat(marks.mustBeLowered(KEY, 9)).isTrue();
            marks.write();
            assertThat(marks.mustBeLowered(KEY, 9)).isFalse();
        }
    }

    @Test
    void anyDamagedByteIsNoticed() throws IOException {
        write(10, 77);
        Path slot = newestSlot();
        byte[] sound = Files.readAllBytes(slot);
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 0x10;
            assertThat(MarksCodec.decode(java.nio.ByteBuffer.wrap(damaged)))
                    .as("byte " + i)
                    .isNull();
        }
        for (int size = 0; size < sound.length; size++) {
            assertThat(MarksCodec.decode(java.nio.ByteBuffer.wrap(java.util.Arrays.copyOf(sound, size))))
                    .isNull();
        }
    }

    /** By what is read files are deleted: a power loss after that must not bring back what was there before. */
    @Test
    void whatADeadProcessWroteAndDidNotSyncIsOnTheDiskOnceItWasRead() throws IOException {
        CrashableLogFiles disk = new CrashableLogFiles(temp);
        MarksFile dying = MarksFile.open(disk, temp);
        dying.put(KEY, new PartitionMarks(10, 1, 2));
        dying.writeBothSlots();
        dying.put(KEY, new PartitionMarks(10, 7, 8));
        disk.powerOffAfter(1);
        assertThatThrownBy(dying::write).isInstanceOf(IOException.class);
        dying.close();
        disk.processDied();
        try (MarksFile marks = MarksFile.open(disk, temp)) {
            assertThat(marks.get(KEY)).isEqualTo(new PartitionMarks(10, 7, 8));
        }
        disk.restore(Survivors.nothing());
        try (MarksFile marks = MarksFile.open(disk, temp)) {
            assertThat(marks.get(KEY)).isEqualTo(new PartitionMarks(10, 7, 8));
        }
    }
}
