// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What recovery does not find in a log although it was on the disk. The rest of the log stays in use, and the offsets of a hole are somebody's
 * to be asked for: they belong to a segment that has no sound bytes for them, so that reading them is damage like any other, whoever
 * finds it. Nothing is cut. Used by the one thread that recovers the log.
 */
final class LogHoles {
    /** @param cause why bytes cannot be read; null when they were read and are not sound */
    private record Hole(Segment segment, String reason, IOException cause) {}

    private final LogState state;
    private final List<Hole> holes = new ArrayList<>(0);

    /** Of the last segment no offset is known behind the last sound batch, although there are bytes. */
    private boolean open;

    private boolean filesAdded;

    /** Where the next search in this segment begins at the earliest, so that each gets further than the one before. */
    private Segment searched;

    private long searchedTo;

    LogHoles(LogState state) {
        this.state = state;
    }

    boolean isEmpty() {
        return holes.isEmpty();
    }

    /** Whether the last segment ends in bytes of which nobody knows the offsets. */
    boolean isOpen() {
        return open;
    }

    /** Whether files were added to the directory of the partition. */
    boolean hasAddedFiles() {
        return filesAdded;
    }

    /** What was found first, in words. */
    String reason() {
        return holes.get(0).reason();
    }

    /** One for each segment: who repairs it takes the segment whole. */
    void add(Segment segment, String reason, IOException cause) {
        if (holes.isEmpty() || holes.get(holes.size() - 1).segment() != segment) {
            holes.add(new Hole(segment, reason, cause));
        }
    }

    /** The segments so far end at one offset, and the next one begins at another: what lies between is nowhere. */
    void bridge(long from, long to) throws IOException {
        Segment last = state.segments.isEmpty() ? null : state.segments.active();
        boolean extended = last != null && (open || to < from || last.baseOffset == from);
        if (!extended) last = addSegment(from);
        if (!open) {
            String what = to < from
                    ? "the batches end at " + from + " and the next segment begins at " + to
                    : "no segment holds offset " + from;
            add(last, what, null);
        }
        last.nextOffset = to;
        open = false;
    }

    /**
     * Behind the last sound batch of the last segment come bytes that are none. Goes to where batches begin again; false when they do not, and
     * the hole reaches to the end of the file.
     *
     * @param sound where the last sound batch begins, -1 when there is none: if its length was wrong, they begin within what seemed to be it
     * @param wrong where a batch begins that has its CRC and does not belong there; -1 when there is none
     */
    boolean pass(Segment segment, HoleEnd end, long size, long sound, long wrong) {
        // A search among recent batches must not lead across the hole.
        state.recent.clear();
        if (searched != segment) searchedTo = 0;
        searched = segment;
        long from = Math.max(sound + 1, searchedTo);
        // An epoch that falls is wrong itself, unless everything behind it falls as well: then the one before it was.
        boolean found = end.find(from, wrong, segment.nextOffset, state.epochs.latest())
                || end.find(from, wrong, segment.nextOffset, 0);
        if (!found) {
            segment.sizeInBytes = (int) size;
            open = true;
            return false;
        }
        searchedTo = end.position() + 1;
        forgetEpochsAbove(end.leaderEpoch(), end.offset());
        segment.lastLeaderEpoch = end.leaderEpoch();
        segment.sizeInBytes = (int) end.position();
        segment.nextOffset = end.offset();
        // Who looks for what lies behind the hole must not begin before it.
        segment.index.add((int) (end.offset() - segment.baseOffset), segment.sizeInBytes, segment.maxTimestampMs);
        return true;
    }

    /** Epochs do not fall: what stands before the hole was wrong, when what stands behind it is a whole chain. */
    private void forgetEpochsAbove(int epoch, long offset) {
        if (state.epochs.latest() <= epoch) return;
        long end = state.epochs.endOffsetFor(epoch, offset).endOffset();
        state.epochs.truncateFromEnd(Math.max(0, end));
    }

    /** All segments were looked at: whether the log ends in a hole. Then what was above the mark may have gone the same way. */
    boolean isAtEnd(long mark) {
        return open || state.segments.active().nextOffset < mark;
    }

    /** Everything below the mark was on the disk: what is not there is a hole, and the log goes on behind it. */
    void end(long mark) throws IOException {
        if (!isAtEnd(mark)) return;
        Segment last = state.segments.active();
        long to = Math.max(last.nextOffset, mark);
        if (open) {
            to = Math.max(to, last.baseOffset + 1);
            last.nextOffset = to;
            open = false;
        } else {
            bridge(last.nextOffset, to);
        }
        var unused = addSegment(to);
    }

    private Segment addSegment(long baseOffset) throws IOException {
        filesAdded = true;
        return state.addSegment(baseOffset);
    }

    /** Tells those who listen for damages of this directory. */
    void report() {
        for (Hole hole : holes) {
            // What is thrown where somebody reads is told to the listeners here, and that is all.
            if (hole.cause() == null) {
                var unused = state.context.integrity().found(state, hole.segment(), hole.reason());
            } else {
                var unused = state.context.integrity().unreadable(state, hole.segment(), hole.cause());
            }
        }
    }
}
