// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.producer.ProducerStates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What may be relied on of one log after a crash, noted while it lives: told <em>before</em> something begins that may take
 * a promise back, and <em>after</em> something is done that gives one.
 */
final class LogPromise {
    /**
     * A record, and the batch that it came in.
     *
     * @param value unlike that of any other record of the life
     */
    record Entry(long batchBase, int epoch, long producerId, int sequence, String value) {}

    /** What the log holds now, by offset. */
    private final TreeMap<Long, Entry> current = new TreeMap<>();

    /** Whatever was written at an offset and not durably cut. */
    private final TreeMap<Long, Set<Entry>> possible = new TreeMap<>();

    private boolean mayExist;
    private boolean mustExist;
    private long flushed;
    private long startAtLeast;
    private long startAtMost;
    private long highWatermarkAtMost;

    void creating() {
        mayExist = true;
    }

    void deleting() {
        mustExist = false;
        flushed = 0;
        startAtLeast = 0;
        highWatermarkAtMost = Long.MAX_VALUE;
    }

    void deleted() {
        mayExist = false;
        forgetFrom(0);
        startAtMost = 0;
        highWatermarkAtMost = 0;
    }

    /** A batch is on its way; refused or not. */
    void appending(long baseOffset, int epoch, long producerId, int sequence, String... values) {
        for (int i = 0; i < values.length; i++) {
            Entry entry = new Entry(baseOffset, epoch, producerId, sequence, values[i]);
            current.put(baseOffset + i, entry);
            possible.computeIfAbsent(baseOffset + i, o -> new HashSet<>()).add(entry);
        }
    }

    /** The log said that everything below is on the disk. */
    void flushed(long offset) {
        flushed = Math.max(flushed, offset);
        mustExist |= offset > startAtMost;
    }

    /** Returns where the cut will be: the batch that holds the offset goes whole. */
    long truncating(long offset) {
        Entry cut = current.get(offset);
        long end = cut == null ? offset : cut.batchBase();
        flushed = Math.min(flushed, end);
        return end;
    }

    void truncated(long end) {
        forgetFrom(end);
    }

    void truncatingFully(long offset) {
        mustExist = false;
        flushed = 0;
        startAtLeast = Math.min(startAtLeast, offset);
        startAtMost = Math.max(startAtMost, offset);
        highWatermarkAtMost = Math.max(highWatermarkAtMost, offset);
    }

    void truncatedFully(long offset) {
        forgetFrom(0);
        mustExist = true;
        flushed = offset;
        startAtLeast = offset;
        startAtMost = offset;
    }

    void raisingStart(long offset) {
        startAtMost = Math.max(startAtMost, offset);
    }

    void raisedStartDurably(long offset) {
        startAtLeast = Math.max(startAtLeast, offset);
    }

    void toldHighWatermark(long offset) {
        highWatermarkAtMost = Math.max(highWatermarkAtMost, offset);
    }

    /** Everything that was appended is on the disk if the directory says that it was closed in order. */
    void closedCleanly() {
        if (!mayExist) return;
        flushed(current.isEmpty() ? flushed : current.lastKey() + 1);
    }

    private void forgetFrom(long offset) {
        current.tailMap(offset, true).clear();
        possible.tailMap(offset, true).clear();
    }

    /** Checks a log that was recovered, null when there is none. All of it is promised from now on, and nothing else may be. */
    void check(PartitionLog log, String when) {
        if (log == null) {
            assertThat(mustExist).as(when + ": the log is gone").isFalse();
            deleted();
            return;
        }
        assertThat(mayExist).as(when + ": the log was deleted").isTrue();
        checkOffsets(log, when);
        List<RecordBatch> batches = batches(log);
        NavigableMap<Long, Entry> found = entries(batches);
        checkRecords(log, found, when);
        checkEpochs(log, batches, when);
        checkProducers(log, batches, when);
        checkTransactions(log, batches, when);
        adopt(log, found);
    }

    private void adopt(PartitionLog log, NavigableMap<Long, Entry> found) {
        forgetFrom(0);
        current.putAll(found);
        found.forEach((offset, entry) -> possible.put(offset, new HashSet<>(Set.of(entry))));
        mustExist = true;
        flushed = log.logEndOffset();
        startAtLeast = log.logStartOffset();
        startAtMost = startAtLeast;
        highWatermarkAtMost = log.highWatermarkCheckpoint();
    }

    private void checkOffsets(PartitionLog log, String when) {
        long start = log.logStartOffset();
        long end = log.logEndOffset();
        assertThat(start).as(when + ": log start").isBetween(startAtLeast, Math.max(startAtLeast, startAtMost));
        assertThat(end).as(when + ": log end").isGreaterThanOrEqualTo(Math.max(start, flushed));
        assertThat(log.flushedOffset()).as(when + ": flushed").isEqualTo(end);
        assertThat(log.highWatermarkCheckpoint())
                .as(when + ": high watermark")
                .isBetween(start, Math.max(start, Math.min(end, highWatermarkAtMost)));
    }

    private void checkRecords(PartitionLog log, NavigableMap<Long, Entry> found, String when) {
        for (long offset = log.logStartOffset(); offset < log.logEndOffset(); offset++) {
            Entry entry = found.get(offset);
            String place = when + ": record at " + offset;
            assertThat(entry).as(place).isNotNull();
            if (offset < flushed) assertThat(entry).as(place).isEqualTo(current.get(offset));
            else assertThat(possible.getOrDefault(offset, Set.of())).as(place).contains(entry);
        }
        assertThat(found.tailMap(log.logEndOffset(), true))
                .as(when + ": behind the end")
                .isEmpty();
    }

    /** Epochs never fall, and end where the next one's first batch stands. */
    private static void checkEpochs(PartitionLog log, List<RecordBatch> batches, String when) {
        Map<Integer, Long> ends = new LinkedHashMap<>();
        int last = -1;
        for (RecordBatch batch : batches) {
            int epoch = batch.partitionLeaderEpoch();
            assertThat(epoch).as(when + ": epoch at " + batch.baseOffset()).isGreaterThanOrEqualTo(last);
            if (epoch > last && last >= 0) ends.put(last, batch.baseOffset());
            last = epoch;
        }
        if (last >= 0) ends.put(last, log.logEndOffset());
        for (Map.Entry<Integer, Long> end : ends.entrySet()) {
            assertThat(log.endOffsetForEpoch(end.getKey()).endOffset())
                    .as(when + ": end of epoch " + end.getKey())
                    .isEqualTo(end.getValue());
        }
        if (last >= 0) assertThat(log.latestEpoch()).as(when + ": latest epoch").isEqualTo(last);
    }

    /** The producers are those of the batches: the last five of each are recognised, and nothing else. */
    private void checkProducers(PartitionLog log, List<RecordBatch> batches, String when) {
        Map<Long, List<RecordBatch>> ofProducer = new LinkedHashMap<>();
        for (RecordBatch batch : batches) {
            if (batch.hasProducerId() && !batch.isControlBatch()) {
                ofProducer
                        .computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                        .add(batch);
            }
        }
        ofProducer.forEach((id, all) -> {
            List<RecordBatch> remembered = all.subList(Math.max(0, all.size() - 5), all.size());
            for (RecordBatch batch : remembered) {
                String place = when + ": producer " + id + " at " + batch.baseOffset();
                assertThat(verdict(log, batch.producerId(), batch.producerEpoch(), batch.baseSequence(), size(batch)))
                        .as(place)
                        .isEqualTo(ProducerStates.Verdict.DUPLICATE);
                assertThat(log.state().producers.duplicateBaseOffset())
                        .as(place)
                        .isEqualTo(batch.baseOffset());
            }
            RecordBatch newest = all.get(all.size() - 1);
            assertThat(verdict(log, id, newest.producerEpoch(), newest.lastSequence() + 1, 1))
                    .as(when + ": producer " + id + " goes on")
                    .isEqualTo(ProducerStates.Verdict.ACCEPTED);
        });
        assertThat(log.state().producers.knowsOffsetsFrom(log.logEndOffset()))
                .as(when + ": producers know of what is not there")
                .isFalse();
    }

    /** What a read-committed consumer sees is what was committed, up to the earliest transaction that is open. */
    private static void checkTransactions(PartitionLog log, List<RecordBatch> batches, String when) {
        long highWatermark = log.highWatermarkCheckpoint();
        for (long committed : new long[] {highWatermark, log.logEndOffset()}) {
            long stable = log.lastStableOffset(committed);
            assertThat(stable)
                    .as(when + ": last stable offset of " + committed)
                    .isBetween(
                            ReadCommitted.stable(batches, log.logStartOffset(), highWatermark, committed),
                            ReadCommitted.stable(batches, log.logStartOffset(), Long.MAX_VALUE, committed));
            ReadCommitted.check(log, batches, log.logStartOffset(), 700, stable, when);
        }
    }

    private static int size(RecordBatch batch) {
        return (int) (batch.lastOffset() - batch.baseOffset() + 1);
    }

    private static ProducerStates.Verdict verdict(PartitionLog log, long id, short epoch, int sequence, int records) {
        return log.state().producers.check(id, epoch, sequence, records - 1, log.state().logTimeMs, false);
    }

    /** All batches of a log, as Kafka's classes read them; their CRCs are checked. */
    static List<RecordBatch> batches(PartitionLog log) {
        List<RecordBatch> batches = new ArrayList<>();
        for (long at = log.logStartOffset(); at < log.logEndOffset(); ) {
            LogSlice slice = log.read(at, 1 << 20, Long.MAX_VALUE, true);
            assertThat(slice.sizeInBytes()).as("bytes at " + at).isPositive();
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            at = slice.nextOffset();
            slice.release();
            for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
                batch.ensureValid();
                batches.add(batch);
            }
        }
        return batches;
    }

    /** What the marker that ends a transaction counts as; different for each of them, if their coordinators' epochs are. */
    static String markerValue(boolean commit, int coordinatorEpoch) {
        return (commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT) + "-" + coordinatorEpoch;
    }

    private static String value(RecordBatch batch, Record record) {
        if (batch.isControlBatch()) {
            EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
            return markerValue(marker.controlType() == ControlRecordType.COMMIT, marker.coordinatorEpoch());
        }
        byte[] value = new byte[record.valueSize()];
        record.value().get(value);
        return new String(value, StandardCharsets.UTF_8);
    }

    /** The records of batches by offset; each offset once. */
    static NavigableMap<Long, Entry> entries(List<RecordBatch> batches) {
        TreeMap<Long, Entry> found = new TreeMap<>();
        for (RecordBatch batch : batches) {
            for (Record record : batch) {
                Entry entry = new Entry(
                        batch.baseOffset(),
                        batch.partitionLeaderEpoch(),
                        batch.producerId(),
                        batch.baseSequence(),
                        value(batch, record));
                assertThat(found.put(record.offset(), entry))
                        .as("two records at " + record.offset())
                        .isNull();
            }
        }
        return found;
    }
}
