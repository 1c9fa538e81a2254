// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.producer.ProducerStates.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TransactionsOfProducersTest {
    private static final long NONE = Long.MAX_VALUE;

    private ProducerStates states = new ProducerStates(1000, 16);
    private long end;
    private long highWatermark;

    private boolean apply(ByteBuffer batch) {
        RecordBatchHeader.setBaseOffset(batch, 0, end);
        end = RecordBatchHeader.lastOffset(batch, 0) + 1;
        return states.apply(batch, 0, 1000, highWatermark);
    }

    private void data(long producerId, int epoch, int sequence, String... values) {
        assertThat(apply(TestBatches.transactional(producerId, epoch, sequence, values)))
                .isFalse();
    }

    private boolean end(long producerId, int epoch, boolean commit) {
        return apply(TestBatches.marker(producerId, epoch, commit, 5));
    }

    private void commitAll() {
        highWatermark = end;
        states.onHighWatermark(end);
    }

    private ProducerStates copy() {
        ByteBuffer bytes = ByteBuffer.allocate(states.encodedSize());
        states.encode(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        ProducerStates other = new ProducerStates(1000, 16);
        other.decode(bytes.flip());
        assertThat(bytes.hasRemaining()).isFalse();
        return other;
    }

    @Test
    void theEarliestOpenTransactionHoldsTheLastStableOffset() {
        assertThat(states.firstUnstableOffset()).isEqualTo(NONE);
        data(1, 0, 0, "a", "b");
        data(2, 0, 0, "c");
        data(1, 0, 2, "d");
        commitAll();
        assertThat(states.firstUnstableOffset()).isZero();
        end(1, 0, true);
        commitAll();
        assertThat(states.firstUnstableOffset()).isEqualTo(2);
        end(2, 0, false);
        commitAll();
        assertThat(states.firstUnstableOffset()).isEqualTo(NONE);
    }

    @Test
    void anEndCountsWhenItIsCommitted() {
        data(1, 0, 0, "a");
        commitAll();
        end(1, 0, true);
        assertThat(states.firstUnstableOffset()).isZero();
        states.onHighWatermark(1);
        assertThat(states.firstUnstableOffset()).as("the marker itself is at 1").isZero();
        states.onHighWatermark(2);
        assertThat(states.firstUnstableOffset()).isEqualTo(NONE);
    }

    @Test
    void ofAnEndInVainItIsToldWhatItEnded() {
        data(1, 0, 0, "a");
        data(2, 0, 0, "b");
        assertThat(end(2, 0, true)).isFalse();
        data(2, 0, 1, "c");
        assertThat(end(2, 0, false)).isTrue();
        AbortedTransactions aborted = new AbortedTransactions();
        states.takeAborted(aborted);
        assertThat(aborted).hasToString("[2: 3..4 stable 0]");
        assertThat(end(1, 0, false)).isTrue();
        states.takeAborted(aborted);
        assertThat(aborted).hasToString("[2: 3..4 stable 0, 1: 0..5 stable 6]");
    }

    @Test
    void aMarkerWithoutDataEndsNothing() {
        assertThat(end(1, 0, false)).isFalse();
        data(1, 0, 0, "a");
        assertThat(end(1, 0, false)).isTrue();
        assertThat(end(1, 0, false)).isFalse();
    }

    @Test
    void dataOfOneTransactionOnlyWhileItGoesOn() {
        data(1, 0, 0, "a");
        assertThat(states.checkTransaction(1, true)).isEqualTo(Verdict.ACCEPTED);
        assertThat(states.checkTransaction(1, false)).isEqualTo(Verdict.IN_TRANSACTION);
        assertThat(states.checkTransaction(2, false)).isEqualTo(Verdict.ACCEPTED);
        end(1, 0, true);
        assertThat(states.checkTransaction(1, false)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void sequencesGoOnBehindAMarkerOfTheSameEpochAndBeginAnewInANewOne() {
        data(1, 0, 0, "a", "b");
        end(1, 0, true);
        assertThat(states.check(1, (short) 0, 2, 0, 1000, true)).isEqualTo(Verdict.ACCEPTED);
        assertThat(states.check(1, (short) 0, 0, 1, 1000, true)).isEqualTo(Verdict.DUPLICATE);
        data(1, 0, 2, "c");
        end(1, 1, true);
        assertThat(states.check(1, (short) 0, 3, 0, 1000, true)).isEqualTo(Verdict.FENCED);
        assertThat(states.check(1, (short) 1, 3, 0, 1000, true)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(states.check(1, (short) 1, 0, 0, 1000, true)).isEqualTo(Verdict.ACCEPTED);
        data(1, 1, 0, "d");
        assertThat(states.check(1, (short) 1, 1, 0, 1000, true)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void anOlderCoordinatorIsFenced() {
        data(1, 0, 0, "a");
        end(1, 0, true);
        assertThat(states.checkMarker(1, (short) 0, 4, false, 1000)).isEqualTo(Verdict.COORDINATOR_FENCED);
        assertThat(states.checkMarker(1, (short) 0, 5, false, 1000)).isEqualTo(Verdict.ACCEPTED);
        assertThat(states.checkMarker(2, (short) 0, 4, false, 1000)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void aMarkerOfAnOlderEpochIsFenced() {
        data(1, 3, 0, "a");
        assertThat(states.checkMarker(1, (short) 2, 5, false, 1000)).isEqualTo(Verdict.FENCED);
        assertThat(states.checkMarker(1, (short) 3, 5, false, 1000)).isEqualTo(Verdict.ACCEPTED);
        assertThat(states.checkMarker(1, (short) 3, 5, true, 1000))
                .as("with transaction.version 2 it would have a new one")
                .isEqualTo(Verdict.FENCED);
        assertThat(states.checkMarker(1, (short) 4, 5, true, 1000)).isEqualTo(Verdict.ACCEPTED);
        end(1, 4, true);
        assertThat(states.checkMarker(1, (short) 4, 5, true, 1000))
                .as("the same once more")
                .isEqualTo(Verdict.ACCEPTED);
        data(1, 4, 0, "b");
        assertThat(states.checkMarker(1, (short) 4, 5, true, 1000))
                .as("a late one must not end the next transaction (KAFKA-17754)")
                .isEqualTo(Verdict.FENCED);
    }

    @Test
    void survivesEncoding() {
        data(1, 0, 0, "a");
        data(2, 0, 0, "b");
        commitAll();
        end(2, 0, false);
        ProducerStates other = copy();
        assertThat(other.hasTransactions()).isTrue();
        assertThat(other.firstUnstableOffset()).isZero();
        assertThat(other.checkTransaction(1, false)).isEqualTo(Verdict.IN_TRANSACTION);
        assertThat(other.checkMarker(2, (short) 0, 4, false, 1000)).isEqualTo(Verdict.COORDINATOR_FENCED);
        states = other;
        end(1, 0, true);
        states.onHighWatermark(2);
        assertThat(states.firstUnstableOffset()).as("neither end is committed").isZero();
        states.onHighWatermark(3);
        assertThat(states.firstUnstableOffset()).as("that of 2 is").isZero();
        states.onHighWatermark(4);
        assertThat(states.firstUnstableOffset()).isEqualTo(NONE);
    }

    @Test
    void withoutTransactionsTheBytesAreThoseOfAVersionThatKnewNone() {
        ByteBuffer old = ByteBuffer.allocate(100);
        old.putInt(1 << 31 | 1).putLong(42).putShort((short) 3).putLong(900).put((byte) 1);
        old.putInt(0).putInt(1).putLong(17).putLong(18).putLong(800).flip();
        states.decode(old.duplicate());
        assertThat(states.hasTransactions()).isFalse();
        assertThat(states.check(42, (short) 3, 0, 1, 1000, true)).isEqualTo(Verdict.DUPLICATE);
        assertThat(states.duplicateBaseOffset()).isEqualTo(17);
        ByteBuffer again = ByteBuffer.allocate(states.encodedSize());
        states.encode(again);
        assertThat(again.flip()).isEqualTo(old);
    }

    @Test
    void aProducerIsNotForgottenWhileItsTransactionGoesOn() {
        data(1, 0, 0, "a");
        states.expire(Long.MAX_VALUE / 2);
        assertThat(states.size()).isEqualTo(1);
        for (int i = 100; i < 300; i++) apply(TestBatches.idempotent(i, 0, 0, "x"));
        assertThat(states.size()).isLessThanOrEqualTo(17);
        assertThat(states.checkTransaction(1, false)).isEqualTo(Verdict.IN_TRANSACTION);
        assertThat(copy().firstUnstableOffset()).isZero();
    }

    @Test
    void noMoreTransactionsAreOpenThanAreAllowed() {
        for (int i = 0; i < 16; i++) data(i, 0, 0, "a");
        assertThat(states.checkTransaction(99, true)).isEqualTo(Verdict.TOO_MANY_TRANSACTIONS);
        assertThat(states.checkTransaction(3, true)).isEqualTo(Verdict.ACCEPTED);
        end(3, 0, true);
        assertThat(states.checkTransaction(99, true)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void endsBehindTheEndOfTheLogAreKnown() {
        data(1, 0, 0, "a");
        end(1, 0, true);
        assertThat(states.knowsOffsetsFrom(1)).isTrue();
        assertThat(states.knowsOffsetsFrom(2)).isFalse();
    }

    @Test
    void ofAProducerWhoseEpochOnlyAMarkerTellsTheMarkerIsItsLastOffset() {
        data(1, 0, 0, "a");
        end(1, 1, true);
        assertThat(states.lastOffsets(1000).get(1L)).containsExactly(1);
    }
}
