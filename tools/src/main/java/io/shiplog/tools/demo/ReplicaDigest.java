// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The digest of one replica's bytes below an offset: all record batches of its segment files, in order, as they stand on disk.
 * Where one file ends and the next begins does not count, since replicas may roll at different places.
 *
 * <p>A batch begins with base offset (8 bytes), length of what follows these twelve bytes (4), leader epoch (4), magic (1),
 * CRC (4), attributes (2) and last offset delta (4).
 */
record ReplicaDigest(String sha256, long bytes, long endOffset) {
    private static final int PREFIX_BYTES = 12;
    private static final int LAST_OFFSET_DELTA_POSITION = 23;
    private static final int HEADER_BYTES = 61;

    /** Reads the replica in this directory up to the first batch that reaches the offset. */
    static ReplicaDigest of(Path directory, long endOffset) throws IOException {
        MessageDigest digest = sha256Digest();
        long bytes = 0;
        long next = 0;
        for (Path segment : segments(directory)) {
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ)) {
                long position = 0;
                while (next < endOffset && position + HEADER_BYTES <= file.size()) {
                    ByteBuffer header = read(file, position, HEADER_BYTES);
                    int size = PREFIX_BYTES + header.getInt(Long.BYTES);
                    if (size < HEADER_BYTES || position + size > file.size()) {
                        throw new IOException(segment + ": no batch at position " + position);
                    }
                    next = header.getLong(0) + header.getInt(LAST_OFFSET_DELTA_POSITION) + 1;
                    digest.update(read(file, position, size));
                    position += size;
                    bytes += size;
                }
            }
        }
        return new ReplicaDigest(HexFormat.of().formatHex(digest.digest()), bytes, next);
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("short file");
            }
        }
        return bytes.flip();
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
