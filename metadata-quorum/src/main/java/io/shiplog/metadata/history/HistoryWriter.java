// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.MetadataEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes the lines of applied entries, each {@link Share} into its files. What has a line already is not written again, and where records have
 * none, a line of kind GAP says so in both shares. For one thread.
 *
 * <p>Most records concern one share only, so the end of its lines does not say how far a share is complete. Therefore each line names the end of
 * the other share's lines, which are handed to the system before it: a share that still has these is complete up to that line.
 */
final class HistoryWriter implements Closeable {
    private final Map<Share, Part> parts = new EnumMap<>(Share.class);
    /** That of the last line; what it holds may be in memory still. */
    private Part written;

    private boolean opened;

    /** The lines of one share. */
    private static final class Part {
        final HistoryFiles files;
        /** Offset of the record after that of its last line. */
        long end;
        /** Offset up to which it is complete, gaps that it tells of included. */
        long next;

        Part(HistoryFiles files) {
            this.files = files;
        }
    }

    /** @param maxFileBytes a file of a share that is as long is followed by a new one; {@code maxFiles} stay */
    HistoryWriter(Path directory, int maxFileBytes, int maxFiles) {
        for (Share share : Share.values()) {
            parts.put(share, new Part(new HistoryFiles(directory, share, maxFileBytes, maxFiles)));
        }
    }

    /** Offset of the first record that has no line; of no meaning before the first entry. */
    long next() {
        return Math.min(parts.get(Share.ADMINISTRATIVE).next, parts.get(Share.AUTOMATIC).next);
    }

    /** {@code entry} was applied to {@code before}. After a failure the next entry begins with what the files hold then. */
    void write(MetadataImage before, MetadataEntry entry) throws IOException {
        open();
        long first = before.offset();
        for (Share share : Share.values()) {
            if (first > parts.get(share).next) {
                writeGap(share, first, entry.getDecidedAtMs());
            }
        }
        long end = first + entry.getRecordsCount();
        if (end > next()) {
            HistoryLines.write(before, entry, (share, line) -> {
                Part part = parts.get(share);
                if (line.getOffset() >= part.next) {
                    append(part, line.setOtherEnd(parts.get(share.other()).end));
                }
            });
        }
        for (Part part : parts.values()) {
            part.next = Math.max(part.next, end);
        }
    }

    private void open() throws IOException {
        if (opened) {
            return;
        }
        Map<Share, HistoryLine> last = new EnumMap<>(Share.class);
        for (Map.Entry<Share, Part> each : parts.entrySet()) {
            HistoryLine line = each.getValue().files.open();
            last.put(each.getKey(), line == null ? HistoryLine.getDefaultInstance() : line);
            each.getValue().end = line == null ? 0 : end(line.toBuilder());
        }
        for (Share share : Share.values()) {
            Part part = parts.get(share);
            boolean complete = last.get(share.other()).getOtherEnd() <= part.end;
            part.next = complete ? Math.max(part.end, parts.get(share.other()).end) : part.end;
        }
        opened = true;
    }

    private static long end(HistoryLine.Builder line) {
        return line.getOffset() + Math.max(1, Math.max(line.getMissing(), line.getPartitions()));
    }

    /** When both shares get one, the first one's line promises the second one's. */
    private void writeGap(Share share, long until, long timeMs) throws IOException {
        Part part = parts.get(share);
        Part other = parts.get(share.other());
        append(
                part,
                HistoryLine.newBuilder()
                        .setKind(HistoryLine.Kind.GAP)
                        .setOffset(part.next)
                        .setMissing(until - part.next)
                        .setTimeMs(timeMs)
                        .setOtherEnd(other.next < until ? until : other.end));
        part.next = until;
    }

    private void append(Part part, HistoryLine.Builder line) throws IOException {
        if (written != null && written != part) {
            written.files.flush();
        }
        written = part;
        part.files.write(line.build());
        part.end = end(line);
    }

    /** What was written can be read. */
    void flush() throws IOException {
        if (written != null) {
            written.files.flush();
        }
    }

    /** The next entry opens the files again. */
    @Override
    public void close() throws IOException {
        opened = false;
        written = null;
        try {
            parts.get(Share.ADMINISTRATIVE).files.close();
        } finally {
            parts.get(Share.AUTOMATIC).files.close();
        }
    }
}
