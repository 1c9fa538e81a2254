// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;

/**
 * Names and ids of topics that requests carried lately, so that what comes again and again is no new object each time. Each has one place, which the next one
 * of its hash takes over: bounded, and nobody has to clean up. Not thread-safe.
 */
final class TopicKeys {
    private static final int PLACES = 256; // a power of two
    /** No topic has a longer name; what is longer is not kept. */
    private static final int MAX_NAME_BYTES = 249;

    private static final int HASH_FACTOR = 31;
    private static final int HASH_SHIFT = 32;

    private final Uuid[] ids = new Uuid[PLACES];
    private final byte[][] nameBytes = new byte[PLACES][];
    private final String[] names = new String[PLACES];

    /** The id of these 16 bytes. */
    Uuid id(long high, long low) {
        long mixed = high ^ low;
        int place = (int) (mixed ^ mixed >>> HASH_SHIFT) & PLACES - 1;
        Uuid kept = ids[place];
        if (kept == null || kept.getMostSignificantBits() != high || kept.getLeastSignificantBits() != low) {
            kept = new Uuid(high, low);
            ids[place] = kept;
        }
        return kept;
    }

    /**
     * The name that these bytes are in UTF-8.
     *
     * @param from index in the buffer, whose position does not matter
     */
    String name(ByteBuffer buffer, int from, int length) {
        int place = hash(buffer, from, length) & PLACES - 1;
        if (!isKept(nameBytes[place], buffer, from, length)) {
            byte[] bytes = new byte[length];
            buffer.get(from, bytes);
            String name = new String(bytes, StandardCharsets.UTF_8);
            BoundedReadable.checkText(name, length);
            if (length > MAX_NAME_BYTES) {
                return name;
            }
            nameBytes[place] = bytes;
            names[place] = name;
        }
        return names[place];
    }

    private static int hash(ByteBuffer buffer, int from, int length) {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = HASH_FACTOR * hash + buffer.get(from + i);
        }
        return hash ^ hash >>> Short.SIZE;
    }

    private static boolean isKept(byte[] kept, ByteBuffer buffer, int from, int length) {
        if (kept == null || kept.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (kept[i] != buffer.get(from + i)) {
                return false;
            }
        }
        return true;
    }
}
