// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

import io.shiplog.storage.batch.EndMarker;
import io.shiplog.storage.model.AbortedTransactions;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The transactions of one partition that hold the last stable offset: those that go on, and those that have ended but whose marker is not
 * below the high watermark yet, since who reads up to there must not see an end that may be lost. Kafka: {@code ongoingTxns} and {@code
 * unreplicatedTxns} of {@code ProducerStateManager}. In steady state nothing is allocated.
 */
final class OpenTransactions {
    private static final int INITIAL = 4;
    private static final int ENDED_BYTES = 8 + 8;

    final EndMarker marker = new EndMarker();

    /** Those that go on, by their first offsets, ascending. */
    private long[] firstOffsets = new long[INITIAL];

    private int open;

    /** Those that have ended, by the offsets of their markers, ascending. */
    private long[] endedFirst = new long[INITIAL];

    private long[] endedLast = new long[INITIAL];
    private int ended;

    private long firstUnstable = Long.MAX_VALUE;

    private long abortedProducerId;
    private long abortedFirst;
    private long abortedLast;
    private long abortedStable;

    int open() {
        return open;
    }

    /** The first offset of the earliest one of all, {@link Long#MAX_VALUE} when there is none. */
    long firstUnstableOffset() {
        return firstUnstable;
    }

    void begin(long firstOffset) {
        if (open == firstOffsets.length) firstOffsets = Arrays.copyOf(firstOffsets, open * 2);
        int at = open++;
        while (at > 0 && firstOffsets[at - 1] > firstOffset) {
            firstOffsets[at] = firstOffsets[at - 1];
            at--;
        }
        firstOffsets[at] = firstOffset;
        firstUnstable = Math.min(firstUnstable, firstOffset);
    }

    /** The transaction that began at an offset has ended with the marker at another one. */
    void end(long producerId, long firstOffset, long markerOffset, boolean aborted, long highWatermark) {
        int at = Arrays.binarySearch(firstOffsets, 0, open, firstOffset);
        if (at >= 0) System.arraycopy(firstOffsets, at + 1, firstOffsets, at, --open - at);
        if (markerOffset >= highWatermark) addEnded(firstOffset, markerOffset);
        settle();
        if (!aborted) return;
        abortedProducerId = producerId;
        abortedFirst = firstOffset;
        abortedLast = markerOffset;
        abortedStable = open > 0 ? firstOffsets[0] : markerOffset + 1;
    }

    private void addEnded(long firstOffset, long markerOffset) {
        if (ended == endedFirst.length) {
            endedFirst = Arrays.copyOf(endedFirst, ended * 2);
            endedLast = Arrays.copyOf(endedLast, ended * 2);
        }
        endedFirst[ended] = firstOffset;
        endedLast[ended++] = markerOffset;
    }

    /** Adds the one that was aborted last. */
    void takeAborted(AbortedTransactions target) {
        target.add(abortedProducerId, abortedFirst, abortedLast, abortedStable);
    }

    /** Markers below the offset are committed. */
    void onHighWatermark(long highWatermark) {
        int gone = 0;
        while (gone < ended && endedLast[gone] < highWatermark) gone++;
        if (gone == 0) return;
        ended -= gone;
        System.arraycopy(endedFirst, gone, endedFirst, 0, ended);
        System.arraycopy(endedLast, gone, endedLast, 0, ended);
        settle();
    }

    private void settle() {
        long first = open > 0 ? firstOffsets[0] : Long.MAX_VALUE;
        for (int i = 0; i < ended; i++) first = Math.min(first, endedFirst[i]);
        firstUnstable = first;
    }

    /** Whether any of them began, or ended, at or behind the offset. */
    boolean knowsOffsetsFrom(long offset) {
        return (open > 0 && firstOffsets[open - 1] >= offset) || (ended > 0 && endedLast[ended - 1] >= offset);
    }

    /** Bytes that {@link #encodeEnded} writes. */
    int encodedSize() {
        return 4 + ended * ENDED_BYTES;
    }

    /** Those that have ended; the others are known from their producers. */
    void encodeEnded(ByteBuffer target) {
        target.putInt(ended);
        for (int i = 0; i < ended; i++) target.putLong(endedFirst[i]).putLong(endedLast[i]);
    }

    void decodeEnded(ByteBuffer source) {
        int count = source.getInt();
        for (int i = 0; i < count; i++) addEnded(source.getLong(), source.getLong());
        settle();
    }
}
