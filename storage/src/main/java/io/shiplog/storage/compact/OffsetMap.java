// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The latest offset of each key of the part of a log that is being cleaned, in a fixed amount of memory: 24 bytes a slot, of which
 * three in four are used. A key is known by the first 128 bits of its SHA-256, so that nobody can make two keys that are taken for
 * one; Kafka's {@code SkimpyOffsetMap} uses MD5, for which that is easy. One thread.
 */
public final class OffsetMap {
    private static final int LONGS_PER_SLOT = 3;
    private static final int BYTES_PER_SLOT = LONGS_PER_SLOT * Long.BYTES;
    private static final int MIN_SLOTS = 64;
    private static final int MAX_SLOTS = (Integer.MAX_VALUE - 64) / LONGS_PER_SLOT;
    private static final int DIGEST_BYTES = 32;

    private final MessageDigest sha256;
    private final byte[] digest = new byte[DIGEST_BYTES];
    private final ByteBuffer words = ByteBuffer.wrap(digest);

    /** Per slot: two words of the digest, and the offset plus one, which is 0 in a free slot. */
    private final long[] table;

    private final int slots;
    private final int capacity;
    private int size;

    private OffsetMap(int slots) {
        this.slots = slots;
        this.capacity = slots - slots / 4;
        this.table = new long[slots * LONGS_PER_SLOT];
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * A map with room for so many keys, or for as many as the memory allows.
     *
     * @param maxBytes at least a kibibyte or two; less is not believed
     */
    public static OffsetMap withRoomFor(long keys, long maxBytes) {
        long wanted = Math.max(MIN_SLOTS, keys + keys / 2 + 1);
        long allowed = Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, maxBytes / BYTES_PER_SLOT));
        return new OffsetMap((int) Math.min(wanted, allowed));
    }

    /** Notes the offset of a record; a later one of the same key replaces it. False, and nothing done, when the map is full. */
    public boolean put(ByteBuffer key, long offset) {
        int slot = find(key);
        if (table[slot + 2] == 0) {
            if (size == capacity) return false;
            size++;
            table[slot] = words.getLong(0);
            table[slot + 1] = words.getLong(Long.BYTES);
        }
        table[slot + 2] = Math.max(table[slot + 2], offset + 1);
        return true;
    }

    /** The latest offset of the key, -1 when it was not put. */
    public long get(ByteBuffer key) {
        return table[find(key) + 2] - 1;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    /** Index of the key's slot, or of the free one where it would stand. Some slots are always free. */
    private int find(ByteBuffer key) {
        hash(key);
        long first = words.getLong(0);
        long second = words.getLong(Long.BYTES);
        int slot = (int) Long.remainderUnsigned(first, slots);
        while (true) {
            int at = slot * LONGS_PER_SLOT;
            if (table[at + 2] == 0 || (table[at] == first && table[at + 1] == second)) return at;
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    private void hash(ByteBuffer key) {
        try {
            sha256.update(key.duplicate());
            sha256.digest(digest, 0, DIGEST_BYTES);
        } catch (DigestException e) {
            Arrays.fill(digest, (byte) 0);
            throw new IllegalStateException("a SHA-256 digest has 32 bytes", e);
        }
    }
}
