// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what a power loss tore off the open segment of the Raft log, before Ratis reads it (Ratis refuses to start on it, because a torn write
 * into a preallocated segment looks like damage).
 *
 * <p>Layout of a segment: the header {@code RaftLog1}, then entries: varint length, that many bytes, CRC32C of both (4 bytes, big endian);
 * then zeros. A first bad entry that no good one follows is a torn tail: it was never acknowledged, since the sync did not return, and is
 * cut. A bad entry <em>before</em> good ones is damage of what may have been acknowledged: refused, this disk must be replaced.
 */
final class TornTail {
    private static final Logger LOG = LoggerFactory.getLogger(TornTail.class);
    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.UTF_8);
    private static final int CRC_BYTES = 4;
    /** First byte of every Raft entry: field 1 (term), varint. Spares a checksum at most positions. */
    private static final byte ENTRY_TAG = 0x08;

    private TornTail() {}

    /** Looks at the open segment in {@code current}, if there is one. */
    static void repair(Path current) throws IOException {
        if (!Files.isDirectory(current)) {
            return;
        }
        try (DirectoryStream<Path> open = Files.newDirectoryStream(current, "log_inprogress_*")) {
            for (Path segment : open) {
                repairSegment(segment);
            }
        }
    }

    private static void repairSegment(Path segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        if (!hasHeader(bytes)) {
            // Ratis tells a partly written header (nothing was logged yet) from a foreign file.
            return;
        }
        int end = HEADER.length;
        for (int size = entrySize(bytes, end); size > 0; size = entrySize(bytes, end)) {
            end += size;
        }
        if (isZero(bytes, end)) {
            return;
        }
        int next = nextEntry(bytes, end + 1);
        if (next >= 0) {
            throw new IOException("Raft log " + segment + " is damaged at byte " + end + " and goes on at " + next
                    + ": this disk cannot be trusted, empty it and let the node join again");
        }
        cut(segment, end);
        LOG.warn("cut a torn write off the Raft log {}: {} bytes from {} on", segment, bytes.limit() - end, end);
    }

    /** How many good entries a segment begins with. */
    static int entries(Path segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int count = 0;
        if (hasHeader(bytes)) {
            int end = HEADER.length;
            for (int size = entrySize(bytes, end); size > 0; size = entrySize(bytes, end)) {
                end += size;
                count++;
            }
        }
        return count;
    }

    private static void cut(Path segment, int end) throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.truncate(end);
            channel.force(true);
        }
        DurableFiles.syncDirectory(segment.toAbsolutePath().getParent());
    }

    private static boolean hasHeader(ByteBuffer bytes) {
        return bytes.limit() >= HEADER.length
                && ByteBuffer.wrap(HEADER).equals(bytes.duplicate().limit(HEADER.length));
    }

    private static boolean isZero(ByteBuffer bytes, int from) {
        for (int i = from; i < bytes.limit(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int nextEntry(ByteBuffer bytes, int from) {
        for (int i = from; i < bytes.limit(); i++) {
            if (bytes.get(i) != 0 && entrySize(bytes, i) > 0) {
                return i;
            }
        }
        return -1;
    }

    /** Bytes of the good entry at {@code position}; 0 when there is none. */
    private static int entrySize(ByteBuffer bytes, int position) {
        long length = 0;
        int body = position;
        for (int shift = 0; shift < 28; shift += 7) {
            if (body >= bytes.limit()) {
                return 0;
            }
            byte next = bytes.get(body++);
            length |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                break;
            }
        }
        long end = body + length;
        if (length == 0 || length > RatisProperties.APPENDER_BYTES || end + CRC_BYTES > bytes.limit()) {
            return 0;
        }
        if (bytes.get(body) != ENTRY_TAG) {
            return 0;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(position, (int) end - position));
        return bytes.getInt((int) end) == (int) crc.getValue() ? (int) end + CRC_BYTES - position : 0;
    }
}
