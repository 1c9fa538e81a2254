// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

import io.shiplog.storage.batch.EndMarker;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.model.AbortedTransactions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The idempotent producers of one partition, and their transactions. Rules of epochs and sequences as in Kafka's {@code ProducerAppendInfo}; a
 * pure function of the batches of the log, so that every replica and every recovery comes to the same state. Guarded by
 * the lock of its log; a look-up or a batch of a known producer allocates nothing.
 *
 * <p>Differs from Kafka in two bounds: a producer expires by log time (the largest timestamp of the log has moved on by
 * {@code producer.id.expiration.ms} since it wrote), and when more than the allowed number are known, the longest idle
 * are forgotten. No more transactions than that number are open at a time.
 */
public final class ProducerStates {
    /** What becomes of a batch. */
    public enum Verdict {
        ACCEPTED,
        /** It is in the log; where, the accessors tell. */
        DUPLICATE,
        /** It is in the log, before the batches that are remembered; {@link #duplicateLastOffset} is the last offset that it may have. */
        OLD_DUPLICATE,
        /** OUT_OF_ORDER_SEQUENCE_NUMBER. */
        OUT_OF_ORDER,
        /** INVALID_PRODUCER_EPOCH: a newer incarnation of the producer has written. */
        FENCED,
        /** TRANSACTION_COORDINATOR_FENCED: a newer incarnation of the transaction coordinator has written. */
        COORDINATOR_FENCED,
        /** INVALID_TXN_STATE: the producer has a transaction open, and the batch is not of it. */
        IN_TRANSACTION,
        /** As many transactions are open as are allowed. */
        TOO_MANY_TRANSACTIONS
    }

    /** Bits of the encoded count; the second one: there is more of every producer, and what follows them all. */
    private static final int FORGOT_SOME = 1 << 31;

    private static final int WITH_TRANSACTIONS = 1 << 30;

    /** The table of all partitions that no idempotent producer writes to. Never written to: it is too small for any. */
    private static final ProducerEntry[] NOBODY = new ProducerEntry[1];

    private static final int ENTRY_BYTES = 8 + 2 + 8 + 1;
    private static final int BATCH_BYTES = 4 + 4 + 8 + 8 + 8;
    private static final int TRANSACTION_BYTES = 4 + 8 + 8;

    private final long expirationMs;
    private final int maxProducers;
    private ProducerEntry[] table = NOBODY;
    private int size;
    /** Whether a producer that wrote here may be unknown by now, or some of its batches before those that are remembered. */
    private boolean forgotSome;

    /** Null in the log of a partition that no transaction was ever part of. */
    private OpenTransactions transactions;

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
     * <p>Other than Kafka, which takes all that lies before the last five batches for out of order (decision 0213): a producer that has gone on at
     * a new leader comes back with what the old one held, and would be refused until it gives up.
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
        if (entry.count == 0) {
            // Only its marker is known: either nothing was written in this epoch yet, or that is gone.
            return baseSequence == 0 || !wholeLog || forgotSome ? Verdict.ACCEPTED : Verdict.OUT_OF_ORDER;
        }
        if (baseSequence == advance(entry.lastSequence(), 1)) return Verdict.ACCEPTED;
        if (!wholeLog || forgotSome || !entry.isBeforeAll(baseSequence, lastOffsetDelta)) return Verdict.OUT_OF_ORDER;
        duplicateBaseOffset = -1;
        duplicateLastOffset = entry.baseOffsets[0] - 1;
        duplicateTimestampMs = -1;
        return Verdict.OLD_DUPLICATE;
    }

    /** Judges a batch that {@link #check} accepted as part of a transaction, or of none. */
    public Verdict checkTransaction(long producerId, boolean transactional) {
        if (transactions == null) return Verdict.ACCEPTED;
        ProducerEntry entry = find(producerId);
        boolean within = entry != null && entry.isInTransaction();
        if (within && !transactional) return Verdict.IN_TRANSACTION;
        boolean begins = transactional && !within;
        return begins && transactions.open() >= maxProducers ? Verdict.TOO_MANY_TRANSACTIONS : Verdict.ACCEPTED;
    }

    /** Judges the epoch of a batch without a sequence, which a component of this node writes. */
    public Verdict checkEpoch(long producerId, short epoch, long logTimeMs) {
        ProducerEntry entry = find(producerId);
        boolean fenced = entry != null && !expired(entry, logTimeMs) && epoch < entry.epoch;
        return fenced ? Verdict.FENCED : Verdict.ACCEPTED;
    }

    /**
     * Judges the marker that is to end a transaction. Kafka: {@code ProducerAppendInfo.appendEndTxnMarker}.
     *
     * @param newEpoch whether the marker's epoch must be newer than that of the data (transaction.version 2); the same marker
     *     may come again when the transaction is over
     */
    public Verdict checkMarker(long producerId, short epoch, int coordinatorEpoch, boolean newEpoch, long logTimeMs) {
        ProducerEntry entry = find(producerId);
        if (entry == null || expired(entry, logTimeMs)) return Verdict.ACCEPTED;
        if (epoch < entry.epoch) return Verdict.FENCED;
        if (newEpoch && epoch == entry.epoch && entry.isInTransaction()) return Verdict.FENCED;
        return coordinatorEpoch < entry.coordinatorEpoch ? Verdict.COORDINATOR_FENCED : Verdict.ACCEPTED;
    }

    /** Base offset of the batch that the last check found to be a duplicate, -1 of an old one. */
    public long duplicateBaseOffset() {
        return duplicateBaseOffset;
    }

    public long duplicateLastOffset() {
        return duplicateLastOffset;
    }

    public long duplicateTimestampMs() {
        return duplicateTimestampMs;
    }

    /**
     * Takes note of a batch with a producer id that is in the log, whoever judged it.
     *
     * @param at where in the buffer its header begins; of a control batch all of it is there
     * @param logTimeMs the largest timestamp of the log, this batch included
     * @param highWatermark markers below it are committed
     * @return whether the batch ended a transaction in vain; {@link #takeAborted} tells which one
     */
    public boolean apply(ByteBuffer b, int at, long logTimeMs, long highWatermark) {
        if (RecordBatchHeader.isControl(b, at)) return applyMarker(b, at, logTimeMs, highWatermark);
        boolean transactional = RecordBatchHeader.isTransactional(b, at);
        int sequence = RecordBatchHeader.baseSequence(b, at);
        long producerId = RecordBatchHeader.producerId(b, at);
        if (producerId < 0 || (sequence < 0 && !transactional)) return false;
        short epoch = RecordBatchHeader.producerEpoch(b, at);
        long baseOffset = RecordBatchHeader.baseOffset(b, at);
        ProducerEntry entry = entryOf(producerId, epoch, logTimeMs);
        if (sequence >= 0) {
            int delta = RecordBatchHeader.lastOffsetDelta(b, at);
            long timestampMs = RecordBatchHeader.maxTimestamp(b, at);
            add(entry, sequence, advance(sequence, delta), baseOffset, baseOffset + delta, timestampMs);
        }
        if (transactional && !entry.isInTransaction()) {
            entry.transactionFirstOffset = baseOffset;
            transactions().begin(baseOffset);
        }
        return false;
    }

    private boolean applyMarker(ByteBuffer b, int at, long logTimeMs, long highWatermark) {
        EndMarker marker = transactions().marker;
        if (!marker.read(b, at)) return false;
        long producerId = RecordBatchHeader.producerId(b, at);
        long markerOffset = RecordBatchHeader.baseOffset(b, at);
        ProducerEntry entry = entryOf(producerId, RecordBatchHeader.producerEpoch(b, at), logTimeMs);
        entry.coordinatorEpoch = marker.coordinatorEpoch();
        entry.lastMarkerOffset = markerOffset;
        if (!entry.isInTransaction()) return false;
        long firstOffset = entry.transactionFirstOffset;
        entry.transactionFirstOffset = -1;
        transactions.end(producerId, firstOffset, markerOffset, marker.isAbort(), highWatermark);
        return marker.isAbort();
    }

    /** Adds the transaction that ended in vain with the batch for which {@link #apply} last said so. */
    public void takeAborted(AbortedTransactions target) {
        transactions.takeAborted(target);
    }

    /** Whether a batch of a transaction, or a marker, was ever taken note of. */
    public boolean hasTransactions() {
        return transactions != null;
    }

    /** First offset of the earliest transaction that goes on or whose end is not committed, {@link Long#MAX_VALUE} when there is none. */
    public long firstUnstableOffset() {
        return transactions == null ? Long.MAX_VALUE : transactions.firstUnstableOffset();
    }

    /** Markers below the offset are committed. */
    public void onHighWatermark(long highWatermark) {
        if (transactions != null) transactions.onHighWatermark(highWatermark);
    }

    private OpenTransactions transactions() {
        if (transactions == null) transactions = new OpenTransactions();
        return transactions;
    }

    private ProducerEntry entryOf(long producerId, short epoch, long logTimeMs) {
        ProducerEntry entry = find(producerId);
        if (entry == null) entry = insert(new ProducerEntry(producerId, epoch));
        if (entry.epoch != epoch) {
            entry.epoch = epoch;
            entry.count = 0;
        }
        entry.lastLogTimeMs = logTimeMs;
        return entry;
    }

    /** The same of a batch of no transaction, without its bytes. */
    void append(
            long producerId,
            short epoch,
            int baseSequence,
            long baseOffset,
            int lastOffsetDelta,
            long timestampMs,
            long logTimeMs) {
        ProducerEntry entry = entryOf(producerId, epoch, logTimeMs);
        int lastSequence = advance(baseSequence, lastOffsetDelta);
        add(entry, baseSequence, lastSequence, baseOffset, baseOffset + lastOffsetDelta, timestampMs);
    }

    private void add(ProducerEntry entry, int first, int last, long baseOffset, long lastOffset, long timestampMs) {
        // What is between is not in this log, or was removed from it.
        if (first != (entry.count == 0 ? 0 : advance(entry.lastSequence(), 1))) forgotSome = true;
        entry.add(first, last, baseOffset, lastOffset, timestampMs);
    }

    /** Whether any batch at or behind the offset is remembered. */
    public boolean knowsOffsetsFrom(long offset) {
        if (transactions != null && transactions.knowsOffsetsFrom(offset)) return true;
        for (ProducerEntry entry : table) if (entry != null && entry.lastOffset() >= offset) return true;
        return false;
    }

    /**
     * Of every producer that would be remembered at that time: the last offsets of its last batches, in order; the offset of its marker when
     * nothing else tells its epoch.
     */
    public Map<Long, long[]> lastOffsets(long logTimeMs) {
        Map<Long, long[]> found = new HashMap<>();
        for (ProducerEntry entry : table) {
            if (entry == null || expired(entry, logTimeMs)) continue;
            if (entry.count > 0) found.put(entry.producerId, Arrays.copyOf(entry.lastOffsets, entry.count));
            else if (entry.lastMarkerOffset >= 0) found.put(entry.producerId, new long[] {entry.lastMarkerOffset});
        }
        return found;
    }

    /** Every producer that is remembered at that time, by producer id. */
    public List<ActiveProducer> describe(long logTimeMs) {
        List<ActiveProducer> found = new ArrayList<>();
        for (ProducerEntry entry : table) {
            if (entry == null || expired(entry, logTimeMs)) continue;
            long timestampMs = entry.count == 0 ? -1 : entry.timestampsMs[entry.count - 1];
            found.add(new ActiveProducer(
                    entry.producerId,
                    entry.epoch,
                    entry.lastSequence(),
                    timestampMs,
                    entry.coordinatorEpoch,
                    entry.transactionFirstOffset));
        }
        found.sort(Comparator.comparingLong(ActiveProducer::producerId));
        return found;
    }

    /** Forgets the producers whose time is up. */
    public void expire(long logTimeMs) {
        ProducerEntry[] old = table;
        table = NOBODY;
        size = 0;
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
        transactions = null;
    }

    /** Bytes that {@link #encode} writes. */
    public int encodedSize() {
        int bytes = 4;
        for (ProducerEntry entry : table) {
            if (entry != null) bytes += ENTRY_BYTES + entry.count * BATCH_BYTES;
        }
        return transactions == null ? bytes : bytes + size * TRANSACTION_BYTES + transactions.encodedSize();
    }

    /** Without transactions the bytes are those of a version that knew none. */
    public void encode(ByteBuffer target) {
        int flags = (forgotSome ? FORGOT_SOME : 0) | (transactions != null ? WITH_TRANSACTIONS : 0);
        target.putInt(size | flags);
        for (ProducerEntry entry : table) {
            if (entry == null) continue;
            encode(entry, target);
            if (transactions == null) continue;
            target.putInt(entry.coordinatorEpoch).putLong(entry.transactionFirstOffset);
            target.putLong(entry.lastMarkerOffset);
        }
        if (transactions != null) transactions.encodeEnded(target);
    }

    /** Replaces everything by what {@link #encode} wrote; the bytes were checked by a CRC before. */
    public void decode(ByteBuffer source) {
        clear();
        int head = source.getInt();
        int count = head & ~(FORGOT_SOME | WITH_TRANSACTIONS);
        forgotSome = (head & FORGOT_SOME) != 0;
        boolean withTransactions = (head & WITH_TRANSACTIONS) != 0;
        for (int i = 0; i < count; i++) {
            ProducerEntry entry = new ProducerEntry(source.getLong(), source.getShort());
            entry.lastLogTimeMs = source.getLong();
            int batches = source.get();
            for (int b = 0; b < batches; b++) {
                entry.add(source.getInt(), source.getInt(), source.getLong(), source.getLong(), source.getLong());
            }
            if (withTransactions) decodeTransaction(entry, source);
            insert(entry);
        }
        if (withTransactions) transactions().decodeEnded(source);
    }

    private void decodeTransaction(ProducerEntry entry, ByteBuffer source) {
        entry.coordinatorEpoch = source.getInt();
        entry.transactionFirstOffset = source.getLong();
        entry.lastMarkerOffset = source.getLong();
        if (entry.isInTransaction()) transactions().begin(entry.transactionFirstOffset);
    }

    private static void encode(ProducerEntry entry, ByteBuffer target) {
        target.putLong(entry.producerId).putShort(entry.epoch).putLong(entry.lastLogTimeMs);
        target.put((byte) entry.count);
        for (int i = 0; i < entry.count; i++) {
            target.putInt(entry.firstSequences[i]).putInt(entry.lastSequences[i]);
            target.putLong(entry.baseOffsets[i]).putLong(entry.lastOffsets[i]).putLong(entry.timestampsMs[i]);
        }
    }

    /** Never while its transaction goes on: somebody has to know where that began. */
    private boolean expired(ProducerEntry entry, long logTimeMs) {
        return logTimeMs - entry.lastLogTimeMs > expirationMs && !entry.isInTransaction();
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

    /** Drops one producer in sixteen at once, so that the search is paid for by many batches; none whose transaction goes on. */
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
            if (entry != null && (entry.lastOffset() > upTo || entry.isInTransaction())) {
                place(entry);
                size++;
            }
        }
    }

    private static int slot(long producerId, int mask) {
        return (int) ((producerId * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }
}
