// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * Walks over the records of an uncompressed batch and checks that they are what the header says. Reads in place;
 * nothing is allocated, and nothing is believed beyond the bytes that are there.
 *
 * <pre>
 *   record: length varint | attributes int8 | timestamp delta varlong | offset delta varint
 *         | key length varint, key | value length varint, value | header count varint, headers
 *   header: key length varint, key | value length varint, value
 * </pre>
 */
final class RecordWalker {
    /** The smallest record: seven fields of one byte each. */
    static final int MIN_RECORD_BYTES = 7;

    private ByteBuffer buffer;
    private int at;
    private int end;
    private boolean broken;
    private long maxTimestampMs;

    /** Walks {@code count} records in [from, to); returns why they are refused, or null when they are in order. */
    String walk(ByteBuffer batch, int from, int to, int count, long baseTimestampMs) {
        buffer = batch;
        at = from;
        maxTimestampMs = -1;
        String problem = null;
        for (int i = 0; i < count && problem == null; i++) problem = walkRecord(i, to, baseTimestampMs);
        if (problem == null && at != to) problem = "bytes are left after the last record";
        buffer = null;
        return problem;
    }

    /** The largest timestamp that the last walk met, -1 when none. */
    long maxTimestampMs() {
        return maxTimestampMs;
    }

    private String walkRecord(int index, int batchEnd, long baseTimestampMs) {
        end = batchEnd;
        broken = false;
        int length = readVarint();
        if (broken || length < 0 || length > batchEnd - at) return "a record does not fit into its batch";
        end = at + length;
        skip(1);
        long timestampMs = baseTimestampMs + readVarlong();
        int offsetDelta = readVarint();
        skipField(-1);
        skipField(-1);
        int headers = readVarint();
        if (headers < 0) return "a record has a negative number of headers";
        for (int i = 0; i < headers && !broken; i++) {
            skipField(0);
            skipField(-1);
        }
        if (broken || at != end) return "the fields of a record do not fill it";
        if (offsetDelta != index) return "the offsets of the records are not consecutive";
        if (timestampMs < -1) return "a record has a negative timestamp";
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        return null;
    }

    private void skipField(int minLength) {
        int length = readVarint();
        if (length < minLength) broken = true;
        if (length > 0) skip(length);
    }

    private void skip(int bytes) {
        if (bytes > end - at) broken = true;
        else at += bytes;
    }

    private int readVarint() {
        long value = readVarlong();
        if (value != (int) value) broken = true;
        return (int) value;
    }

    /** A zigzag varint of up to ten bytes. */
    private long readVarlong() {
        long raw = 0;
        for (int shift = 0; shift < 70 && !broken; shift += 7) {
            if (at >= end) break;
            byte b = buffer.get(at++);
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        broken = true;
        return 0;
    }
}
