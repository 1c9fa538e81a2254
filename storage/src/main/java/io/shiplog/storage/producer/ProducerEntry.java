// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

/**
 * One idempotent producer: its epoch, its last five batches, oldest first, and where its transactions are. Kafka: {@code
 * ProducerStateEntry}.
 */
final class ProducerEntry {
    /** As many as a client may have in flight. */
    static final int MAX_BATCHES = 5;

    final long producerId;
    short epoch;
    int count;
    final int[] firstSequences = new int[MAX_BATCHES];
    final int[] lastSequences = new int[MAX_BATCHES];
    final long[] baseOffsets = new long[MAX_BATCHES];
    final long[] lastOffsets = new long[MAX_BATCHES];
    final long[] timestampsMs = new long[MAX_BATCHES];

    /** The largest timestamp of the log when this producer last wrote: the clock by which it expires. */
    long lastLogTimeMs;

    /** Of the transaction coordinator that ended its last transaction, -1 when none did. */
    int coordinatorEpoch = -1;

    /** Where its transaction began that goes on, -1 when none does. */
    long transactionFirstOffset = -1;

    /** Of the marker that ended its last transaction, -1 when there was none. */
    long lastMarkerOffset = -1;

    ProducerEntry(long producerId, short epoch) {
        this.producerId = producerId;
        this.epoch = epoch;
    }

    /** -1 when it has written nothing in its present epoch. */
    int lastSequence() {
        return count == 0 ? -1 : lastSequences[count - 1];
    }

    /** Of its last batch or marker, -1 when neither is remembered. */
    long lastOffset() {
        return count == 0 ? lastMarkerOffset : Math.max(lastMarkerOffset, lastOffsets[count - 1]);
    }

    boolean isInTransaction() {
        return transactionFirstOffset >= 0;
    }

    int find(int firstSequence, int lastSequence) {
        for (int i = 0; i < count; i++) {
            if (firstSequences[i] == firstSequence && lastSequences[i] == lastSequence) return i;
        }
        return -1;
    }

    /**
     * Whether a batch lies wholly before those that are remembered. No client is half of all sequences ahead of itself: what seems to be so far
     * behind is to come, after sequences have begun anew.
     */
    boolean isBeforeAll(int firstSequence, int lastOffsetDelta) {
        long last = (long) firstSequence + lastOffsetDelta;
        return last < firstSequences[0] && firstSequences[0] - last < 1 << 30;
    }

    void add(int firstSequence, int lastSequence, long baseOffset, long lastOffset, long timestampMs) {
        if (count == MAX_BATCHES) dropOldest();
        firstSequences[count] = firstSequence;
        lastSequences[count] = lastSequence;
        baseOffsets[count] = baseOffset;
        lastOffsets[count] = lastOffset;
        timestampsMs[count] = timestampMs;
        count++;
    }

    private void dropOldest() {
        System.arraycopy(firstSequences, 1, firstSequences, 0, MAX_BATCHES - 1);
        System.arraycopy(lastSequences, 1, lastSequences, 0, MAX_BATCHES - 1);
        System.arraycopy(baseOffsets, 1, baseOffsets, 0, MAX_BATCHES - 1);
        System.arraycopy(lastOffsets, 1, lastOffsets, 0, MAX_BATCHES - 1);
        System.arraycopy(timestampsMs, 1, timestampsMs, 0, MAX_BATCHES - 1);
        count--;
    }
}
