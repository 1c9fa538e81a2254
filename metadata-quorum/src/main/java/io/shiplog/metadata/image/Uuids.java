// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Ids as the metadata messages carry them: 16 bytes, most significant first. */
public final class Uuids {
    private static final int BYTES = 16;

    private Uuids() {}

    public static ByteString toBytes(Uuid id) {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES);
        buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return ByteString.copyFrom(buffer.flip());
    }

    /** The id in {@code bytes}; {@link Uuid#ZERO_UUID}, which names nothing, when they are not 16. */
    public static Uuid fromBytes(ByteString bytes) {
        if (bytes.size() != BYTES) {
            return Uuid.ZERO_UUID;
        }
        ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
        return new Uuid(buffer.getLong(), buffer.getLong());
    }

    static List<ByteString> toBytes(List<Uuid> ids) {
        List<ByteString> result = new ArrayList<>(ids.size());
        for (Uuid id : ids) {
            result.add(toBytes(id));
        }
        return result;
    }

    public static List<Uuid> fromBytes(List<ByteString> ids) {
        List<Uuid> result = new ArrayList<>(ids.size());
        for (ByteString id : ids) {
            result.add(fromBytes(id));
        }
        return result;
    }
}
