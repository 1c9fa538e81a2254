// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * A reader for Kafka's generated message classes whose use of memory follows the bytes that are there, not the counts that
 * they declare.
 *
 * <p>The generated code checks an array's count against {@link #remaining()} and then allocates a list of that size, so empty
 * elements of two or three bytes each become objects of a hundred. This reader spends a budget of elements for the whole
 * message. It relies on one habit of the generated code, which the tests pin: an array's count is the integer read last before
 * {@code remaining()} is asked. Tagged fields that nobody here knows are skipped, not kept.
 */
public final class BoundedReadable extends ByteBufferAccessor {
    private final ByteBuffer buffer;
    private final boolean flexible;
    private int elementsLeft;
    private int lastCount;

    /**
     * @param buffer read from its position; records are slices of it
     * @param flexible whether counts are compact (one more than the number of elements, as varint)
     * @param maxElements array elements that the whole message may declare
     */
    public BoundedReadable(ByteBuffer buffer, boolean flexible, int maxElements) {
        super(buffer);
        this.buffer = buffer;
        this.flexible = flexible;
        this.elementsLeft = maxElements;
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
        if (lastCount > elementsLeft) {
            throw new InvalidRequestException(
                    "a message declares " + lastCount + " elements where at most " + elementsLeft + " are left to it");
        }
        elementsLeft -= lastCount;
        return buffer.remaining();
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        if (length > buffer.remaining()) {
            throw new InvalidRequestException(
                    "a message declares " + length + " bytes where " + buffer.remaining() + " are left");
        }
        return super.readByteBuffer(length);
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
