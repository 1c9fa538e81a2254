// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * The last committed entries, for readers that follow closely. Bounded by bytes and count: who falls behind reads a snapshot. Written by the
 * apply thread, read by the endpoint's thread.
 *
 * <p>Kept as bytes: the objects of an entry take eight times the memory, and every reader is sent the same bytes.
 */
public final class CommittedEntries {
    private static final int FIRST_CAPACITY = 64;

    private record Kept(ByteString entry, long startOffset) {}

    private final long maxBytes;
    private final int maxEntries;

    /** The entries, oldest first, from {@code head} on and around the end; its length is a power of two. */
    private Kept[] ring = new Kept[FIRST_CAPACITY];

    private int head;
    private int count;
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
        ring = new Kept[FIRST_CAPACITY];
        head = 0;
        count = 0;
        bytes = 0;
        startOffset = offset;
        endOffset = offset;
    }

    /** An entry, as encoded, was applied; ones without records are nothing to a reader. */
    public synchronized void append(ByteString entry, long offsetAfter) {
        if (offsetAfter == endOffset) {
            return;
        }
        addLast(new Kept(entry, endOffset));
        bytes += entry.size();
        endOffset = offsetAfter;
        while (count > 1 && (bytes > maxBytes || count > maxEntries)) {
            bytes -= removeFirst().entry().size();
        }
        startOffset = at(0).startOffset();
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
        int first = indexOf(nextOffset);
        if (first < 0) {
            return new Slice(Kind.BEHIND, List.of(), endOffset);
        }
        List<ByteString> slice = new ArrayList<>();
        long sliceBytes = 0;
        for (int i = first; i < count; i++) {
            ByteString entry = at(i).entry();
            if (i > first && sliceBytes + entry.size() > maxSliceBytes) {
                break;
            }
            slice.add(entry);
            sliceBytes += entry.size();
        }
        return new Slice(Kind.ENTRIES, slice, endOffset);
    }

    /** Which entry begins at the offset, negative when none does. By halves: every reader asks after every round, and much is kept. */
    private int indexOf(long offset) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long start = at(middle).startOffset();
            if (start == offset) {
                return middle;
            }
            if (start < offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private Kept at(int index) {
        return ring[(head + index) & (ring.length - 1)];
    }

    private void addLast(Kept kept) {
        if (count == ring.length) {
            Kept[] larger = new Kept[2 * ring.length];
            for (int i = 0; i < count; i++) {
                larger[i] = at(i);
            }
            ring = larger;
            head = 0;
        }
        ring[(head + count++) & (ring.length - 1)] = kept;
    }

    private Kept removeFirst() {
        Kept first = ring[head];
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        count--;
        return first;
    }
}
