// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The idempotent producers of one partition. Rules of epochs and sequences as in Kafka's {@code ProducerAppendInfo}; a
 * pure function of the batches of the log, so that every replica and every recovery comes to the same state. Guarded by
 * the lock of its log; a look-up or a batch of a known producer allocates nothing.
 *
 * <p>Differs from Kafka in two bounds: a producer expires by log time (the largest timestamp of the log has moved on by
 * {@code producer.id.expiration.ms} since it wrote), and when more than the allowed number are known, the longest idle
 * are forgotten.
 */
public final class ProducerStates {
    /** What becomes of a batch. */
    public enum Verdict {
        ACCEPTED,
        /** It is in the log; where, the accessors tell. */
        DUPLICATE,
        /** OUT_OF_ORDER_SEQUENCE_NUMBER. */
        OUT_OF_ORDER,
        /** INVALID_PRODUCER_EPOCH: a newer incarnation of the producer has written. */
        FENCED
    }

    /** Bit of the encoded count. */
    private static final int FORGOT_SOME = 1 << 31;

    /** The table of all partitions that no idempotent producer writes to. Never written to: it is too small for any. */
    private static final ProducerEntry[] NOBODY = new ProducerEntry[1];

    private static final int ENTRY_BYTES = 8 + 2 + 8 + 1;
    private static final int BATCH_BYTES = 4 + 4 + 8 + 8 + 8;

    private final long expirationMs;
    private final int maxProducers;
    private ProducerEntry[] table = NOBODY;
    private int size;
    /** Whether a producer that wrote here may be unknown by now. */
    private boolean forgotSome;

    private long duplicateBaseOffset;
    private long duplicateLastOffset;
    private long duplicateTimestampMs;

    public ProducerStates(long expirationMs, int maxProducers) {
        this.expirationMs = expirationMs;
        this.maxProducers = maxProducers;
    }

    public int size() {
        return size;
    }

    /**
     * Judges a batch of a client; changes nothing.
     *
     * @param wholeLog whether nothing was ever removed from the start of the log. Then a producer that is not known has
     *     written nothing here, and must begin with sequence 0: a later batch that overtakes a refused first one would
     *     otherwise be taken, and the first one be out of order for ever (KAFKA-14359)
     */
    public Verdict check(
            long producerId, short epoch, int baseSequence, int lastOffsetDelta, long logTimeMs, boolean wholeLog) {
        ProducerEntry entry = find(producerId);
        if (entry == null) {
            boolean mayContinue = baseSequence == 0 || !wholeLog || forgotSome;
            return mayContinue ? Verdict.ACCEPTED : Verdict.OUT_OF_ORDER;
        }
        if (expired(entry, logTimeMs)) return Verdict.ACCEPTED;
        if (epoch < entry.epoch) return Verdict.FENCED;
        if (epoch > entry.epoch) return baseSequence == 0 ? Verdict.ACCEPTED : Verdict.OUT_OF_ORDER;
        int known = entry.find(baseSequence, advance(baseSequence, lastOffsetDelta));
        if (known >= 0) {
            duplicateBaseOffset = entry.baseOffsets[known];
            duplicateLastOffset = entry.lastOffsets[known];
            duplicateTimestampMs = entry.timestampsMs[known];
            return Verdict.DUPLICATE;
        }
        return baseSequence == advance(entry.lastSequence(), 1) ? Verdict.ACCEPTED : Verdict.OUT_OF_ORDER;
    }

    /** Base offset of the batch that the last check found to be a duplicate. */
    public long duplicateBaseOffset() {
        return duplicateBaseOffset;
    }

    public long duplicateLastOffset() {
        return duplicateLastOffset;
    }

    public long duplicateTimestampMs() {
        return duplicateTimestampMs;
    }

    /** Takes note of a batch that is in the log, whoever judged it. */
    public void append(
            long producerId,
            short epoch,
            int baseSequence,
            long baseOffset,
            int lastOffsetDelta,
            long timestampMs,
            long logTimeMs) {
        ProducerEntry entry = find(producerId);
        if (entry == null) entry = insert(new ProducerEntry(producerId, epoch));
        if (entry.epoch != epoch) {
            entry.epoch = epoch;
            entry.count = 0;
        }
        int lastSequence = advance(baseSequence, lastOffsetDelta);
        entry.add(baseSequence, lastSequence, baseOffset, baseOffset + lastOffsetDelta, timestampMs);
        entry.lastLogTimeMs = logTimeMs;
    }

    /** Whether any batch at or behind the offset is remembered. */
    public boolean knowsOffsetsFrom(long offset) {
        for (ProducerEntry entry : table) if (entry != null && entry.lastOffset() >= offset) return true;
        return false;
    }

    /** Of every producer that would be remembered at that time: the last offsets of its last batches, in order. */
    public Map<Long, long[]> lastOffsets(long logTimeMs) {
        Map<Long, long[]> found = new HashMap<>();
        for (ProducerEntry entry : table) {
            if (entry == null || expired(entry, logTimeMs)) continue;
            found.put(entry.producerId, Arrays.copyOf(entry.lastOffsets, entry.count));
        }
        return found;
    }

    /** Forgets the producers whose time is up. */
    public void expire(long logTimeMs) {
        ProducerEntry[] old = table;
        clear();
        for (ProducerEntry entry : old) {
            if (entry == null) continue;
            if (expired(entry, logTimeMs)) {
                forgotSome = true;
            } else {
                insert(entry);
            }
        }
    }

    public void clear() {
        table = NOBODY;
        size = 0;
    }

    /** Bytes that {@link #encode} writes. */
    public int encodedSize() {
        int bytes = 4;
        for (ProducerEntry entry : table) {
            if (entry != null) bytes += ENTRY_BYTES + entry.count * BATCH_BYTES;
        }
        return bytes;
    }

    public void encode(ByteBuffer target) {
        target.putInt(forgotSome ? size | FORGOT_SOME : size);
        for (ProducerEntry entry : table) {
            if (entry != null) encode(entry, target);
        }
    }

    /** Replaces everything by what {@link #encode} wrote; the bytes were checked by a CRC before. */
    public void decode(ByteBuffer source) {
        clear();
        int head = source.getInt();
        int count = head & ~FORGOT_SOME;
        forgotSome = (head & FORGOT_SOME) != 0;
        for (int i = 0; i < count; i++) {
            ProducerEntry entry = new ProducerEntry(source.getLong(), source.getShort());
            entry.lastLogTimeMs = source.getLong();
            int batches = source.get();
            for (int b = 0; b < batches; b++) {
                entry.add(source.getInt(), source.getInt(), source.getLong(), source.getLong(), source.getLong());
            }
            insert(entry);
        }
    }

    private static void encode(ProducerEntry entry, ByteBuffer target) {
        target.putLong(entry.producerId).putShort(entry.epoch).putLong(entry.lastLogTimeMs);
        target.put((byte) entry.count);
        for (int i = 0; i < entry.count; i++) {
            target.putInt(entry.firstSequences[i]).putInt(entry.lastSequences[i]);
            target.putLong(entry.baseOffsets[i]).putLong(entry.lastOffsets[i]).putLong(entry.timestampsMs[i]);
        }
    }

    private boolean expired(ProducerEntry entry, long logTimeMs) {
        return logTimeMs - entry.lastLogTimeMs > expirationMs;
    }

    /** Sequences count from 0 to 2^31 - 1 and then begin again. */
    private static int advance(int sequence, int by) {
        return (int) (((long) sequence + by) & Integer.MAX_VALUE);
    }

    private ProducerEntry find(long producerId) {
        int mask = table.length - 1;
        for (int i = slot(producerId, mask); table[i] != null; i = (i + 1) & mask) {
            if (table[i].producerId == producerId) return table[i];
        }
        return null;
    }

    private ProducerEntry insert(ProducerEntry entry) {
        if (size >= maxProducers) forgetLongestIdle();
        if ((size + 1) * 2 > table.length) resize(Math.max(4, table.length * 2));
        place(entry);
        size++;
        return entry;
    }

    private void place(ProducerEntry entry) {
        int mask = table.length - 1;
        int i = slot(entry.producerId, mask);
        while (table[i] != null) i = (i + 1) & mask;
        table[i] = entry;
    }

    private void resize(int capacity) {
        ProducerEntry[] old = table;
        table = new ProducerEntry[capacity];
        for (ProducerEntry entry : old) if (entry != null) place(entry);
    }

    /** Drops one producer in sixteen at once, so that the search is paid for by many batches. */
    private void forgetLongestIdle() {
        forgotSome = true;
        long[] lastOffsets = new long[size];
        int n = 0;
        for (ProducerEntry entry : table) if (entry != null) lastOffsets[n++] = entry.lastOffset();
        Arrays.sort(lastOffsets);
        long upTo = lastOffsets[size / 16];
        ProducerEntry[] old = table;
        table = new ProducerEntry[old.length];
        size = 0;
        for (ProducerEntry entry : old) {
            if (entry != null && entry.lastOffset() > upTo) {
                place(entry);
                size++;
            }
        }
    }

    private static int slot(long producerId, int mask) {
        return (int) ((producerId * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }
}
