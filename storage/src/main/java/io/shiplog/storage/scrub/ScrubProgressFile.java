// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Keeps the progress of a scrub over a restart. Nothing is synced: what is lost in a power cut is checked once more, and a file that does
 * not have its CRC counts as none.
 *
 * <pre>
 *   0 format            int32   1
 *   4 pass start        int64   ms, wall clock
 *  12 last pass end     int64   ms, wall clock
 *  20 passing           int8    0 or 1
 *  21 segment base      int64
 *  29 length of name    int32   0 to 64
 *  33 name              UTF-8   directory of the partition, empty: none
 *     CRC-32C           int32   of all before it
 * </pre>
 */
final class ScrubProgressFile {
    private static final String NAME = "scrub";
    private static final int FORMAT = 1;
    private static final int FIXED_BYTES = 33;
    private static final int MAX_NAME_BYTES = 64;

    private final LogFiles files;
    private final Path file;
    private final Path draft;

    ScrubProgressFile(LogFiles files, Path directory) {
        this.files = files;
        this.file = directory.resolve(NAME);
        this.draft = directory.resolve(NAME + ".new");
    }

    ScrubProgress load() throws IOException {
        if (!files.exists(file)) {
            return ScrubProgress.NONE;
        }
        ByteBuffer bytes = ByteBuffer.allocate(FIXED_BYTES + MAX_NAME_BYTES + Integer.BYTES);
        try (LogFile opened = files.open(file)) {
            opened.read(bytes, 0);
        }
        ScrubProgress found = decode(bytes.flip());
        return found == null ? ScrubProgress.NONE : found;
    }

    void save(ScrubProgress progress) throws IOException {
        files.delete(draft);
        try (LogFile created = files.create(draft)) {
            created.write(encode(progress), 0);
        }
        files.rename(draft, file);
    }

    private static ByteBuffer encode(ScrubProgress progress) {
        byte[] name = progress.partition() == null
                ? new byte[0]
                : progress.partition().directoryName().getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(FIXED_BYTES + name.length + Integer.BYTES);
        b.putInt(FORMAT).putLong(progress.passStartMs()).putLong(progress.lastPassEndMs());
        b.put((byte) (progress.passing() ? 1 : 0)).putLong(progress.segmentBase());
        b.putInt(name.length).put(name);
        b.putInt(crc(b, b.position()));
        return b.flip();
    }

    /** Null when it is not what was written. */
    private static ScrubProgress decode(ByteBuffer b) {
        if (b.limit() < FIXED_BYTES + Integer.BYTES || b.getInt() != FORMAT) {
            return null;
        }
        long passStartMs = b.getLong();
        long lastPassEndMs = b.getLong();
        boolean passing = b.get() == 1;
        long base = b.getLong();
        int length = b.getInt();
        if (length < 0 || length > MAX_NAME_BYTES || b.remaining() != length + Integer.BYTES) {
            return null;
        }
        byte[] name = new byte[length];
        b.get(name);
        if (b.getInt() != crc(b, FIXED_BYTES + length)) {
            return null;
        }
        PartitionKey partition = length == 0 ? null : PartitionKey.parse(new String(name, StandardCharsets.UTF_8));
        return new ScrubProgress(passStartMs, lastPassEndMs, partition, base, passing);
    }

    private static int crc(ByteBuffer b, int length) {
        CRC32C crc = new CRC32C();
        crc.update(b.duplicate().clear().limit(length));
        return (int) crc.getValue();
    }
}
