// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.HeaderIntervals;
import io.shiplog.storage.index.HeaderWatch;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.scrub.BatchChain;
import java.io.IOException;

/**
 * Checks bytes before they are sent: those that this process has not written, and not checked for a while. A reader gets what is sound and
 * no more; a client that checks CRCs could otherwise take a batch with a wrong base offset for good, since Kafka's CRC leaves that out.
 * What was checked is remembered, so that a range costs once and goes by sendfile like any other. Used under the lock of the log.
 */
final class ColdReads {
    /** A read checks no more than this at a time, so that it does not hold up its loop: the reader gets less, and asks again. */
    private static final int MAX_BYTES_PER_READ = 1 << 20;

    private static final ThreadLocal<BatchChain> CHAIN = ThreadLocal.withInitial(BatchChain::new);
    private static final ThreadLocal<HeaderWatch> HEADERS = ThreadLocal.withInitial(HeaderWatch::new);

    private final LogState state;
    private final LogReader reader;

    /** Results of the last check. */
    private int soundEnd;

    private long soundOffset;

    /** The batch before that; the one that is not sound itself when there is none. */
    private int lastPosition;

    private long lastOffset;

    ColdReads(LogState state, LogReader reader) {
        this.state = state;
        this.reader = reader;
    }

    /** Whether what begins at the position may be sent as it is. */
    boolean isTrusted(Segment segment, int position) {
        if (position < segment.trustedFrom) return false;
        long trustMs = state.context.integrity().readTrustMs();
        if (trustMs == 0) return false;
        boolean active = segment == state.segments.active();
        return active || state.context.clock().nowMs() - segment.sealedMs < trustMs;
    }

    /** How far the last check found sound bytes, from where it began; a batch boundary. */
    int soundEnd() {
        return soundEnd;
    }

    /** The offset there. */
    long soundOffset() {
        return soundOffset;
    }

    /**
     * Checks from one batch boundary to another, or as far as one read may take.
     *
     * @throws io.shiplog.storage.model.DamageException when already the first batch is not sound
     */
    void check(Segment segment, int from, int to) throws IOException {
        CheckedRanges ranges = rangesOf(segment);
        int range = ranges.find(from);
        int known = range < 0 ? from : ranges.end(range);
        if (range >= 0 && known >= to) {
            // All of it is known to be sound; the caller knows the offset at its end.
            soundEnd = to;
            return;
        }
        // Where compaction left gaps the chain of offsets does not tell all: there the CRCs of the headers do, interval
        // by interval.
        boolean gaps = state.gapsBelow > segment.baseOffset;
        if (range >= 0 && !gaps) {
            soundEnd = known;
            soundOffset = ranges.nextOffset(range);
        } else {
            beginAtEntry(segment, known);
        }
        int start = Math.max(soundEnd, from);
        String problem = walk(segment, gaps, from, to);
        if (problem != null
                && !gaps
                && soundEnd < from
                && reader.leadBehind(segment, lastPosition, soundEnd, lastOffset + 1)) {
            // What is wrong lies before the bytes that are wanted, and there is another way to them.
            segment.distrust();
            ranges = rangesOf(segment);
            var unused = state.context.integrity().found(state, segment, problem);
            beginAtEntry(segment, from);
            problem = walk(segment, false, from, to);
        }
        ranges.add(start, soundEnd, soundOffset);
        if (problem == null) return;
        segment.distrust();
        RuntimeException damage = state.context.integrity().found(state, segment, problem);
        if (soundEnd <= from) throw damage;
    }

    /** A chain of batches begins at the last index entry at or before the position. */
    private void beginAtEntry(Segment segment, int position) throws IOException {
        SparseIndex index = reader.wholeIndexOf(segment);
        int entry = index.floorByPosition(position);
        soundEnd = entry < 0 ? 0 : index.position(entry);
        soundOffset = entry < 0 ? segment.baseOffset : segment.baseOffset + index.relativeOffset(entry);
    }

    /** Null, or what is wrong with the batch at {@link #soundEnd}. */
    private String walk(Segment segment, boolean gaps, int from, int to) throws IOException {
        try {
            return gaps ? walkIntervals(segment, from, to) : walkBatches(segment, soundEnd, soundOffset, from, to);
        } catch (IOException e) {
            if (!segment.hasUnreadable) throw e;
            return "bytes that cannot be read (" + e.getMessage() + "), at byte " + soundEnd;
        }
    }

    private String walkBatches(Segment segment, int start, long offset, int from, int to) throws IOException {
        BatchChain chain = CHAIN.get();
        chain.begin(offset, segment.nextOffset, state.gapsBelow, state.epochs::epochAt);
        if (start == 0 && segment == state.segments.first()) chain.firstMayStraddle();
        BatchCursor cursor = BatchCursor.ofThread();
        segment.walk(cursor, start, segment.sizeInBytes);
        lastPosition = soundEnd;
        lastOffset = soundOffset;
        while (soundEnd < to && (soundEnd <= from || soundEnd - from < MAX_BYTES_PER_READ)) {
            if (!cursor.next()) return "no whole batch at byte " + cursor.position();
            String problem = soundEnd < from ? chain.passOver(cursor) : chain.problemOf(cursor);
            if (problem != null) return problem + ", at byte " + cursor.position();
            if (soundEnd < from && cursor.endPosition() > from) return "no batch begins at byte " + from;
            lastPosition = soundEnd;
            lastOffset = cursor.baseOffset();
            soundEnd = (int) cursor.endPosition();
            soundOffset = chain.nextOffset();
        }
        return null;
    }

    /** The same from one index entry on: bytes are sound up to the end of an interval all of whose headers are those that arrived. */
    private String walkIntervals(Segment segment, int from, int to) throws IOException {
        int start = soundEnd;
        int bound = (int) Math.min(to, Math.max(start, from) + (long) MAX_BYTES_PER_READ);
        HeaderIntervals intervals = reader.intervals(segment, start, bound);
        HeaderWatch headers = HEADERS.get();
        headers.begin(intervals);
        BatchChain chain = CHAIN.get();
        chain.begin(soundOffset, segment.nextOffset, state.gapsBelow, state.epochs::epochAt);
        if (start == 0 && segment == state.segments.first()) chain.firstMayStraddle();
        BatchCursor cursor = BatchCursor.ofThread();
        segment.walk(cursor, start, segment.sizeInBytes);
        int interval = 0;
        while (soundEnd < intervals.endPosition()) {
            if (!cursor.next()) return "no whole batch at byte " + cursor.position();
            String problem = cursor.endPosition() <= from ? chain.passOver(cursor) : chain.problemOf(cursor);
            if (problem == null) problem = headers.problemOf(cursor);
            if (problem != null) return problem + ", at byte " + cursor.position();
            if (cursor.endPosition() < endOf(intervals, interval)) continue;
            soundEnd = (int) cursor.endPosition();
            soundOffset = chain.nextOffset();
            interval++;
        }
        return null;
    }

    private static int endOf(HeaderIntervals intervals, int interval) {
        return interval < intervals.count() ? intervals.toPosition(interval) : intervals.endPosition();
    }

    private CheckedRanges rangesOf(Segment segment) {
        CheckedRanges ranges = segment.checked;
        long nowMs = state.context.clock().nowMs();
        if (ranges == null || ranges.isOlderThan(state.context.integrity().readTrustMs(), nowMs)) {
            ranges = new CheckedRanges(nowMs);
            segment.checked = ranges;
        }
        return ranges;
    }
}
