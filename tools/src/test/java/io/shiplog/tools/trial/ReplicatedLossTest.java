// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicatedLossTest {
    private static final int PARTITIONS = 2;

    private final Ledger ledger = new Ledger(PARTITIONS);
    private final ReadLog read = new ReadLog(ledger, PARTITIONS);

    /** Records 0 to 3, acknowledged at offsets 0 to 3 of partition 1; record 4 without an answer. */
    @BeforeEach
    void sendFive() {
        for (int sequence = 0; sequence < 5; sequence++) {
            ledger.sent(value(sequence));
            if (sequence < 4) {
                ledger.acknowledged(sequence, 1, sequence, 0, 1);
            }
        }
    }

    private static byte[] value(int sequence) {
        return ("record " + sequence).getBytes(StandardCharsets.UTF_8);
    }

    private void found(int offset, int sequence) {
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
        read.add(new ConsumerRecord<>("t", 1, offset, key, value(sequence)));
    }

    @Test
    void nothingIsLostWhenAllIsThere() {
        for (int sequence = 0; sequence < 4; sequence++) {
            found(sequence, sequence);
        }
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS)).isEqualTo(new ReplicatedLoss(0, 4, null));
    }

    @Test
    void aLostEndIsCountedAndNoFault() {
        found(0, 0);
        found(1, 1);
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS)).isEqualTo(new ReplicatedLoss(2, 4, null));
    }

    @Test
    void aRecordWithoutAnAnswerMayStandBehindWhatIsLeft() {
        found(0, 0);
        found(1, 1);
        found(2, 2);
        found(3, 3);
        found(4, 4);
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS)).isEqualTo(new ReplicatedLoss(0, 4, null));
    }

    @Test
    void aLossBeforeTheEndIsAFault() {
        found(0, 0);
        found(1, 2);
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS).fault()).contains("record 2", "not acknowledged");
    }

    @Test
    void aRecordInThePlaceOfAnAcknowledgedOneIsAFault() {
        found(0, 0);
        found(1, 1);
        found(2, 4);
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS).fault()).contains("record 2", "missing");
    }

    @Test
    void aHoleIsAFault() {
        found(0, 0);
        found(2, 2);
        assertThat(ReplicatedLoss.of(ledger, read, PARTITIONS).fault()).contains("offset 1 expected");
    }
}
