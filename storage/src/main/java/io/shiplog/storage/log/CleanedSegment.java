// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.compact.BatchSink;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A segment that is being written to take the place of others; see {@link SegmentSwap}. Its file is made with the first batch. */
final class CleanedSegment implements BatchSink {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final LogState state;
    private final Segment first;
    private final Path path;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private LogFile file;
    private Segment segment;
    private long written;

    /** @param first the first of the segments that it replaces */
    CleanedSegment(LogState state, Segment first) {
        this.state = state;
        this.first = first;
        this.path = SegmentSwap.cleaned(state.directory, first.baseOffset);
    }

    @Override
    public void append(ByteBuffer bytes, int at, int size) throws IOException {
        if (file == null) create();
        if (size > buffer.remaining()) writeOut();
        if (size > buffer.capacity()) {
            ByteBuffer whole = bytes.duplicate();
            whole.limit(at + size).position(at);
            file.write(whole, written);
            written += size;
        } else {
            buffer.put(bytes.slice(at, size));
        }
        segment.append(bytes, at, state.settings.indexIntervalBytes(), true);
    }

    /** Brings everything to the disk; the file does not count yet. */
    Segment finish() throws IOException {
        writeOut();
        try {
            file.sync();
            file.close();
        } catch (IOException e) {
            throw state.context.failure().fail("syncing " + path, e);
        }
        segment.firstTimestampMs = first.firstTimestampMs;
        return segment;
    }

    /** Removes what was written. */
    void discard() throws IOException {
        if (file == null) return;
        file.close();
        state.context.files().delete(path);
    }

    private void create() throws IOException {
        LogFiles files = state.context.files();
        files.delete(path);
        file = files.create(path);
        // Opened by its name when it is used first: by then it has that name.
        segment = new Segment(first.baseOffset, state.segmentFile(first.baseOffset, null), first.openedMs);
        segment.entryDurable = true;
    }

    private void writeOut() throws IOException {
        buffer.flip();
        int bytes = buffer.remaining();
        if (bytes > 0) file.write(buffer, written);
        written += bytes;
        buffer.clear();
    }
}
