// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.HeaderWatch;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.BatchChain;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;

/**
 * The scrub of one segment, as long as it was when the scrub began. Reads beside the log's loop, with a reference to the file; what it finds
 * counts only if the log has not been cut and still has the segment.
 */
final class SegmentScrub implements SegmentCheck {
    private final LogState state;
    private final Segment segment;
    private final SegmentFile file;
    private final int size;
    private final long endOffset;
    private final int generation;
    private final LeaderEpochs epochs;
    private final long gapsBelow;
    private final boolean first;
    private final BatchChain chain = new BatchChain();
    /** Told of headers where compaction has left gaps, in which the chain of offsets does not tell all; else null. */
    private HeaderWatch headers;

    private final LogReader reader;
    private long position;
    private boolean sound = true;
    private boolean done;

    private SegmentScrub(LogState state, LogReader reader, Segment segment) {
        this.state = state;
        this.reader = reader;
        this.segment = segment;
        this.file = segment.file;
        this.size = segment.sizeInBytes;
        this.endOffset = segment.nextOffset;
        this.generation = state.truncationGeneration;
        this.epochs = state.epochs.copy();
        this.gapsBelow = state.gapsBelow;
        this.first = segment == state.segments.first();
    }

    /** The scrub of the first segment above the base offset that has, or should have, bytes; null when there is none. */
    static SegmentScrub next(LogState state, LogReader reader, long aboveBase) {
        synchronized (state) {
            if (state.closed) return null;
            for (int i = Math.max(0, state.segments.floorIndex(aboveBase)); i < state.segments.count(); i++) {
                Segment segment = state.segments.get(i);
                boolean something = segment.nextOffset > segment.baseOffset;
                if (segment.baseOffset > aboveBase && something && segment.file.tryRetain()) {
                    return new SegmentScrub(state, reader, segment);
                }
            }
            return null;
        }
    }

    @Override
    public long baseOffset() {
        return segment.baseOffset;
    }

    @Override
    public boolean isSound() {
        return sound;
    }

    @Override
    public void close() {
        file.release();
    }

    @Override
    public long step(long maxBytes) throws IOException {
        if (done) return 0;
        try {
            return position == 0 && isGone() ? 0 : walk(maxBytes);
        } catch (IOException e) {
            end(null, e);
            return 0;
        } catch (NoRoom e) {
            // No descriptor is free: that is nobody's damage, and the next pass comes by again.
            done = true;
            return 0;
        } catch (StorageException e) {
            // The file could not even be opened; the cause says why.
            end(null, e.getCause() instanceof IOException cause ? cause : new IOException(e));
            return 0;
        }
    }

    private long walk(long maxBytes) throws IOException {
        if (position == 0 && !begin()) return 0;
        long start = position;
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(file.open(), position, size);
        while (position < size && position - start < maxBytes) {
            String problem = cursor.next() ? problemOf(cursor) : "no whole batch";
            if (problem != null) {
                end(problem + ", at byte " + cursor.position(), null);
                return position - start;
            }
            position = cursor.endPosition();
        }
        if (position == size && start == size) end(endProblem(), null);
        return position - start;
    }

    /** False when the log has let go of the segment meanwhile. */
    private boolean begin() throws IOException {
        chain.begin(segment.baseOffset, endOffset, gapsBelow, epochs::epochAt);
        if (first) chain.firstMayStraddle();
        if (gapsBelow <= segment.baseOffset) return true;
        synchronized (state) {
            done = state.closed || generation != state.truncationGeneration || !state.segments.holds(segment);
            if (done) return false;
            headers = new HeaderWatch();
            headers.begin(reader.intervals(segment, 0, size));
            return true;
        }
    }

    private String problemOf(BatchCursor cursor) throws IOException {
        String problem = chain.problemOf(cursor);
        return problem != null || headers == null ? problem : headers.problemOf(cursor);
    }

    private String endProblem() {
        boolean gapAtEnd = size > 0 && endOffset <= gapsBelow && chain.nextOffset() < endOffset;
        boolean ends = chain.nextOffset() == endOffset || gapAtEnd;
        return ends ? null : "the last batch ends at offset " + chain.nextOffset() + ", not at " + endOffset;
    }

    /** A file that was deleted, cut or replaced can be read well by who has it open. */
    private boolean isGone() throws IOException {
        LogFiles files = state.context.files();
        String problem = null;
        if (!files.exists(file.path())) problem = "the file is gone";
        else if (files.size(file.path()) < size)
            problem = "the file has " + files.size(file.path()) + " bytes, not " + size;
        if (problem != null) end(problem, null);
        return problem != null;
    }

    private void end(String problem, IOException failure) {
        done = true;
        synchronized (state) {
            if (state.closed || generation != state.truncationGeneration || !state.segments.holds(segment)) return;
            if (problem == null && failure == null) {
                if (segment != state.segments.active())
                    segment.checkedWhole(state.context.clock().nowMs());
                return;
            }
            sound = false;
            segment.distrust();
        }
        // What is thrown elsewhere is told to the listeners here, and that is all.
        if (failure == null) {
            var unused = state.context.integrity().found(state, segment, problem);
        } else {
            var unused = state.context.integrity().unreadable(state, segment, failure);
        }
    }
}
