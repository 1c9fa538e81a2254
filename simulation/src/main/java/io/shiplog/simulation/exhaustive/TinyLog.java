// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.storage.log.LeaderEpochs;
import io.shiplog.storage.model.EpochEndOffset;
import java.nio.ByteBuffer;

/** The log of one replica: which record stands where, and how much of it no crash takes. A record is a leader epoch and a value. */
final class TinyLog {
    private static final int VALUES = 16;

    private final int[] records;
    private final LeaderEpochs epochs;
    private int end;
    private int flushed;
    private int generation;
    private boolean flushWanted;

    TinyLog(int capacity) {
        this(new int[capacity], new LeaderEpochs());
    }

    private TinyLog(int[] records, LeaderEpochs epochs) {
        this.records = records;
        this.epochs = epochs;
    }

    TinyLog copy() {
        TinyLog copy = new TinyLog(records.clone(), epochs.copy());
        copy.end = end;
        copy.flushed = flushed;
        copy.generation = generation;
        copy.flushWanted = flushWanted;
        return copy;
    }

    static int record(int epoch, int value) {
        return epoch * VALUES + value;
    }

    static int epochOf(int record) {
        return record / VALUES;
    }

    static int valueOf(int record) {
        return record % VALUES;
    }

    int end() {
        return end;
    }

    int flushed() {
        return flushed;
    }

    int generation() {
        return generation;
    }

    int at(int offset) {
        return records[offset];
    }

    int latestEpoch() {
        return epochs.latest();
    }

    EpochEndOffset endOffsetFor(int epoch) {
        return epochs.endOffsetFor(epoch, end);
    }

    void assignEpochStart(int epoch, long startOffset) {
        epochs.assign(epoch, startOffset);
    }

    void append(int record) {
        epochs.assign(epochOf(record), end);
        records[end++] = record;
    }

    /** Whether a follower may take this record: its epoch neither falls nor is above the leader's. */
    boolean fits(int record, int maxLeaderEpoch) {
        int last = end == 0 ? -1 : epochOf(records[end - 1]);
        return epochOf(record) >= last && epochOf(record) <= maxLeaderEpoch && end < records.length;
    }

    void truncateTo(int offset) {
        end = Math.min(end, offset);
        flushed = Math.min(flushed, end);
        epochs.truncateFromEnd(end);
        generation++;
    }

    void wantFlush() {
        flushWanted = true;
    }

    boolean isFlushDue() {
        return flushWanted && flushed < end;
    }

    void flush() {
        flushed = end;
        flushWanted = false;
    }

    /** Power goes: of what was not flushed so many records are left. Recovery brings these to disk; epochs without a record are forgotten. */
    void crash(int left) {
        end = flushed + left;
        flushed = end;
        flushWanted = false;
        generation = 0;
        epochs.truncateFromEnd(end);
    }

    /** Whether this log begins with the records of the other one below the offset. */
    boolean hasPrefix(int[] other, int to) {
        if (end < to) {
            return false;
        }
        for (int i = 0; i < to; i++) {
            if (records[i] != other[i]) {
                return false;
            }
        }
        return true;
    }

    void digest(Digest digest) {
        digest.mix(end);
        for (int i = 0; i < end; i++) {
            digest.mix(records[i]);
        }
        digest.mix(flushed);
        digest.mix(isFlushDue() ? 1 : 0);
        ByteBuffer encoded = ByteBuffer.allocate(epochs.encodedSize());
        epochs.encode(encoded);
        for (byte each : encoded.array()) {
            digest.mix(each);
        }
    }

    /** As "a1 b2|c2": values and their epochs, a bar behind what is on disk. */
    String words() {
        StringBuilder words = new StringBuilder("[");
        for (int i = 0; i < end; i++) {
            if (i == flushed) {
                words.append('|');
            } else if (i > 0) {
                words.append(' ');
            }
            words.append((char) ('a' + valueOf(records[i]))).append(epochOf(records[i]));
        }
        return words.append(']').toString();
    }
}
