// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.batch.BatchRewriter;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/**
 * Decides what is left of each batch of a log, shown in order from its beginning. The rules are Kafka's ({@code Cleaner},
 * {@code CleanedTransactionMetadata}):
 *
 * <ul>
 *   <li>a record stays when it is the latest of its key; one without a key goes;
 *   <li>a tombstone that is the latest stays until the delete horizon of its batch, which is set when it is met first;
 *   <li>data of aborted transactions goes at once; the marker of a transaction of which no batch is met any more (an empty one
 *       counts: without its marker it would look like a transaction that never ends) gets a delete horizon, and goes when that
 *       is over;
 *   <li>the last batch of each producer stays, without records if need be.
 * </ul>
 *
 * <p>A batch that unpacks to more than is allowed, or not at all, stays as it is. One thread.
 */
final class BatchFilter {
    enum Verdict {
        /** The batch stays as it is. */
        AS_IS,
        /** What is left of it is {@link BatchFilter#output}. */
        CHANGED,
        DROPPED
    }

    private final OffsetMap latest;
    private final long mappedEnd;
    private final LastBatches lastBatches;
    private final TransactionScan transactions;
    private final long nowMs;
    private final long deleteRetentionMs;
    private final long maxUnpackedBytes;

    private final RecordStream records = new RecordStream();
    private final BatchRewriter rewriter = new BatchRewriter();
    private final BitSet kept = new BitSet();
    private final Set<Long> withData = new HashSet<>();
    private ByteBuffer output;
    private int seen;
    private boolean tombstones;
    private long maxTimestampMs;

    /**
     * @param latest the latest offset of each key in the new part of the log
     * @param mappedEnd where that part ends: records from there on are not judged
     * @param nowMs wall clock
     */
    BatchFilter(
            OffsetMap latest,
            long mappedEnd,
            LastBatches lastBatches,
            TransactionScan transactions,
            long nowMs,
            long deleteRetentionMs,
            long maxUnpackedBytes) {
        this.latest = latest;
        this.mappedEnd = mappedEnd;
        this.lastBatches = lastBatches;
        this.transactions = transactions;
        this.nowMs = nowMs;
        this.deleteRetentionMs = deleteRetentionMs;
        this.maxUnpackedBytes = maxUnpackedBytes;
    }

    /** @param isBoundary whether at least the header must stay, for what it says of offsets and epochs */
    Verdict filter(ByteBuffer b, int at, int size, boolean isBoundary) {
        if (RecordBatchHeader.isControl(b, at)) return filterMarker(b, at, size, isBoundary);
        long producerId = RecordBatchHeader.producerId(b, at);
        boolean keepsHeader = isBoundary || lastBatches.mustKeep(producerId, RecordBatchHeader.lastOffset(b, at));
        boolean transactional = RecordBatchHeader.isTransactional(b, at);
        if (transactional && keepsHeader) withData.add(producerId);
        if (RecordBatchHeader.recordCount(b, at) == 0) return keepsHeader ? Verdict.AS_IS : Verdict.DROPPED;
        if (transactional) {
            withData.add(producerId);
            if (transactions.isAborted(producerId, RecordBatchHeader.baseOffset(b, at))) {
                return withoutRecords(b, at, keepsHeader);
            }
        }
        if (RecordBatchHeader.baseOffset(b, at) >= mappedEnd) return Verdict.AS_IS;
        if (!judge(b, at, size)) return Verdict.AS_IS;
        if (kept.isEmpty()) return withoutRecords(b, at, keepsHeader);
        boolean setsHorizon = tombstones && RecordBatchHeader.deleteHorizonMs(b, at) < 0;
        if (kept.cardinality() == seen && !setsHorizon) return Verdict.AS_IS;
        return rewrite(b, at, size, setsHorizon);
    }

    /** What is left of the batch that was judged last, if it is to be changed. */
    ByteBuffer output() {
        return output;
    }

    private Verdict filterMarker(ByteBuffer b, int at, int size, boolean isBoundary) {
        long producerId = RecordBatchHeader.producerId(b, at);
        boolean hasData = withData.remove(producerId);
        boolean keeps = isBoundary || lastBatches.mustKeep(producerId, RecordBatchHeader.lastOffset(b, at));
        if (hasData || RecordBatchHeader.baseOffset(b, at) >= mappedEnd) return Verdict.AS_IS;
        long horizonMs = RecordBatchHeader.deleteHorizonMs(b, at);
        if (horizonMs >= 0) return keeps || nowMs < horizonMs ? Verdict.AS_IS : Verdict.DROPPED;
        return judgeAll(b, at, size) ? rewrite(b, at, size, true) : Verdict.AS_IS;
    }

    private Verdict withoutRecords(ByteBuffer b, int at, boolean keepsHeader) {
        if (!keepsHeader) return Verdict.DROPPED;
        output = rewriter.empty(b, at);
        return Verdict.CHANGED;
    }

    private Verdict rewrite(ByteBuffer b, int at, int size, boolean setsHorizon) {
        long horizonMs = setsHorizon ? nowMs + deleteRetentionMs : -1;
        if (setsHorizon && horizonMs < 0) horizonMs = Long.MAX_VALUE;
        try {
            output = rewriter.rewrite(b, at, size, kept, maxTimestampMs, horizonMs, maxUnpackedBytes);
            return Verdict.CHANGED;
        } catch (KafkaException e) {
            return Verdict.AS_IS;
        }
    }

    /** Marks the records that stay; false when the batch cannot be looked into. */
    private boolean judge(ByteBuffer b, int at, int size) {
        begin(b, at, size);
        long baseOffset = RecordBatchHeader.baseOffset(b, at);
        long baseMs = RecordBatchHeader.baseTimestamp(b, at);
        long horizonMs = RecordBatchHeader.deleteHorizonMs(b, at);
        boolean tombstonesStay = horizonMs < 0 || nowMs < horizonMs;
        try (records) {
            for (; records.next(); seen++) {
                if (stays(baseOffset + records.offsetDelta(), tombstonesStay)) {
                    keep(baseMs + records.timestampDelta(), !records.hasValue());
                }
            }
        }
        return records.problem() == null;
    }

    private boolean stays(long offset, boolean tombstonesStay) {
        if (offset >= mappedEnd) return true;
        if (!records.hasKey()) return false;
        return offset >= latest.get(records.key()) && (records.hasValue() || tombstonesStay);
    }

    private boolean judgeAll(ByteBuffer b, int at, int size) {
        begin(b, at, size);
        long baseMs = RecordBatchHeader.baseTimestamp(b, at);
        try (records) {
            for (; records.next(); seen++) keep(baseMs + records.timestampDelta(), false);
        }
        return records.problem() == null && seen > 0;
    }

    private void begin(ByteBuffer b, int at, int size) {
        kept.clear();
        seen = 0;
        tombstones = false;
        maxTimestampMs = -1;
        records.open(b, at, size, maxUnpackedBytes);
    }

    private void keep(long timestampMs, boolean tombstone) {
        kept.set(seen);
        tombstones |= tombstone;
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
    }
}
