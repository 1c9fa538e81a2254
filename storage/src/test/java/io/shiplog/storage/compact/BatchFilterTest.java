// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import static io.shiplog.storage.batch.KeyedBatches.at;
import static io.shiplog.storage.batch.KeyedBatches.batch;
import static io.shiplog.storage.batch.KeyedBatches.idempotent;
import static io.shiplog.storage.batch.KeyedBatches.marker;
import static io.shiplog.storage.batch.KeyedBatches.read;
import static io.shiplog.storage.batch.KeyedBatches.shapes;
import static io.shiplog.storage.batch.KeyedBatches.transactional;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchFilterTest {
    private static final long NOW = 1_000_000;
    private static final long RETENTION = 500;
    private static final long LIMIT = RecordStream.limitFor(1 << 20);

    private final OffsetMap latest = OffsetMap.withRoomFor(100, 1 << 20);
    private final Map<Long, long[]> producers = new HashMap<>();
    private final TransactionScan transactions = new TransactionScan();
    private long mappedEnd = 1000;
    private long nowMs = NOW;
    private BatchFilter filter;

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void keepsTheLatestRecordOfEachKeyAtItsOffsetWithItsTimestamp(CompressionType codec) {
        latest("a", 12);
        latest("b", 40);
        latest("c", 11);
        ByteBuffer b = at(10, 3, batch(codec, 5000, "a=1", "c=2", "a=3", "b=4"));
        assertThat(filter(b)).isEqualTo(BatchFilter.Verdict.CHANGED);
        ByteBuffer left = filter.output();
        assertThat(read(left)).containsExactly("11:c=2", "12:a=3");
        RecordBatch batch = first(left);
        assertThat(batch.baseOffset()).isEqualTo(10);
        assertThat(batch.lastOffset()).isEqualTo(13);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(3);
        assertThat(batch.compressionType()).isEqualTo(codec);
        assertThat(batch.maxTimestamp()).isEqualTo(5002);
        assertThat(batch.iterator().next().timestamp()).isEqualTo(5001);
    }

    @Test
    void aBatchOfWhichEverythingIsTheLatestStaysAsItIs() {
        latest("a", 10);
        assertThat(filter(at(10, 0, batch("a=1", "unmapped=2")))).isEqualTo(BatchFilter.Verdict.AS_IS);
    }

    @Test
    void aBatchOfWhichNothingIsTheLatestGoesUnlessItsHeaderIsNeeded() {
        latest("a", 500);
        ByteBuffer b = at(10, 0, batch("a=1", "a=2"));
        assertThat(filter(b)).isEqualTo(BatchFilter.Verdict.DROPPED);
        assertThat(filter.filter(b, 0, b.limit(), true)).isEqualTo(BatchFilter.Verdict.CHANGED);
        assertThat(shapes(filter.output())).containsExactly("10-11/0");
        assertThat(first(filter.output()).isValid()).isTrue();
    }

    @Test
    void whatLiesBehindTheMappedPartIsNotJudged() {
        mappedEnd = 11;
        latest("a", 500);
        assertThat(filter(at(11, 0, batch("a=1")))).isEqualTo(BatchFilter.Verdict.AS_IS);
        assertThat(filter(at(10, 0, batch("a=1", "a=2")))).isEqualTo(BatchFilter.Verdict.CHANGED);
        assertThat(read(filter.output())).containsExactly("11:a=2");
    }

    @Test
    void aRecordWithoutAKeyGoes() {
        assertThat(filter(at(10, 0, batch("=1")))).isEqualTo(BatchFilter.Verdict.DROPPED);
    }

    @Test
    void aTombstoneStaysFromItsFirstCleaningOnForTheTimeThatIsPromised() {
        latest("a", 11);
        ByteBuffer b = at(10, 0, batch(CompressionType.NONE, 7000, "x=1", "a"));
        assertThat(filter(b)).isEqualTo(BatchFilter.Verdict.CHANGED);
        ByteBuffer marked = copy(filter.output());
        assertThat(read(marked)).containsExactly("10:x=1", "11:a");
        assertThat(first(marked).deleteHorizonMs()).hasValue(NOW + RETENTION);
        assertThat(first(marked).iterator().next().timestamp()).isEqualTo(7000);
        assertThat(first(marked).maxTimestamp()).isEqualTo(7001);

        // Later passes neither move the horizon nor remove it before its time.
        nowMs = NOW + RETENTION - 1;
        assertThat(filter(marked)).isEqualTo(BatchFilter.Verdict.AS_IS);
        nowMs = NOW + RETENTION;
        assertThat(filter(marked)).isEqualTo(BatchFilter.Verdict.CHANGED);
        assertThat(read(filter.output())).containsExactly("10:x=1");
        assertThat(first(filter.output()).deleteHorizonMs()).hasValue(NOW + RETENTION);
        assertThat(first(filter.output()).iterator().next().timestamp()).isEqualTo(7000);
    }

    @Test
    void aTombstoneThatIsNotTheLatestGoesAtOnce() {
        latest("a", 500);
        assertThat(filter(at(10, 0, batch("a")))).isEqualTo(BatchFilter.Verdict.DROPPED);
    }

    @Test
    void theLastBatchOfAProducerStaysWithoutItsRecords() {
        producers.put(9L, new long[] {3, 11});
        latest("a", 500);
        ByteBuffer last = at(10, 2, idempotent(9, 4, 17, "a=1", "a=2"));
        assertThat(filter(last)).isEqualTo(BatchFilter.Verdict.CHANGED);
        RecordBatch empty = first(filter.output());
        assertThat(empty.countOrNull()).isZero();
        assertThat(empty.producerId()).isEqualTo(9);
        assertThat(empty.producerEpoch()).isEqualTo((short) 4);
        assertThat(empty.baseSequence()).isEqualTo(17);
        assertThat(empty.lastSequence()).isEqualTo(18);
        assertThat(empty.lastOffset()).isEqualTo(11);
        assertThat(empty.isValid()).isTrue();
        assertThat(filter(at(2, 2, idempotent(9, 4, 15, "a=1", "a=2")))).isEqualTo(BatchFilter.Verdict.DROPPED);
        assertThat(filter(at(2, 2, idempotent(8, 4, 15, "a=1", "a=2")))).isEqualTo(BatchFilter.Verdict.DROPPED);
    }

    @Test
    void ofAProducerWhoseKnownBatchesAllLieBehindTheCleanedPartEveryBatchMayBeTheLastThere() {
        producers.put(9L, new long[] {2000, 2001});
        latest("a", 500);
        assertThat(filter(at(10, 0, idempotent(9, 4, 17, "a=1")))).isEqualTo(BatchFilter.Verdict.CHANGED);
    }

    @Test
    void anEmptyBatchGoesWhenNobodyNeedsItAnyMore() {
        latest("a", 500);
        ByteBuffer b = at(10, 0, idempotent(9, 4, 17, "a=1"));
        producers.put(9L, new long[] {10});
        filter(b);
        ByteBuffer empty = copy(filter.output());
        assertThat(filter(empty)).isEqualTo(BatchFilter.Verdict.AS_IS);
        producers.put(9L, new long[] {10, 70});
        assertThat(filter(empty)).isEqualTo(BatchFilter.Verdict.DROPPED);
    }

    @Test
    void dataOfAnAbortedTransactionGoesAndItsMarkerOnlyWhenNoDataIsMet() {
        ByteBuffer data = at(10, 0, transactional(5, 0, "a=1"));
        ByteBuffer end = at(11, 0, marker(5, false));
        scan(data, end);
        assertThat(filter(data)).isEqualTo(BatchFilter.Verdict.DROPPED);
        assertThat(again(end)).isEqualTo(BatchFilter.Verdict.AS_IS);

        // The next pass meets the marker alone: from now on it has some time left.
        assertThat(filter(end)).isEqualTo(BatchFilter.Verdict.CHANGED);
        ByteBuffer marked = copy(filter.output());
        assertThat(first(marked).deleteHorizonMs()).hasValue(NOW + RETENTION);
        assertThat(read(marked)).containsExactly("11!");
        nowMs = NOW + RETENTION - 1;
        assertThat(filter(marked)).isEqualTo(BatchFilter.Verdict.AS_IS);
        nowMs = NOW + RETENTION;
        assertThat(filter(marked)).isEqualTo(BatchFilter.Verdict.DROPPED);
        assertThat(filter.filter(marked, 0, marked.limit(), true)).isEqualTo(BatchFilter.Verdict.AS_IS);
    }

    @Test
    void dataOfACommittedTransactionIsJudgedLikeAnyOther() {
        latest("a", 10);
        ByteBuffer data = at(10, 0, transactional(5, 0, "a=1"));
        ByteBuffer end = at(11, 0, marker(5, true));
        scan(data, end);
        assertThat(filter(data)).isEqualTo(BatchFilter.Verdict.AS_IS);
        assertThat(again(end)).isEqualTo(BatchFilter.Verdict.AS_IS);
    }

    @Test
    void anEmptyBatchOfATransactionHoldsItsMarker() {
        producers.put(5L, new long[] {10});
        ByteBuffer data = at(10, 0, transactional(5, 0, "a=1"));
        ByteBuffer end = at(11, 0, marker(5, false));
        scan(data, end);
        filter(data);
        ByteBuffer empty = copy(filter.output());
        assertThat(shapes(empty)).containsExactly("10-10/0");
        assertThat(filter(empty)).isEqualTo(BatchFilter.Verdict.AS_IS);
        assertThat(again(end)).isEqualTo(BatchFilter.Verdict.AS_IS);
    }

    @Test
    void onlyTheTransactionThatWasAbortedLosesItsData() {
        scan(
                at(0, 0, transactional(5, 0, "a=1")),
                at(1, 0, marker(5, false)),
                at(2, 0, transactional(5, 1, "a=2")),
                at(3, 0, transactional(6, 0, "b=2")),
                at(4, 0, marker(5, true)));
        assertThat(transactions.isAborted(5, 0)).isTrue();
        assertThat(transactions.isAborted(5, 2)).isFalse();
        assertThat(transactions.isAborted(6, 0)).isFalse();
        assertThat(transactions.firstUnstableOffset()).isEqualTo(3);
    }

    @Test
    void aBatchThatCannotBeUnpackedStaysAsItIs() {
        latest("a", 500);
        ByteBuffer b = at(10, 0, batch(CompressionType.GZIP, 1000, "a=1", "a=2"));
        b.put(75, (byte) (b.get(75) ^ 0x55));
        assertThat(filter(b)).isEqualTo(BatchFilter.Verdict.AS_IS);
    }

    @Test
    void aBatchThatUnpacksToMoreThanIsAllowedStaysAsItIs() {
        latest("a", 500);
        ByteBuffer b = at(10, 0, batch(CompressionType.GZIP, 1000, "a=" + "x".repeat(100_000), "a=2"));
        LastBatches none = new LastBatches(Map.of());
        BatchFilter strict = new BatchFilter(latest, mappedEnd, none, transactions, NOW, RETENTION, 50_000);
        assertThat(strict.filter(b, 0, b.limit(), false)).isEqualTo(BatchFilter.Verdict.AS_IS);
        assertThat(filter(b)).isEqualTo(BatchFilter.Verdict.DROPPED);
    }

    private void latest(String key, long offset) {
        latest.put(ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)), offset);
    }

    private BatchFilter.Verdict filter(ByteBuffer b) {
        LastBatches lastBatches = new LastBatches(producers);
        lastBatches.settle(mappedEnd);
        filter = new BatchFilter(latest, mappedEnd, lastBatches, transactions, nowMs, RETENTION, LIMIT);
        return again(b);
    }

    private BatchFilter.Verdict again(ByteBuffer b) {
        return filter.filter(b, 0, b.limit(), false);
    }

    private void scan(ByteBuffer... batches) {
        for (ByteBuffer b : batches) {
            if (RecordBatchHeader.isControl(b, 0)) transactions.marker(b, 0, b.limit());
            else transactions.data(RecordBatchHeader.producerId(b, 0), RecordBatchHeader.baseOffset(b, 0));
        }
    }

    private static ByteBuffer copy(ByteBuffer b) {
        return ByteBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
    }

    private static RecordBatch first(ByteBuffer b) {
        return MemoryRecords.readableRecords(b.duplicate()).batches().iterator().next();
    }
}
