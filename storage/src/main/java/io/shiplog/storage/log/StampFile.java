// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/**
 * The {@code stamp} of a data directory: four lines of text, the last one the CRC-32C of the others.
 *
 * <pre>
 *   cluster.id=...
 *   node.id=...
 *   directory.id=...
 *   crc32c=...
 * </pre>
 */
final class StampFile {
    private static final String NAME = "stamp";
    private static final int MAX_BYTES = 4096;

    private StampFile() {}

    /** The stamp, or null when there is none yet. */
    static DirectoryStamp read(LogFiles files, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (!files.exists(path)) return null;
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (LogFile file = files.open(path)) {
            file.read(bytes, 0);
        }
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        String[] lines = text.split("\n", -1);
        if (lines.length != 5) throw damaged(path);
        String body = lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n";
        if (!lines[3].equals("crc32c=" + crc(body))) throw damaged(path);
        return new DirectoryStamp(
                value(lines[0], "cluster.id", path),
                Integer.parseInt(value(lines[1], "node.id", path)),
                Uuid.fromString(value(lines[2], "directory.id", path)));
    }

    static void write(LogFiles files, Path directory, DirectoryStamp stamp) throws IOException {
        String body = "cluster.id=" + stamp.clusterId() + "\nnode.id=" + stamp.nodeId() + "\ndirectory.id="
                + stamp.directoryId() + "\n";
        String text = body + "crc32c=" + crc(body) + "\n";
        Path next = directory.resolve(NAME + ".new");
        files.delete(next);
        try (LogFile file = files.create(next)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        files.rename(next, directory.resolve(NAME));
        files.syncDirectory(directory);
    }

    private static String value(String line, String key, Path path) {
        if (!line.startsWith(key + "=")) throw damaged(path);
        return line.substring(key.length() + 1);
    }

    private static StorageException damaged(Path path) {
        return new StorageException("the stamp " + path + " is damaged: it must say cluster.id, node.id, directory.id");
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
