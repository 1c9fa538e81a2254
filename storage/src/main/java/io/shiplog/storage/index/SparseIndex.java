// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.batch.HeaderCrc;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The sparse offset and time index of one segment, in primitive arrays: one entry for the first batch that begins at
 * least {@code index.interval.bytes} after the last entry. An entry is a batch's base offset relative to the segment's,
 * its position, the largest timestamp of all batches before it in the segment (-1 when none), and the header CRC of the
 * interval that it begins.
 *
 * <p>An <em>interval</em> is the bytes from an entry's position to the next entry's, or to the end of what the index covers. Its
 * {@link HeaderCrc} runs over bytes 0 to 20 of the header of every batch in it, in the order of their positions, as they were when
 * the batch arrived: on a leader after it wrote base offset and leader epoch into the batch, on a follower as it received them. Where
 * the index was built from the file instead it is {@link HeaderCrc#UNKNOWN}; such a batch has its own CRC and the rule that offsets
 * follow each other, but nobody vouches for its leader epoch.
 *
 * <p>A missing entry only makes a lookup walk further. Guarded by the lock of its log. A lookup and the addition of a batch
 * allocate nothing, but when the arrays grow.
 */
public final class SparseIndex {
    private static final int INITIAL_ENTRIES = 4;
    private static final int[] NO_INTS = {};
    private static final long[] NO_LONGS = {};
    private static final int ENTRY_BYTES = 4 + 4 + 8 + 4;

    private int[] relativeOffsets = NO_INTS;
    private int[] positions = NO_INTS;
    private long[] maxTimestampsBefore = NO_LONGS;
    private int[] headerCrcs = NO_INTS;
    private int count;

    public int count() {
        return count;
    }

    public int relativeOffset(int entry) {
        return relativeOffsets[entry];
    }

    public int position(int entry) {
        return positions[entry];
    }

    public long maxTimestampBefore(int entry) {
        return maxTimestampsBefore[entry];
    }

    /** The state of {@link HeaderCrc} after the headers of the interval that the entry begins. */
    public int headerCrc(int entry) {
        return headerCrcs[entry];
    }

    /** The position of the newest entry, -1 when there is none. */
    public int lastPosition() {
        return count == 0 ? -1 : positions[count - 1];
    }

    /** Adds an entry behind all others, and with it an interval that has no batch yet. */
    public void add(int relativeOffset, int position, long maxTimestampBeforeMs) {
        add(relativeOffset, position, maxTimestampBeforeMs, HeaderCrc.INITIAL);
    }

    /** Adds an entry behind all others whose interval is what the header CRC says. */
    void add(int relativeOffset, int position, long maxTimestampBeforeMs, int headerCrc) {
        if (count == positions.length) grow();
        relativeOffsets[count] = relativeOffset;
        positions[count] = position;
        maxTimestampsBefore[count] = maxTimestampBeforeMs;
        headerCrcs[count] = headerCrc;
        count++;
    }

    /**
     * Adds an entry between others, for a batch to which these do not lead: nobody vouches for the headers around it. One that is there already
     * stays.
     *
     * @return false, and nothing is changed, when it does not lie between the entries before and behind it
     */
    public boolean insert(int relativeOffset, int position, long maxTimestampBeforeMs) {
        int before = floorByPosition(position);
        if (before >= 0 && positions[before] == position) return relativeOffsets[before] == relativeOffset;
        boolean fits = (before < 0 || relativeOffsets[before] < relativeOffset)
                && (before + 1 == count || relativeOffsets[before + 1] > relativeOffset);
        if (!fits) return false;
        long least = before < 0 ? maxTimestampBeforeMs : Math.max(maxTimestampBeforeMs, maxTimestampsBefore[before]);
        long most = before + 1 == count ? least : Math.min(least, maxTimestampsBefore[before + 1]);
        if (before >= 0) headerCrcs[before] = HeaderCrc.UNKNOWN;
        add(relativeOffset, position, most, HeaderCrc.UNKNOWN);
        for (int i = count - 1; i > before + 1; i--) swap(i, i - 1);
        return true;
    }

    private void swap(int some, int other) {
        int relative = relativeOffsets[some];
        relativeOffsets[some] = relativeOffsets[other];
        relativeOffsets[other] = relative;
        int position = positions[some];
        positions[some] = positions[other];
        positions[other] = position;
        long timestamp = maxTimestampsBefore[some];
        maxTimestampsBefore[some] = maxTimestampsBefore[other];
        maxTimestampsBefore[other] = timestamp;
        int headerCrc = headerCrcs[some];
        headerCrcs[some] = headerCrcs[other];
        headerCrcs[other] = headerCrc;
    }

    /** The batch whose header begins at {@code at} arrived and belongs to the last interval. */
    public void extendHeaderCrc(ByteBuffer batch, int at) {
        headerCrcs[count - 1] = HeaderCrc.extend(headerCrcs[count - 1], batch, at);
    }

    /** A batch that nobody saw arrive belongs to the last interval. */
    public void forgetHeaderCrc() {
        headerCrcs[count - 1] = HeaderCrc.UNKNOWN;
    }

    /** The last entry whose offset is at or below the one given, -1 when there is none. */
    public int floorByOffset(int relativeOffset) {
        int at = Arrays.binarySearch(relativeOffsets, 0, count, relativeOffset);
        return at >= 0 ? at : -at - 2;
    }

    /** The last entry whose position is at or below the one given, -1 when there is none. */
    public int floorByPosition(long position) {
        if (position > Integer.MAX_VALUE) return count - 1;
        int at = Arrays.binarySearch(positions, 0, count, (int) position);
        return at >= 0 ? at : -at - 2;
    }

    /** The last entry before which no batch has a timestamp at or above the one given, -1 when there is none. */
    public int lastBeforeTimestamp(long timestampMs) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (maxTimestampsBefore[middle] < timestampMs) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets the entries at or behind the position, and the header CRC of an interval that goes beyond it. */
    public void truncateTo(int position) {
        int next = -1;
        while (count > 0 && positions[count - 1] >= position) next = positions[--count];
        if (count > 0 && next != position) forgetHeaderCrc();
    }

    /** Forgets the oldest entries, and gives back memory that is not needed for the others. */
    public void dropFirst(int entries) {
        int left = count - entries;
        int capacity = Math.max(INITIAL_ENTRIES, Integer.highestOneBit(Math.max(1, left - 1)) * 2);
        relativeOffsets = Arrays.copyOf(Arrays.copyOfRange(relativeOffsets, entries, count), capacity);
        positions = Arrays.copyOf(Arrays.copyOfRange(positions, entries, count), capacity);
        maxTimestampsBefore = Arrays.copyOf(Arrays.copyOfRange(maxTimestampsBefore, entries, count), capacity);
        headerCrcs = Arrays.copyOf(Arrays.copyOfRange(headerCrcs, entries, count), capacity);
        count = left;
    }

    /** Appends the entries of another index of the same segment that lie behind all of this one's. */
    public void addAll(SparseIndex later) {
        for (int i = 0; i < later.count; i++) {
            if (later.positions[i] > lastPosition()) {
                add(later.relativeOffsets[i], later.positions[i], later.maxTimestampsBefore[i], later.headerCrcs[i]);
            }
        }
    }

    /** Appends the block that follows the last one. */
    public void append(IndexBlock block) {
        SparseIndex entries = block.entries();
        boolean extended = entries.count == 0 || entries.positions[0] > block.fromPosition();
        if (extended && count > 0) headerCrcs[count - 1] = block.openHeaderCrc();
        addAll(entries);
    }

    /** What lies in [{@code fromPosition}, {@code toPosition}), as the store keeps it. */
    public IndexBlock block(long segmentBase, int fromPosition, int toPosition) {
        SparseIndex part = new SparseIndex();
        int before = floorByPosition(fromPosition - 1L);
        for (int i = before + 1; i < count && positions[i] < toPosition; i++) {
            part.add(relativeOffsets[i], positions[i], maxTimestampsBefore[i], headerCrcs[i]);
        }
        int open = before < 0 ? HeaderCrc.UNKNOWN : headerCrcs[before];
        return new IndexBlock(segmentBase, fromPosition, toPosition, part, open);
    }

    /** Heap held, for the bound of the cache. */
    public long sizeInBytes() {
        return (long) ENTRY_BYTES * positions.length;
    }

    private void grow() {
        int capacity = Math.max(INITIAL_ENTRIES, positions.length * 2);
        relativeOffsets = Arrays.copyOf(relativeOffsets, capacity);
        positions = Arrays.copyOf(positions, capacity);
        maxTimestampsBefore = Arrays.copyOf(maxTimestampsBefore, capacity);
        headerCrcs = Arrays.copyOf(headerCrcs, capacity);
    }
}
