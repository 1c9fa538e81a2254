// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;

/**
 * Goes through the fields of a request's body where they lie, by Kafka's encodings, without an object for any. Whatever is declared is held against the bytes
 * that are there, and the elements of its arrays against what a request may have. Not thread-safe.
 */
final class BodyCursor {
    /** What a partition becomes until it is answered, in bytes; the batch of an honest one, of 61 bytes at least, pays for it. */
    private static final int ELEMENT_COST = 160;

    private static final int VARINT_BITS = 7;
    private static final int LAST_VARINT_SHIFT = 28;
    private static final int VARINT_MASK = 0x7f;

    private ByteBuffer bytes;
    private int at;
    private int end;
    private boolean flexible;
    private int elementsLeft;
    private long costLeft;

    /**
     * Stands at the buffer's position and ends at its limit. Neither is moved by the cursor; the limit may be lowered by others as long as it is back where
     * it was when the cursor goes on.
     *
     * @param flexible whether counts and lengths are compact and tagged fields follow
     */
    void wrap(ByteBuffer body, boolean flexible) {
        bytes = body;
        at = body.position();
        end = body.limit();
        this.flexible = flexible;
        elementsLeft = RequestHandler.MAX_ELEMENTS;
        costLeft = BoundedReadable.allowedFor(body.remaining());
    }

    /** Forgets the buffer. */
    void release() {
        bytes = null;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    /** Stands where it was before. */
    void goBack(int to) {
        at = to;
    }

    short int16() {
        return bytes.getShort(skip(Short.BYTES));
    }

    int int32() {
        return bytes.getInt(skip(Integer.BYTES));
    }

    /** The number of elements of an array that must not be null, taken from those that a request may have. */
    int countOnce(String what) {
        int count = count(what);
        if (count > elementsLeft) {
            throw new InvalidRequestException(
                    "a message declares " + count + " elements where at most " + elementsLeft + " are left to it");
        }
        elementsLeft -= count;
        costLeft -= (long) count * ELEMENT_COST;
        if (costLeft < 0) {
            throw new InvalidRequestException("a message declares more elements than its bytes can hold");
        }
        return count;
    }

    /** The same again, of one that was counted before. */
    int count(String what) {
        int count = flexible ? uvarint() - 1 : int32();
        if (count < 0) {
            throw new InvalidRequestException("there is no array of " + what);
        }
        return count;
    }

    /** The length of a text, -1 of one that is null; stands at its first byte then. */
    int textLength() {
        int length = flexible ? uvarint() - 1 : int16();
        if (length > Short.MAX_VALUE) {
            throw new InvalidRequestException("a text declares " + length + " bytes");
        }
        return checked(Math.max(-1, length));
    }

    /** The length of bytes, -1 where they are null; stands at the first of them then. */
    int bytesLength() {
        return checked(Math.max(-1, flexible ? uvarint() - 1 : int32()));
    }

    private int checked(int length) {
        if (length > end - at) {
            throw new InvalidRequestException(
                    "a message declares " + length + " bytes where " + (end - at) + " are left");
        }
        return length;
    }

    /** Passes over tagged fields, of which nobody here knows one; there are none where the version is not flexible. */
    void skipTags() {
        if (!flexible) {
            return;
        }
        int tags = uvarint();
        for (int i = 0; i < tags; i++) {
            uvarint();
            int size = uvarint();
            if (size < 0) {
                throw new InvalidRequestException("a tagged field declares " + size + " bytes");
            }
            skip(size);
        }
    }

    /** Passes over so many bytes, and returns where they begin. */
    int skip(int count) {
        if (count > end - at) {
            throw new InvalidRequestException("a message ends within a field");
        }
        int from = at;
        at += count;
        return from;
    }

    private int uvarint() {
        int value = 0;
        for (int shift = 0; shift <= LAST_VARINT_SHIFT; shift += VARINT_BITS) {
            byte next = bytes.get(skip(1));
            value |= (next & VARINT_MASK) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new InvalidRequestException("a number has more than five bytes");
    }
}
