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
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** A small file of {@code key=value} lines, the last one the CRC-32C of the others; it is replaced as a whole. */
final class ChecksummedText {
    private static final int MAX_BYTES = 16 * 1024;
    private static final String CRC_KEY = "crc32c";

    private ChecksummedText() {}

    /**
     * The values, in the order of the keys; null when there is no such file.
     *
     * @throws StorageException when the file is not whole, or does not have just these keys
     */
    static List<String> read(LogFiles files, Path path, List<String> keys) throws IOException {
        if (!files.exists(path)) return null;
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (LogFile file = files.open(path)) {
            file.read(bytes, 0);
        }
        String text = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
        String[] lines = text.split("\n", -1);
        int crcLine = keys.size();
        if (lines.length != crcLine + 2) throw damaged(path, keys);
        String body = String.join("\n", List.of(lines).subList(0, crcLine)) + "\n";
        if (!lines[crcLine].equals(CRC_KEY + "=" + crc(body))) throw damaged(path, keys);
        List<String> values = new ArrayList<>(crcLine);
        for (int i = 0; i < crcLine; i++) {
            if (!lines[i].startsWith(keys.get(i) + "=")) throw damaged(path, keys);
            values.add(lines[i].substring(keys.get(i).length() + 1));
        }
        return values;
    }

    /** Replaces the file; it is on the disk when this returns. */
    static void write(LogFiles files, Path path, List<String> keys, List<String> values) throws IOException {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < keys.size(); i++) {
            body.append(keys.get(i)).append('=').append(values.get(i)).append('\n');
        }
        String text = body + CRC_KEY + "=" + crc(body.toString()) + "\n";
        Path next = path.resolveSibling(path.getFileName() + ".new");
        files.delete(next);
        try (LogFile file = files.create(next)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        files.rename(next, path);
        files.syncDirectory(path.getParent());
    }

    static StorageException damaged(Path path, List<String> keys) {
        return new StorageException("the file " + path + " is damaged: it must say " + String.join(", ", keys));
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
