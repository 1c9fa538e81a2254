// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.EpochStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The leader epochs of a log: epoch → offset of its first record here. Epochs and offsets both rise. Kafka: {@code
 * LeaderEpochFileCache}. Guarded by the lock of its log.
 */
public final class LeaderEpochs {
    private int[] epochs = {};
    private long[] starts = {};
    private int count;

    /** The newest epoch, -1 when none is known. */
    public int latest() {
        return count == 0 ? -1 : epochs[count - 1];
    }

    int count() {
        return count;
    }

    /** The epoch that a record at the offset was written in, -1 when unknown. */
    int epochAt(long offset) {
        for (int i = count - 1; i >= 0; i--) if (starts[i] <= offset) return epochs[i];
        return -1;
    }

    /** Where the first epoch above this one begins, -1 when there is none. */
    long startAbove(int epoch) {
        for (int i = 0; i < count; i++) if (epochs[i] > epoch) return starts[i];
        return -1;
    }

    /** The epochs of the records in [from, to), the first one as if it began there; empty when none is known. */
    List<EpochStart> within(long fromOffset, long toOffset) {
        List<EpochStart> found = new ArrayList<>();
        for (int i = 0; i < count && starts[i] < toOffset; i++) {
            boolean over = i + 1 < count && starts[i + 1] <= fromOffset;
            if (!over) found.add(new EpochStart(epochs[i], Math.max(fromOffset, starts[i])));
        }
        return found;
    }

    /** Notes that the epoch begins at the offset, unless it or a newer one is known. */
    public void assign(int epoch, long startOffset) {
        if (epoch <= latest()) return;
        // An epoch that began here or later and got no record is as if it had never been.
        truncateFromEnd(startOffset);
        if (count == epochs.length) {
            int capacity = Math.max(1, count * 2);
            epochs = Arrays.copyOf(epochs, capacity);
            starts = Arrays.copyOf(starts, capacity);
        }
        epochs[count] = epoch;
        starts[count] = startOffset;
        count++;
    }

    /** Kafka's {@code endOffsetFor}: the rules stand in {@link EpochEndOffset}. */
    public EpochEndOffset endOffsetFor(int epoch, long logEndOffset) {
        if (epoch < 0 || count == 0 || epoch > latest()) return EpochEndOffset.UNDEFINED;
        if (epoch == latest()) return new EpochEndOffset(epoch, logEndOffset);
        int higher = 0;
        while (epochs[higher] <= epoch) higher++;
        int found = higher == 0 ? epoch : epochs[higher - 1];
        return new EpochEndOffset(found, starts[higher]);
    }

    /** Forgets the epochs that begin at the offset or later. */
    public void truncateFromEnd(long endOffset) {
        while (count > 0 && starts[count - 1] >= endOffset) count--;
    }

    /** Forgets the epochs that end at or before the offset; the one that holds it begins there now. */
    void truncateFromStart(long startOffset) {
        int drop = 0;
        while (drop + 1 < count && starts[drop + 1] <= startOffset) drop++;
        System.arraycopy(epochs, drop, epochs, 0, count - drop);
        System.arraycopy(starts, drop, starts, 0, count - drop);
        count -= drop;
        if (count > 0 && starts[0] < startOffset) starts[0] = startOffset;
    }

    /** The same epochs, to go on by themselves. */
    public LeaderEpochs copy() {
        LeaderEpochs copy = new LeaderEpochs();
        copy.epochs = Arrays.copyOf(epochs, epochs.length);
        copy.starts = Arrays.copyOf(starts, starts.length);
        copy.count = count;
        return copy;
    }

    /** Whether each of these epochs holds, in the others, at the offset where it begins here. */
    boolean agreeWith(LeaderEpochs others) {
        for (int i = 0; i < count; i++) if (others.epochAt(starts[i]) != epochs[i]) return false;
        return true;
    }

    void clear() {
        count = 0;
    }

    /** Bytes that {@link #encode} writes. */
    public int encodedSize() {
        return 4 + count * 12;
    }

    /** Writes number, epochs and offsets. */
    public void encode(ByteBuffer target) {
        target.putInt(count);
        for (int i = 0; i < count; i++) target.putInt(epochs[i]).putLong(starts[i]);
    }

    void decode(ByteBuffer source) {
        clear();
        int entries = source.getInt();
        for (int i = 0; i < entries; i++) assign(source.getInt(), source.getLong());
    }
}
