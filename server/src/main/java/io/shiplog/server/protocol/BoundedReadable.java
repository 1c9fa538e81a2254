// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * Reads a message of a client that nobody vouches for. The generated readers refuse an array count above the bytes left;
 * this adds the bounds that they lack: byte runs are cut within the buffer only, and unknown tagged fields, of which each
 * costs the sender two bytes and the reader an object, are few (CVE-2026-111115).
 */
public final class BoundedReadable extends ByteBufferAccessor {
    /** No version of the protocol that we do not know yet will add as many in one message. */
    static final int MAX_UNKNOWN_TAGGED_FIELDS = 64;

    private int unknownTaggedFields;

    /**
     * @param buffer read from its position to its limit; slices of it are handed out
     */
    public BoundedReadable(ByteBuffer buffer) {
        super(buffer);
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        if (length < 0 || length > remaining()) {
            throw new IllegalArgumentException(length + " bytes declared, " + remaining() + " left");
        }
        return super.readByteBuffer(length);
    }

    @Override
    public byte[] readArray(int size) {
        if (size < 0 || size > remaining()) {
            throw new IllegalArgumentException(size + " bytes declared, " + remaining() + " left");
        }
        return super.readArray(size);
    }

    @Override
    public List<RawTaggedField> readUnknownTaggedField(List<RawTaggedField> unknowns, int tag, int size) {
        unknownTaggedFields++;
        if (unknownTaggedFields > MAX_UNKNOWN_TAGGED_FIELDS) {
            throw new IllegalArgumentException("more than " + MAX_UNKNOWN_TAGGED_FIELDS + " unknown tagged fields");
        }
        return super.readUnknownTaggedField(unknowns, tag, size);
    }
}
