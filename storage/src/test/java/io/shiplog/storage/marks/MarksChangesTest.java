// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.marks.MarksFile.Condition;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a write of few changes adds to a slot that holds many partitions. */
class MarksChangesTest {
    private static final Uuid TOPIC = new Uuid(3, 4);
    private static final int PARTITIONS = 40;

    @TempDir
    Path temp;

    private final FaultyLogFiles files = new FaultyLogFiles(new DiskLogFiles());
    private Path directory;
    private MarksFile marks;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createDirectory(temp.resolve("data"));
        marks = MarksFile.open(files, directory);
        for (int i = 0; i < PARTITIONS; i++) put(i, 100);
        marks.writeBothSlots();
    }

    private static PartitionKey key(int partition) {
        return new PartitionKey(TOPIC, partition);
    }

    private void put(int partition, long flushed) {
        marks.put(key(partition), new PartitionMarks(flushed, 1, 2));
    }

    /** As another process finds it; beside the one that is open. */
    private static Map<PartitionKey, PartitionMarks> read(Path from, Condition expected) throws IOException {
        try (MarksFile other = MarksFile.open(new DiskLogFiles(), from)) {
            assertThat(other.condition()).isEqualTo(expected);
            return other.all();
        }
    }

    private byte[] slot(int i) throws IOException {
        return Files.readAllBytes(directory.resolve("marks-" + i));
    }

    private int newest() throws IOException {
        long first = MarksCodec.decode(ByteBuffer.wrap(slot(0))).sequence();
        long second = MarksCodec.decode(ByteBuffer.wrap(slot(1))).sequence();
        assertThat(Math.abs(first - second)).as("the slots are written in turn").isEqualTo(1);
        return first > second ? 0 : 1;
    }

    private static byte[] whole(byte[] slot) {
        return Arrays.copyOf(slot, MarksCodec.sizeOf(PARTITIONS));
    }

    @Test
    void fewChangesLeaveTheRestOfTheSlotAlone() throws IOException {
        byte[] first = whole(slot(0));
        byte[] second = whole(slot(1));
        for (int i = 0; i < 6; i++) {
            put(3, 200 + i);
            marks.write();
            assertThat(read(directory, Condition.SOUND).get(key(3)).flushedOffset())
                    .isEqualTo(200 + i);
        }
        assertThat(whole(slot(0))).isEqualTo(first);
        assertThat(whole(slot(1))).isEqualTo(second);
    }

    @Test
    void theOlderSlotIsOneWriteBehindAndNoMore() throws IOException {
        for (int i = 0; i < 60; i++) {
            put(i % PARTITIONS, 200 + i);
            if (i % 7 == 0) put((i + 1) % PARTITIONS, 200 + i);
            Map<PartitionKey, PartitionMarks> before = read(directory, Condition.SOUND);
            marks.write();
            Path copy = Files.createDirectory(temp.resolve("copy-" + i));
            int newest = newest();
            Files.write(copy.resolve("marks-" + (1 - newest)), slot(1 - newest));
            Files.write(copy.resolve("marks-" + newest), new byte[] {1});
            assertThat(read(copy, Condition.ONE_SLOT)).as("write " + i).isEqualTo(before);
        }
    }

    @Test
    void whatIsReadIsWhatWasWrittenWhateverChanges() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            for (int n = random.nextInt(1 + random.nextInt(30)); n >= 0; n--) {
                int partition = random.nextInt(2 * PARTITIONS);
                if (random.nextInt(4) == 0) marks.remove(key(partition));
                else put(partition, random.nextInt(3));
            }
            if (random.nextInt(50) == 0) marks.setClean(i);
            marks.write();
            assertThat(read(directory, Condition.SOUND)).as("write " + i).isEqualTo(marks.all());
        }
    }

    @Test
    void anyDamagedByteOfASlotWithChangesIsNoticed() throws IOException {
        put(1, 300);
        marks.remove(key(2));
        marks.write();
        put(1, 301);
        marks.write();
        put(5, 302);
        marks.write();
        byte[] sound = slot(newest());
        assertThat(MarksCodec.decode(ByteBuffer.wrap(sound))).isNotNull();
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 0x10;
            assertThat(MarksCodec.decode(ByteBuffer.wrap(damaged)))
                    .as("byte " + i)
                    .isNull();
        }
        for (int size = 0; size < sound.length; size++) {
            assertThat(MarksCodec.decode(ByteBuffer.wrap(Arrays.copyOf(sound, size))))
                    .as("size " + size)
                    .isNull();
        }
    }

    @Test
    void tornChangesLeaveTheOtherSlotAndItsMarks() throws IOException {
        put(1, 300);
        marks.write();
        put(1, 301);
        marks.write();
        int newest = newest();
        byte[] sound = slot(newest);
        int last = sound.length - 1;
        while (sound[last] == 0) last--;
        sound[last] = 0;
        Files.write(directory.resolve("marks-" + newest), sound);
        assertThat(read(directory, Condition.ONE_SLOT).get(key(1)).flushedOffset())
                .isEqualTo(300);
        assertThat(read(directory, Condition.SOUND).get(key(1)).flushedOffset()).isEqualTo(300);
    }

    @Test
    void changesThatAnOlderUseOfTheFileLeftAreNotRead() throws IOException {
        put(1, 300);
        marks.write();
        int changed = newest();
        byte[] old = slot(changed);
        marks.writeBothSlots();
        byte[] anew = slot(changed);
        System.arraycopy(anew, 0, old, 0, MarksCodec.sizeOf(PARTITIONS));
        assertThat(MarksCodec.decode(ByteBuffer.wrap(anew))).isNotNull();
        assertThat(MarksCodec.decode(ByteBuffer.wrap(old))).isNull();
    }

    @Test
    void aWriteThatFailsIsDoneAnewInTheSameSlot() throws IOException {
        put(1, 300);
        marks.write();
        byte[] good = slot(newest());
        int other = 1 - newest();
        put(1, 50);
        files.fail(Call.WRITE, 1, "No space left on device");
        assertThatThrownBy(marks::write).isInstanceOf(IOException.class);
        assertThat(slot(1 - other)).isEqualTo(good);
        assertThat(marks.mustBeLowered(key(1), 200))
                .as("300 is what the disk may hold")
                .isTrue();
        files.fail(Call.WRITE, 1, "No space left on device");
        assertThatThrownBy(marks::write).isInstanceOf(IOException.class);
        assertThat(slot(1 - other)).as("the slot that can be read").isEqualTo(good);
        marks.write();
        assertThat(read(directory, Condition.SOUND).get(key(1)).flushedOffset()).isEqualTo(50);
        assertThat(marks.mustBeLowered(key(1), 200)).isFalse();
    }

    @Test
    void changesAreCountedUntilTheyAreWritten() throws IOException {
        assertThat(marks.changes()).isZero();
        put(1, 100);
        assertThat(marks.changes()).as("the same as before").isZero();
        put(1, 101);
        put(2, 101);
        assertThat(marks.changes()).isEqualTo(2);
        marks.write();
        assertThat(marks.changes()).isZero();
        put(3, 101);
        assertThat(marks.changes()).as("what the other slot lacks, too").isEqualTo(3);
    }

    @Test
    void aSlotOfEverythingHoldsWhatAMapHolds() {
        Map<PartitionKey, PartitionMarks> expected = new HashMap<>();
        ByteBuffer b = MarksCodec.begin(9, 77, 2);
        for (int i = 0; i < 2; i++) {
            MarksCodec.putMarks(b, key(i), i, i + 1, i + 2);
            expected.put(key(i), new PartitionMarks(i, i + 1, i + 2));
        }
        MarksCodec.Slot slot = MarksCodec.decode(MarksCodec.seal(b));
        Map<PartitionKey, PartitionMarks> found = new HashMap<>();
        slot.forEach(found::put);
        assertThat(found).isEqualTo(expected);
        assertThat(slot.cleanBrokerEpoch()).isEqualTo(77);
        assertThat(slot.sequence()).isEqualTo(9);
    }
}
