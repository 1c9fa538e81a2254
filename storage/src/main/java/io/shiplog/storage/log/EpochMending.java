// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.EpochStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the leader epoch of a batch right of which a bit has rotted, in the log of a replica that was elected. Nobody has led in the epoch of that
 * election, nor in a later one, so that a batch which names one does so wrongly; Kafka's CRC does not cover the field, and the records are
 * sound. Only a single bit of a single batch is believed to have rotted: a log that goes on in such epochs is ahead of the metadata
 * (docs/decisions/0114). Used under the lock of the log, by its loop.
 */
final class EpochMending {
    private static final Logger LOG = LoggerFactory.getLogger(EpochMending.class);
    private static final int NONE = -1;

    private final LogState state;
    private final LogReader reader;
    private final LogCheckpoints checkpoints;

    /** Epochs as they are below the walk, and as the walk finds them. */
    private LeaderEpochs sound;

    /** The batch whose epoch is wrong; null when none is, and then the others say nothing. */
    private Segment segment;

    private long position;
    private long baseOffset;
    private int rotten;
    private int mended;

    /** Whether a hole lies right before the batches that are looked at: the epoch of the batch before them is none that they may well have. */
    private boolean behindHole;

    EpochMending(LogState state, LogReader reader, LogCheckpoints checkpoints) {
        this.state = state;
        this.reader = reader;
        this.checkpoints = checkpoints;
    }

    /**
     * As {@link PartitionLog#mendEpochsFrom}.
     *
     * @throws IOException when the disk fails
     */
    String mend(int electedIn) throws IOException {
        long start = state.epochs.startAbove(electedIn - 1);
        if (start < 0) return null;
        String about = "the log knows leader epoch " + state.epochs.latest() + " from offset " + start
                + " on, and its replica was elected in " + electedIn;
        String problem = walk(start, electedIn);
        if (problem != null) return about + ": " + problem;
        int first = Math.max(0, state.segments.floorIndex(start));
        forgetStored(first, start);
        if (segment != null) writeEpoch();
        state.epochs.truncateFromEnd(start);
        for (EpochStart each : sound.within(start, Long.MAX_VALUE))
            state.epochs.assign(each.epoch(), each.startOffset());
        for (int i = first; i < state.segments.count(); i++) {
            Segment each = state.segments.get(i);
            if (!each.isEmpty()) each.lastLeaderEpoch = state.epochs.epochAt(each.nextOffset - 1);
        }
        state.touch();
        return null;
    }

    /** Looks at all batches from the offset on; returns why they are not as they would be if one bit had rotted, or null. */
    private String walk(long start, int electedIn) throws IOException {
        sound = state.epochs.copy();
        sound.truncateFromEnd(start);
        segment = null;
        mended = NONE;
        behindHole = false;
        BatchCursor cursor = BatchCursor.ofThread();
        int first = Math.max(0, state.segments.floorIndex(start));
        for (int i = first; i < state.segments.count(); i++) {
            Segment each = state.segments.get(i);
            open(cursor, each, i == first ? start : each.baseOffset);
            while (cursor.next()) {
                if (cursor.lastOffset() < start) continue;
                String problem = look(each, cursor, electedIn);
                if (problem != null) return problem;
            }
            if (cursor.position() < each.sizeInBytes)
                return "no batch at byte " + cursor.position() + " of " + each.path();
        }
        return segment == null || mended != NONE ? null : settle(electedIn - 1);
    }

    /**
     * Stands before the segment's first batch, or, where batches do not lead from there to the offset, behind the last hole before it: the
     * index has an entry there (decision 69).
     */
    private void open(BatchCursor cursor, Segment in, long start) throws IOException {
        cursor.open(in.file.open(), 0, in.sizeInBytes);
        long next = in.baseOffset;
        while (next < start && cursor.next()) next = cursor.lastOffset() + 1;
        int from = 0;
        if (next < start) {
            SparseIndex index = reader.wholeIndexOf(in);
            int entry = index.floorByOffset((int) (start - in.baseOffset));
            behindHole = entry >= 0;
            if (behindHole) from = index.position(entry);
        }
        cursor.open(in.file.open(), from, in.sizeInBytes);
    }

    private String look(Segment in, BatchCursor cursor, int electedIn) throws IOException {
        int epoch = cursor.leaderEpoch();
        if (epoch < electedIn) {
            String problem = segment == null || mended != NONE ? null : settle(epoch);
            sound.assign(epoch, cursor.baseOffset());
            return problem;
        }
        if (segment != null) return "more than one batch says so";
        if (!cursor.crcMatches()) return "more than its epoch has rotted in the batch at offset " + cursor.baseOffset();
        segment = in;
        position = cursor.position();
        baseOffset = cursor.baseOffset();
        rotten = epoch;
        return null;
    }

    /** What lies behind the batch is known: its epoch is none above the one given. */
    private String settle(int highest) {
        mended = original(rotten, sound.latest(), highest, !behindHole);
        if (mended == NONE) return "which other epoch it may have been, nobody can say";
        sound.assign(mended, baseOffset);
        return null;
    }

    /**
     * The epoch of which one bit flipped.
     *
     * @param before epoch of what is known before it; −1 when nothing is
     * @param highest epoch above which it cannot be
     * @param follows whether it comes right behind that: then it is taken if it is possible, as most batches have the epoch of the one before
     * @return −1 when there is none, or more than one
     */
    static int original(int rotten, int before, int highest, boolean follows) {
        if (follows && before >= 0 && Integer.bitCount(rotten ^ before) == 1) return before;
        int only = NONE;
        for (int bit = 0; bit < Integer.SIZE - 1; bit++) {
            int epoch = rotten ^ (1 << bit);
            if (epoch < Math.max(0, before) || epoch > highest) continue;
            if (only != NONE) return NONE;
            only = epoch;
        }
        return only;
    }

    /** What the store tells of these segments names the wrong epoch. Whatever it forgets comes into memory, and is stored again. */
    private void forgetStored(int first, long start) throws IOException {
        for (int i = first; i < state.segments.count(); i++) {
            Segment each = state.segments.get(i);
            var unused = reader.wholeIndexOf(each);
            if (each.aborted != null) reader.aborted().loadWhole(each);
        }
        checkpoints.forgetFrom(start, state.segments.get(first).baseOffset);
        for (int i = first; i < state.segments.count(); i++) {
            Segment each = state.segments.get(i);
            each.summaryStored = false;
            if (each.aborted != null) each.aborted = each.aborted.truncatedTo(each.nextOffset);
        }
    }

    /** One bit, in place: there is no state in between that a power loss could leave. */
    private void writeEpoch() throws IOException {
        LogFile file = segment.file.open();
        ByteBuffer epoch = ByteBuffer.allocate(Integer.BYTES).putInt(0, mended);
        file.write(epoch, position + RecordBatchHeader.LEADER_EPOCH_AT);
        FailedSync.sync(file);
        LOG.warn(
                "Partition {}: the leader epoch of the batch at offset {} had rotted from {} to {}, and is put right",
                state,
                baseOffset,
                mended,
                rotten);
    }
}
