// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.producer.ProducerStates.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ProducerStatesTest {
    private static final long PRODUCER = 42;

    private final ProducerStates states = new ProducerStates(1000, 32);
    private long offset;

    private void append(long producer, int epoch, int sequence, int records, long timeMs) {
        states.append(producer, (short) epoch, sequence, offset, records - 1, timeMs, timeMs);
        offset += records;
    }

    private Verdict check(int epoch, int sequence, int records) {
        return states.check(PRODUCER, (short) epoch, sequence, records - 1, 0, false);
    }

    @Test
    void unknownProducerBeginsAtZeroUnlessItMayHaveBeenForgotten() {
        assertThat(states.check(PRODUCER, (short) 0, 9, 0, 0, true)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(states.check(PRODUCER, (short) 0, 0, 0, 0, true)).isEqualTo(Verdict.ACCEPTED);
        assertThat(states.check(PRODUCER, (short) 0, 9, 0, 0, false)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void forgettingIsRememberedByTheSnapshotToo() {
        states.append(PRODUCER, (short) 0, 0, 0, 0, 0, 0);
        states.expire(Long.MAX_VALUE / 2);
        assertThat(states.size()).isZero();
        assertThat(states.check(PRODUCER, (short) 0, 9, 0, 0, true)).isEqualTo(Verdict.ACCEPTED);
        ByteBuffer snapshot = ByteBuffer.allocate(states.encodedSize());
        states.encode(snapshot);
        ProducerStates restored = new ProducerStates(1_000, 100);
        restored.decode(snapshot.flip());
        assertThat(restored.check(PRODUCER, (short) 0, 9, 0, 0, true)).isEqualTo(Verdict.ACCEPTED);
    }

    /** KafkaJS leaves a sequence in batches without a producer id. */
    @Test
    void whatHasNoProducerIdIsNotRemembered() {
        ByteBuffer batch = TestBatches.batch(0, "a").putInt(53, 0);
        assertThat(states.apply(batch, 0, 0, 0)).isFalse();
        assertThat(states.size()).isZero();
    }

    @Test
    void describesWhoIsRemembered() {
        append(PRODUCER, 3, 0, 5, 100);
        append(PRODUCER + 1, 0, 7, 1, 1_200);
        assertThat(states.describe(1_050))
                .containsExactly(
                        new ActiveProducer(PRODUCER, (short) 3, 4, 100, -1, -1),
                        new ActiveProducer(PRODUCER + 1, (short) 0, 7, 1_200, -1, -1));
        assertThat(states.describe(1_200))
                .extracting(ActiveProducer::producerId)
                .containsExactly(PRODUCER + 1);
    }

    @Test
    void unknownProducerMayBeginAnywhere() {
        assertThat(check(3, 77, 1)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void nextSequenceIsAccepted() {
        append(PRODUCER, 0, 0, 3, 0);
        assertThat(check(0, 3, 1)).isEqualTo(Verdict.ACCEPTED);
        assertThat(check(0, 4, 1)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(check(0, 2, 5)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void theLastFiveBatchesAreRecognised() {
        for (int i = 0; i < 6; i++) append(PRODUCER, 0, i * 2, 2, 100 + i);
        for (int i = 1; i < 6; i++) {
            assertThat(check(0, i * 2, 2)).isEqualTo(Verdict.DUPLICATE);
            assertThat(states.duplicateBaseOffset()).isEqualTo(i * 2L);
            assertThat(states.duplicateLastOffset()).isEqualTo(i * 2L + 1);
            assertThat(states.duplicateTimestampMs()).isEqualTo(100 + i);
        }
        assertThat(check(0, 0, 2)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    private Verdict checkInWholeLog(int sequence, int records) {
        return states.check(PRODUCER, (short) 0, sequence, records - 1, 0, true);
    }

    /** Six batches of two records each, of which the first is not remembered. */
    private void appendSixBatches() {
        for (int i = 0; i < 6; i++) append(PRODUCER, 0, i * 2, 2, 100 + i);
    }

    @Test
    void whatLiesBeforeTheLastFiveBatchesOfAWholeLogIsInItToo() {
        appendSixBatches();
        assertThat(checkInWholeLog(0, 2)).isEqualTo(Verdict.OLD_DUPLICATE);
        assertThat(states.duplicateBaseOffset()).isEqualTo(-1);
        assertThat(states.duplicateLastOffset()).isEqualTo(1);
        assertThat(checkInWholeLog(1, 1)).isEqualTo(Verdict.OLD_DUPLICATE);
    }

    @Test
    void whatReachesIntoTheLastFiveBatchesAndIsNoneOfThemIsOutOfOrder() {
        appendSixBatches();
        assertThat(checkInWholeLog(0, 3)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(checkInWholeLog(13, 1)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void afterAGapNobodyKnowsWhetherWhatIsOlderIsInTheLog() {
        for (int i = 1; i < 8; i++) append(PRODUCER, 0, i * 2, 2, 0);
        assertThat(checkInWholeLog(2, 2)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void afterForgettingNobodyKnowsWhetherWhatIsOlderIsInTheLog() {
        append(PRODUCER + 1, 0, 0, 1, -5_000);
        appendSixBatches();
        states.expire(200);
        assertThat(checkInWholeLog(0, 2)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void sequencesThatBeginAnewAreNotTakenForOldOnes() {
        append(PRODUCER, 0, 0, Integer.MAX_VALUE - 100, 0);
        for (int i = 100; i > 40; i -= 10) append(PRODUCER, 0, Integer.MAX_VALUE - i, 10, 0);
        assertThat(checkInWholeLog(Integer.MAX_VALUE - 100, 10)).isEqualTo(Verdict.OLD_DUPLICATE);
        assertThat(checkInWholeLog(5, 10)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void sameFirstSequenceWithAnotherLengthIsNoDuplicate() {
        append(PRODUCER, 0, 0, 2, 0);
        assertThat(check(0, 0, 3)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void sequencesWrapToZero() {
        append(PRODUCER, 0, Integer.MAX_VALUE - 1, 2, 0);
        assertThat(check(0, 0, 1)).isEqualTo(Verdict.ACCEPTED);
        append(PRODUCER, 0, 0, 1, 0);
        append(PRODUCER, 1, Integer.MAX_VALUE, 3, 0);
        assertThat(check(1, Integer.MAX_VALUE, 3)).isEqualTo(Verdict.DUPLICATE);
        assertThat(check(1, 2, 1)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void newerEpochBeginsAtZeroAndFencesTheOlder() {
        append(PRODUCER, 1, 5, 1, 0);
        assertThat(check(2, 6, 1)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(check(2, 0, 1)).isEqualTo(Verdict.ACCEPTED);
        assertThat(check(0, 6, 1)).isEqualTo(Verdict.FENCED);
        append(PRODUCER, 2, 0, 1, 0);
        assertThat(check(1, 6, 1)).isEqualTo(Verdict.FENCED);
        assertThat(check(2, 5, 1)).isEqualTo(Verdict.OUT_OF_ORDER);
    }

    @Test
    void idleProducerExpiresByLogTime() {
        append(PRODUCER, 3, 0, 1, 5000);
        assertThat(states.check(PRODUCER, (short) 3, 9, 0, 6000, false)).isEqualTo(Verdict.OUT_OF_ORDER);
        assertThat(states.check(PRODUCER, (short) 0, 9, 0, 6001, false)).isEqualTo(Verdict.ACCEPTED);
        states.expire(6000);
        assertThat(states.size()).isEqualTo(1);
        states.expire(6001);
        assertThat(states.size()).isZero();
    }

    @Test
    void theNumberOfProducersIsBoundedAndTheLongestIdleGo() {
        for (int i = 0; i < 200; i++) append(i, 0, 0, 1, 0);
        assertThat(states.size()).isLessThanOrEqualTo(32);
        assertThat(states.check(199, (short) 0, 0, 0, 0, false)).isEqualTo(Verdict.DUPLICATE);
        assertThat(states.check(0, (short) 0, 9, 0, 0, false)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void survivesEncoding() {
        for (int i = 0; i < 30; i++) for (int b = 0; b < 7; b++) append(i, 1, b, 1, 10 + b);
        ByteBuffer bytes = ByteBuffer.allocate(states.encodedSize());
        states.encode(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        ProducerStates other = new ProducerStates(1000, 32);
        other.decode(bytes.flip());
        assertThat(other.size()).isEqualTo(30);
        assertThat(other.check(17, (short) 1, 6, 0, 0, false)).isEqualTo(Verdict.DUPLICATE);
        assertThat(other.check(17, (short) 1, 7, 0, 0, false)).isEqualTo(Verdict.ACCEPTED);
        assertThat(other.check(17, (short) 0, 7, 0, 0, false)).isEqualTo(Verdict.FENCED);
        assertThat(other.check(17, (short) 0, 7, 0, 2000, false)).isEqualTo(Verdict.ACCEPTED);
    }
}
