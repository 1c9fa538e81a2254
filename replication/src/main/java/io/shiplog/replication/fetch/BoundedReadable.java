// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.utils.Utils;

/**
 * A reader for Kafka's generated message classes whose use of memory follows the bytes that are there, not the counts that
 * they declare.
 *
 * <p>The generated code checks an array's count against {@link #remaining()} and then allocates a list of that size, so empty
 * elements of two or three bytes each become objects of a hundred. This reader spends a budget of elements for the whole
 * message, and another one that follows from its length: of each kind of element there are no more than so many bytes can honestly
 * hold ({@link ElementCost}). Arrays that become hash tables are looked at first
 * ({@link KeyedArrays}). It relies on one habit of the generated code, which the tests pin: an array's count is the integer read last before
 * {@code remaining()} is asked. Tagged fields that nobody here knows are skipped, not kept.
 */
public final class BoundedReadable extends ByteBufferAccessor {
    /** Arrays up to this length are charged alike, without a look at who reads them, which takes half a microsecond. */
    private static final int SHORT_ARRAY = 4;

    /** So are the first ones of a message, up to so many elements in all; no array of them is one that would be looked at first. */
    private static final int FIRST_ELEMENTS = KeyedArrays.UNCHECKED;

    /** What stands for a byte that is no text. */
    private static final int UNREADABLE_BYTES = 3;

    private static final StackWalker CALLER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final ByteBuffer buffer;
    private final boolean flexible;
    private final short version;
    private int elementsLeft;
    private long costLeft;
    private long probesLeft = KeyedArrays.PROBES_PER_MESSAGE;
    private int lastCount;
    private int arrays;
    private int firstElementsLeft = FIRST_ELEMENTS;

    /**
     * @param buffer read from its position; records are slices of it
     * @param flexible whether counts are compact (one more than the number of elements, as varint)
     * @param maxElements array elements that the whole message may declare
     */
    public BoundedReadable(ByteBuffer buffer, boolean flexible, int maxElements) {
        this(buffer, flexible, maxElements, KeyedArrays.UNCHECKED_VERSION);
    }

    /**
     * For bytes of anybody.
     *
     * @param version of the message, by which its elements are read
     */
    public BoundedReadable(ByteBuffer buffer, boolean flexible, int maxElements, short version) {
        super(buffer);
        this.buffer = buffer;
        this.flexible = flexible;
        this.version = version;
        this.elementsLeft = maxElements;
        this.costLeft = ElementCost.allowedFor(buffer.remaining());
    }

    /** Whether arrays of the request are looked at before they are read, which takes as much memory again, for a moment. */
    public static boolean looksAhead(ApiKeys api) {
        if (!api.hasValidVersion()) {
            return false;
        }
        Class<?> request = api.messageType.newRequest().getClass();
        return KeyedArrays.isReadBy(request)
                || Arrays.stream(request.getDeclaredClasses()).anyMatch(KeyedArrays::isReadBy);
    }

    @Override
    public int readInt() {
        int value = super.readInt();
        if (!flexible) {
            lastCount = value;
        }
        return value;
    }

    @Override
    public int readUnsignedVarint() {
        int value = super.readUnsignedVarint();
        if (flexible) {
            lastCount = value - 1;
        }
        return value;
    }

    /** Bytes left, after the count that was read last has been taken from the budget. */
    @Override
    public int remaining() {
        int count = lastCount;
        if (count > elementsLeft) {
            throw new InvalidRequestException(
                    "a message declares " + count + " elements where at most " + elementsLeft + " are left to it");
        }
        elementsLeft -= count;
        boolean first = arrays++ == 0;
        if (count > 0 && version != KeyedArrays.UNCHECKED_VERSION) {
            charge(count, isChargedAlike(count) ? null : CALLER.getCallerClass(), first);
        }
        return buffer.remaining();
    }

    private boolean isChargedAlike(int count) {
        if (count <= SHORT_ARRAY) {
            return true;
        }
        firstElementsLeft -= Math.min(count, firstElementsLeft + 1);
        return firstElementsLeft >= 0;
    }

    /** @param reader null where it makes no difference */
    private void charge(int count, Class<?> reader, boolean first) {
        if (count > buffer.remaining()) {
            return; // the generated code refuses it
        }
        costLeft -= (long) count * cost(reader, first);
        if (costLeft < 0) {
            throw new InvalidRequestException("a message declares more elements than its bytes can hold");
        }
        if (count > KeyedArrays.UNCHECKED && KeyedArrays.isReadBy(reader)) {
            probesLeft = KeyedArrays.check(reader, buffer, flexible, count, elementsLeft, version, probesLeft);
        }
    }

    private static int cost(Class<?> reader, boolean first) {
        if (reader == null) {
            return ElementCost.OF_SHORT_ARRAY;
        }
        return first ? ElementCost.ofFirst(reader) : ElementCost.of(reader);
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        if (length > buffer.remaining()) {
            throw new InvalidRequestException(
                    "a message declares " + length + " bytes where " + buffer.remaining() + " are left");
        }
        return super.readByteBuffer(length);
    }

    /** Bytes that are no text become three bytes each when they are written again: an answer with such a name in it might not be written. */
    @Override
    public String readString(int length) {
        String text = super.readString(length);
        checkText(text, length);
        return text;
    }

    /**
     * Refuses a text that could not be written again.
     *
     * @param length of the bytes that it was read from
     * @throws InvalidRequestException when it could not be written again
     */
    public static void checkText(String text, int length) {
        if (length > Short.MAX_VALUE / UNREADABLE_BYTES && Utils.utf8Length(text) > Short.MAX_VALUE) {
            throw new InvalidRequestException("a text of " + length + " bytes is none");
        }
    }

    /** What all elements of a message of so many bytes may become, in bytes of memory. */
    public static long allowedFor(int messageBytes) {
        return ElementCost.allowedFor(messageBytes);
    }

    @Override
    public List<RawTaggedField> readUnknownTaggedField(List<RawTaggedField> unknowns, int tag, int size) {
        if (size < 0 || size > buffer.remaining()) {
            throw new InvalidRequestException(
                    "tagged field " + tag + " declares " + size + " bytes where " + buffer.remaining() + " are left");
        }
        if (!InterBrokerTags.isKnown(tag, size) || InterBrokerTags.find(unknowns, tag) != null) {
            buffer.position(buffer.position() + size);
            return unknowns;
        }
        List<RawTaggedField> fields = unknowns == null ? new ArrayList<>(1) : unknowns;
        fields.add(new RawTaggedField(tag, readArray(size)));
        return fields;
    }
}
