// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The file {@code compaction} of a partition. That it exists says that offsets may be missing between the batches of a segment; it
 * is made before the first such gap can be on the disk, and stays. What it holds is how far the log was cleaned: when that cannot
 * be read, all of the log counts as dirty, which costs time and nothing else.
 *
 * <pre>
 *   version int8 | first dirty offset int64 | CRC-32C int32 of the bytes before
 * </pre>
 */
final class CompactionFile {
    static final String NAME = "compaction";

    private static final byte VERSION = 1;
    private static final int BYTES = 1 + 8 + 4;

    private CompactionFile() {}

    /** The first dirty offset, 0 when it cannot be read. */
    static long read(LogFiles files, Path directory) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(BYTES);
        try (LogFile file = files.open(directory.resolve(NAME))) {
            file.read(b, 0);
        }
        b.flip();
        if (b.limit() < BYTES || b.get(0) != VERSION || b.getInt(9) != crc(b)) return 0;
        return Math.max(0, b.getLong(1));
    }

    /**
     * Creates the file, or changes it; returns when that is on the disk.
     *
     * @throws IOException when it could not be written; nothing is lost, and it may be tried again
     * @throws io.shiplog.storage.model.StorageException when a sync failed: the directory has
     */
    static void write(LogContext context, Path directory, long firstDirtyOffset) throws IOException {
        LogFiles files = context.files();
        Path path = directory.resolve(NAME);
        boolean exists = files.exists(path);
        // One that found no room when it was made may not be on the disk either.
        boolean isNew = !exists || files.size(path) < BYTES;
        ByteBuffer b = ByteBuffer.allocate(BYTES);
        b.put(0, VERSION).putLong(1, firstDirtyOffset).putInt(9, crc(b));
        try (LogFile file = exists ? files.open(path) : files.create(path)) {
            file.write(b, 0);
            sync(context, directory, file, isNew);
        }
    }

    private static void sync(LogContext context, Path directory, LogFile file, boolean isNew) {
        try {
            file.sync();
            if (isNew) context.files().syncDirectory(directory);
        } catch (IOException e) {
            throw context.failure().fail("syncing " + directory.resolve(NAME), e);
        }
    }

    private static int crc(ByteBuffer b) {
        CRC32C crc = new CRC32C();
        crc.update(b.duplicate().position(0).limit(9));
        return (int) crc.getValue();
    }
}
