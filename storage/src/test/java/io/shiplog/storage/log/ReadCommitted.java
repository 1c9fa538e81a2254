// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.model.AbortedTransactions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What a read-committed consumer sees of a log (it passes over the records of aborted transactions as Kafka's consumer does, by what the log
 * names), and what it should see, found out from all batches of the log by looking at each transaction's end.
 */
final class ReadCommitted {
    /**
     * One transaction.
     *
     * @param end offset of its marker, {@link Long#MAX_VALUE} as long as there is none
     */
    private record Transaction(long producerId, long first, long end, boolean aborted) {}

    private ReadCommitted() {}

    private static List<Transaction> transactions(List<RecordBatch> batches) {
        List<Transaction> found = new ArrayList<>();
        Map<Long, Long> open = new HashMap<>();
        for (RecordBatch batch : batches) {
            if (!batch.isTransactional()) continue;
            if (!batch.isControlBatch()) {
                open.putIfAbsent(batch.producerId(), batch.baseOffset());
                continue;
            }
            Long first = open.remove(batch.producerId());
            boolean abort = ControlRecordType.parse(batch.iterator().next().key()) == ControlRecordType.ABORT;
            if (first != null) found.add(new Transaction(batch.producerId(), first, batch.baseOffset(), abort));
        }
        open.forEach((id, first) -> found.add(new Transaction(id, first, Long.MAX_VALUE, false)));
        return found;
    }

    /** The last stable offset when ends at or behind an offset do not count yet. */
    static long stable(List<RecordBatch> batches, long logStart, long endsBelow, long highWatermark) {
        long first = Long.MAX_VALUE;
        for (Transaction t : transactions(batches)) {
            if (t.end() == Long.MAX_VALUE || t.end() >= endsBelow) first = Math.min(first, t.first());
        }
        return Math.min(highWatermark, Math.max(logStart, first));
    }

    /** "offset:value" of the committed records in [from, to). */
    static List<String> expected(List<RecordBatch> batches, long from, long to) {
        List<Transaction> transactions = transactions(batches);
        List<String> found = new ArrayList<>();
        for (RecordBatch batch : batches) {
            if (batch.isControlBatch() || isAborted(batch, transactions)) continue;
            for (Record record : batch) {
                if (record.offset() >= from && record.offset() < to) found.add(text(record));
            }
        }
        return found;
    }

    private static boolean isAborted(RecordBatch batch, List<Transaction> transactions) {
        for (Transaction t : transactions) {
            boolean within = t.producerId() == batch.producerId() && t.first() <= batch.baseOffset();
            if (batch.isTransactional() && within && batch.baseOffset() < t.end()) return t.aborted();
        }
        return false;
    }

    /** Reads everything from the offset up to the last stable one, about so many bytes at a time, and compares. */
    static List<String> check(
            PartitionLog log, List<RecordBatch> batches, long from, int maxBytes, long stable, String when) {
        List<String> found = new ArrayList<>();
        long at = from;
        for (long next = from; next >= at && at < stable; ) {
            next = read(log, at, maxBytes, stable, found);
            if (next <= at) break;
            at = next;
        }
        assertThat(found).as(when + ": committed records").isEqualTo(expected(batches, from, at));
        for (RecordBatch batch : batches) {
            boolean leftOut = batch.lastOffset() >= at && batch.lastOffset() < stable;
            assertThat(leftOut).as(when + ": left out " + batch).isFalse();
        }
        return found;
    }

    /** One read; returns where the next one begins. */
    static long read(PartitionLog log, long from, int maxBytes, long stable, List<String> found) {
        LogSlice slice = log.read(from, maxBytes, stable, true);
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(bytes);
        long next = slice.nextOffset();
        slice.release();
        if (bytes.position() == 0) return from;
        AbortedTransactions named = new AbortedTransactions();
        assertThat(log.abortedTransactions(from, next, Integer.MAX_VALUE, named))
                .isTrue();
        PriorityQueue<Integer> coming = new PriorityQueue<>(Comparator.comparingLong(named::firstOffset));
        for (int i = 0; i < named.size(); i++) coming.add(i);
        Set<Long> aborted = new HashSet<>();
        for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
            while (!coming.isEmpty() && named.firstOffset(coming.peek()) <= batch.lastOffset()) {
                aborted.add(named.producerId(coming.poll()));
            }
            if (batch.isControlBatch()) {
                boolean abort = ControlRecordType.parse(batch.iterator().next().key()) == ControlRecordType.ABORT;
                if (abort) aborted.remove(batch.producerId());
            } else if (!batch.isTransactional() || !aborted.contains(batch.producerId())) {
                for (Record record : batch) if (record.offset() >= from) found.add(text(record));
            }
        }
        return next;
    }

    private static String text(Record record) {
        byte[] value = new byte[record.valueSize()];
        record.value().get(value);
        return record.offset() + ":" + new String(value, StandardCharsets.UTF_8);
    }
}
