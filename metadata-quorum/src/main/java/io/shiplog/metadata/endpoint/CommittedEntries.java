// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The last committed entries, for readers that follow closely. Bounded by bytes and count: who falls behind reads a snapshot. Written by the
 * apply thread, read by the endpoint's thread.
 *
 * <p>Kept as bytes: the objects of an entry take eight times the memory, and every reader is sent the same bytes.
 */
public final class CommittedEntries {
    private record Kept(ByteString entry, long startOffset) {}

    private final long maxBytes;
    private final int maxEntries;
    private final ArrayDeque<Kept> entries = new ArrayDeque<>();
    private long bytes;
    private long startOffset;
    private long endOffset;

    /** At most so many bytes (as encoded) and entries; the newest one stays whatever its size. */
    public CommittedEntries(long maxBytes, int maxEntries) {
        this.maxBytes = maxBytes;
        this.maxEntries = maxEntries;
    }

    /** What a reader gets. */
    public enum Kind {
        /** Some entries, from the reader's offset on. */
        ENTRIES,
        /** Nothing new: the reader has everything, or more than this node has yet. */
        NOTHING_NEW,
        /** The reader's offset is before what is kept (or between entries): it needs a snapshot. */
        BEHIND
    }

    /** The answer to a reader: encoded entries; {@code endOffset} is what this node has applied. */
    public record Slice(Kind kind, List<ByteString> entries, long endOffset) {}

    /** Forgets everything: the image was replaced by one of this offset. */
    public synchronized void reset(long offset) {
        entries.clear();
        bytes = 0;
        startOffset = offset;
        endOffset = offset;
    }

    /** An entry, as encoded, was applied; ones without records are nothing to a reader. */
    public synchronized void append(ByteString entry, long offsetAfter) {
        if (offsetAfter == endOffset) {
            return;
        }
        entries.addLast(new Kept(entry, endOffset));
        bytes += entry.size();
        endOffset = offsetAfter;
        while (entries.size() > 1 && (bytes > maxBytes || entries.size() > maxEntries)) {
            bytes -= entries.removeFirst().entry().size();
        }
        startOffset = entries.getFirst().startOffset();
    }

    /** Metadata offset up to which this node has applied. */
    public synchronized long endOffset() {
        return endOffset;
    }

    /** Entries from {@code nextOffset} on: as many as fit into {@code maxSliceBytes}, but one at least. */
    public synchronized Slice read(long nextOffset, int maxSliceBytes) {
        if (nextOffset >= endOffset) {
            return new Slice(Kind.NOTHING_NEW, List.of(), endOffset);
        }
        if (nextOffset < startOffset) {
            return new Slice(Kind.BEHIND, List.of(), endOffset);
        }
        List<ByteString> slice = new ArrayList<>();
        long sliceBytes = 0;
        // Readers follow closely, so the way from the end is the short one.
        int behind = 0;
        for (Iterator<Kept> newestFirst = entries.descendingIterator(); newestFirst.hasNext(); ) {
            behind++;
            if (newestFirst.next().startOffset() <= nextOffset) {
                break;
            }
        }
        int skip = entries.size() - behind;
        for (Kept kept : entries) {
            if (skip-- > 0) {
                continue;
            }
            if (slice.isEmpty() && kept.startOffset() != nextOffset) {
                return new Slice(Kind.BEHIND, List.of(), endOffset);
            }
            if (!slice.isEmpty() && sliceBytes + kept.entry().size() > maxSliceBytes) {
                break;
            }
            slice.add(kept.entry());
            sliceBytes += kept.entry().size();
        }
        return new Slice(Kind.ENTRIES, slice, endOffset);
    }
}
