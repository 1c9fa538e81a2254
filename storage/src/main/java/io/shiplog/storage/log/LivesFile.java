// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code lives} of a data directory: {@link DirectoryLives} on the disk. Two slots in one file, which are written over in turn and synced: a
 * write that tears leaves the other one, and on a disk that has no block left it needs none. One write behind is nothing to fear: whoever wrote
 * in vain never registered.
 *
 * <pre>
 *   a slot, big-endian, 4,096 bytes:
 *    0 magic "SLL1"   int32
 *    4 CRC-32C        int32  of all behind it, to the end of the slot
 *    8 sequence       int64  of the write; an even one is in the first slot
 *   16 life           int64
 *   24 incarnations   int32
 *   28 each of them   16 bytes
 *      broker epoch   int64, behind the last of them; zeros behind it
 * </pre>
 */
final class LivesFile {
    private static final Logger LOG = LoggerFactory.getLogger(LivesFile.class);
    static final String NAME = "lives";
    static final int SLOT_BYTES = 4096;
    private static final int MAGIC = 0x534C4C31;
    private static final int CRC_AT = 4;
    private static final int SEQUENCE_AT = 8;
    private static final int FIXED_BYTES = 28;
    private static final int ID_BYTES = 16;
    private static final int MAX_IDS = (SLOT_BYTES - FIXED_BYTES - Long.BYTES) / ID_BYTES;

    private record Slot(long sequence, DirectoryLives lives) {}

    private LivesFile() {}

    /** What the file says. One that is damaged says nothing: it guards against old disks, and is no reason to give up a good one. */
    static DirectoryLives read(LogFiles files, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (!files.exists(path)) return DirectoryLives.UNKNOWN;
        Slot newest = newest(files, path);
        if (newest != null) return newest.lives;
        LOG.warn("Passed over {}: neither of its slots is whole", path);
        return DirectoryLives.UNKNOWN;
    }

    /** Writes the lives; they are on the disk when this returns. */
    static void write(LogFiles files, Path directory, DirectoryLives lives) throws IOException {
        Path path = directory.resolve(NAME);
        Slot newest = files.exists(path) ? newest(files, path) : null;
        if (newest == null) {
            begin(files, path, lives);
            return;
        }
        long sequence = newest.sequence + 1;
        try (LogFile file = files.open(path)) {
            file.write(encode(sequence, lives), slotOf(sequence) * (long) SLOT_BYTES);
            FailedSync.sync(file);
        }
    }

    /** A new file gets room for both slots: from then on nothing has to be found for them. */
    private static void begin(LogFiles files, Path path, DirectoryLives lives) throws IOException {
        Path next = path.resolveSibling(NAME + ".new");
        files.delete(next);
        try (LogFile file = files.create(next)) {
            file.write(encode(0, lives), 0);
            file.write(ByteBuffer.allocate(SLOT_BYTES), SLOT_BYTES);
            FailedSync.sync(file);
        }
        files.rename(next, path);
        files.syncDirectory(path.getParent());
    }

    private static int slotOf(long sequence) {
        return (int) (sequence & 1);
    }

    private static Slot newest(LogFiles files, Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * SLOT_BYTES);
        try (LogFile file = files.open(path)) {
            file.read(bytes, 0);
        }
        bytes.clear();
        Slot first = decode(bytes, 0);
        Slot second = decode(bytes, 1);
        if (first == null || second == null) return first == null ? second : first;
        return first.sequence > second.sequence ? first : second;
    }

    private static ByteBuffer encode(long sequence, DirectoryLives lives) {
        ByteBuffer b = ByteBuffer.allocate(SLOT_BYTES);
        b.putInt(MAGIC).putInt(0).putLong(sequence).putLong(lives.life());
        b.putInt(lives.incarnations().size());
        for (Uuid id : lives.incarnations()) {
            b.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        b.putLong(lives.brokerEpoch());
        return b.putInt(CRC_AT, crc(b, 0)).clear();
    }

    /** A slot, or null when it is not whole. */
    private static Slot decode(ByteBuffer bytes, int slot) {
        int at = slot * SLOT_BYTES;
        if (bytes.getInt(at) != MAGIC || bytes.getInt(at + CRC_AT) != crc(bytes, at)) return null;
        ByteBuffer b = bytes.duplicate().limit(at + SLOT_BYTES).position(at + SEQUENCE_AT);
        long sequence = b.getLong();
        long life = b.getLong();
        int count = b.getInt();
        if (slotOf(sequence) != slot || count < 0 || count > MAX_IDS) return null;
        List<Uuid> incarnations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) incarnations.add(new Uuid(b.getLong(), b.getLong()));
        return new Slot(sequence, new DirectoryLives(life, incarnations, b.getLong()));
    }

    private static int crc(ByteBuffer bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(at + SLOT_BYTES).position(at + SEQUENCE_AT));
        return (int) crc.getValue();
    }
}
