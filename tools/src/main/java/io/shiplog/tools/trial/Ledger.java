// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What was sent and what was acknowledged, line by line, and how long acknowledgements stayed away. Lines are numbered from 0
 * in the order of sending. Sender and acknowledging thread may differ: methods are synchronized, which costs nothing that a
 * demo notices.
 */
public final class Ledger {
    private static final long UNACKNOWLEDGED = -1;
    private static final int OFFSET_BITS = 56;
    /** Of a line that was acknowledged as one that had long been there: nobody said where (decision 0213). */
    private static final long SOMEWHERE = (1L << OFFSET_BITS) - 1;

    private final LongList fingerprints = new LongList();
    private final LongList places = new LongList();
    private final long[] lastAckNs;
    private final long[] longestGapNs;
    private long longestGapSinceMarkNs;
    private long sentBytes;
    private int acknowledged;
    private String firstFailure;

    public Ledger(int partitions) {
        lastAckNs = new long[partitions];
        longestGapNs = new long[partitions];
        Arrays.fill(lastAckNs, Long.MIN_VALUE);
    }

    /** Notes a line that is about to be sent; returns its number. */
    public synchronized int sent(byte[] line) {
        fingerprints.add(fingerprint(line));
        sentBytes += line.length;
        return fingerprints.size() - 1;
    }

    /**
     * Notes an acknowledgement. The gap that it ends began with the partition's acknowledgement before, or when this line was
     * sent, whichever is later: a partition that has nothing to acknowledge is not silent.
     *
     * @param offset −1 when none was told
     */
    public synchronized void acknowledged(int sequence, int partition, long offset, long sentNs, long nowNs) {
        places.set(sequence, place(partition, offset < 0 ? SOMEWHERE : offset), UNACKNOWLEDGED);
        acknowledged++;
        long gapNs = nowNs - Math.max(lastAckNs[partition], sentNs);
        longestGapNs[partition] = Math.max(longestGapNs[partition], gapNs);
        longestGapSinceMarkNs = Math.max(longestGapSinceMarkNs, gapNs);
        lastAckNs[partition] = nowNs;
    }

    public synchronized void failed(int sequence, Exception cause) {
        if (firstFailure == null) {
            firstFailure = "line " + sequence + ": " + cause;
        }
    }

    public synchronized String firstFailure() {
        return firstFailure;
    }

    public synchronized int sentLines() {
        return fingerprints.size();
    }

    public synchronized long sentBytes() {
        return sentBytes;
    }

    public synchronized int acknowledgedLines() {
        return acknowledged;
    }

    public synchronized boolean isAcknowledged(int sequence) {
        return sequence < places.size() && places.get(sequence) != UNACKNOWLEDGED;
    }

    /** Whether that is where it was told to be, or may be. */
    public synchronized boolean isAcknowledgedAt(int sequence, int partition, long offset) {
        if (!isAcknowledged(sequence)) {
            return false;
        }
        long told = places.get(sequence);
        return told == place(partition, offset) || told == place(partition, SOMEWHERE);
    }

    /** Whether that is where it was told to be. */
    public synchronized boolean isToldAt(int sequence, int partition, long offset) {
        return isAcknowledged(sequence) && places.get(sequence) == place(partition, offset);
    }

    private static long place(int partition, long offset) {
        return ((long) partition << OFFSET_BITS) | offset;
    }

    /** Whether this is the line that was sent under that number. */
    synchronized boolean isLine(int sequence, byte[] line) {
        return fingerprints.get(sequence) == fingerprint(line);
    }

    /** The partition whose acknowledgements stayed away longest. */
    public synchronized int partitionOfLongestGap() {
        int longest = 0;
        for (int p = 1; p < longestGapNs.length; p++) {
            if (longestGapNs[p] > longestGapNs[longest]) {
                longest = p;
            }
        }
        return longest;
    }

    /** Begins the measure of {@link #longestGapSinceMarkMs}. */
    public synchronized void mark() {
        longestGapSinceMarkNs = 0;
    }

    public synchronized long longestGapSinceMarkMs() {
        return longestGapSinceMarkNs / 1_000_000;
    }

    public synchronized long longestGapMs() {
        return longestGapNs[partitionOfLongestGap()] / 1_000_000;
    }

    /** Two independent sums of 32 bits: enough to tell lines apart that nobody made up to collide. */
    private static long fingerprint(byte[] line) {
        CRC32C crc = new CRC32C();
        crc.update(line, 0, line.length);
        return (crc.getValue() << 32) | (Arrays.hashCode(line) & 0xffffffffL);
    }
}
