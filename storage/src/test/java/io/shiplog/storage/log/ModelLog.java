// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.OffsetAndTimestamp;
import java.util.ArrayList;
import java.util.List;

/** A log as simple as it can be: a list of batches between two offsets. */
final class ModelLog {
    /**
     * One batch.
     *
     * @param producerId -1 when it is of no idempotent producer
     */
    record Batch(
            long base, int epoch, long producerId, int sequence, List<Long> timestamps, List<String> values, int size) {
        long last() {
            return base + values.size() - 1;
        }

        boolean isTransactional() {
            return producerId >= FIRST_TRANSACTIONAL && producerId < FIRST_TRANSACTIONAL + TRANSACTIONAL;
        }

        /** Whether it is the end of a transaction. */
        boolean isMarker() {
            return isTransactional() && sequence < 0;
        }
    }

    /** Producers from this id on write in transactions, and the others do not. */
    static final long FIRST_TRANSACTIONAL = 1000;

    static final int TRANSACTIONAL = 4;

    final List<Batch> batches = new ArrayList<>();

    /** Batches of transactions that lie below the start. */
    private final List<Batch> gone = new ArrayList<>();

    long start;
    long end;

    void append(Batch batch) {
        if (batch.base() != end) throw new IllegalStateException("a batch at " + batch.base() + ", the end is " + end);
        batches.add(batch);
        end = batch.last() + 1;
    }

    /** The batch that holds the offset goes whole. */
    void truncateTo(long offset) {
        long target = Math.max(offset, start);
        while (!batches.isEmpty() && batches.get(batches.size() - 1).last() >= target) {
            end = batches.remove(batches.size() - 1).base();
        }
    }

    void truncateFully(long offset) {
        batches.clear();
        gone.clear();
        start = offset;
        end = offset;
    }

    void raiseStart(long offset) {
        start = offset;
        for (Batch batch : batches) if (batch.last() < offset && batch.isTransactional()) gone.add(batch);
        batches.removeIf(batch -> batch.last() < offset);
    }

    /** Where the earliest transaction of a producer began that is open, or ended at or behind the offset; -1 when there is none. */
    long openSince(long producerId, long endsBelow) {
        List<Batch> all = new ArrayList<>(gone);
        all.addAll(batches);
        long first = -1;
        for (Batch batch : all) {
            if (batch.producerId() != producerId) continue;
            if (!batch.isMarker()) first = first < 0 ? batch.base() : first;
            else if (batch.base() < endsBelow) first = -1;
        }
        return first;
    }

    int latestEpoch() {
        return batches.isEmpty() ? -1 : batches.get(batches.size() - 1).epoch();
    }

    /** Index of the batch that holds the offset, or of the first one behind it. */
    int indexOf(long offset) {
        int i = 0;
        while (i < batches.size() && batches.get(i).last() < offset) i++;
        return i;
    }

    OffsetAndTimestamp firstAtOrAfter(long timestampMs) {
        for (Batch batch : batches) {
            for (int i = 0; i < batch.values().size(); i++) {
                long timestamp = batch.timestamps().get(i);
                if (timestamp >= timestampMs && batch.base() + i >= start) {
                    return new OffsetAndTimestamp(batch.base() + i, timestamp, batch.epoch());
                }
            }
        }
        return null;
    }

    OffsetAndTimestamp largestTimestamp() {
        long largest = -1;
        for (Batch batch : batches) {
            for (int i = 0; i < batch.values().size(); i++) {
                if (batch.base() + i >= start)
                    largest = Math.max(largest, batch.timestamps().get(i));
            }
        }
        return largest < 0 ? null : firstAtOrAfter(largest);
    }

    /** Only for logs that hold a batch. */
    EpochEndOffset endOfEpoch(int epoch) {
        if (epoch > latestEpoch()) return EpochEndOffset.UNDEFINED;
        if (epoch == latestEpoch()) return new EpochEndOffset(epoch, end);
        int floor = epoch;
        for (Batch batch : batches) {
            if (batch.epoch() > epoch) return new EpochEndOffset(floor, Math.max(start, batch.base()));
            floor = batch.epoch();
        }
        throw new IllegalStateException();
    }

    /** The batches of a producer that a log must recognise, oldest first. */
    List<Batch> remembered(long producerId) {
        List<Batch> all = new ArrayList<>();
        if (producerId < 0) return all;
        for (Batch batch : batches) if (batch.producerId() == producerId && !batch.isTransactional()) all.add(batch);
        return all.subList(Math.max(0, all.size() - 5), all.size());
    }
}
