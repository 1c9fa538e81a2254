// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.Ledger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Five records of one partition, acknowledged at offsets 0 to 4. */
class ControlTest {
    private static final int RECORDS = 5;

    private final Ledger ledger = new Ledger(1);
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

    ControlTest() {
        for (int sequence = 0; sequence < RECORDS; sequence++) {
            byte[] value = ("record " + sequence).getBytes(StandardCharsets.UTF_8);
            ledger.sent(value);
            ledger.acknowledged(sequence, 0, sequence, 0, 1);
            byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
            records.add(new ConsumerRecord<>("t", 0, sequence, key, value));
        }
    }

    @Test
    void everyFalsehoodIsNoticed() throws Exception {
        assertThat(Control.of(ledger, List.of(records))).containsSubsequence("LOST", "DOUBLED", "SWAPPED");
    }

    @Test
    void anObjectionToTheTruthIsAFault() {
        List<ConsumerRecord<byte[], byte[]>> short1 = records.subList(0, RECORDS - 1);
        assertThatThrownBy(() -> Control.of(ledger, List.of(short1)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("objects to what is true")
                .hasMessageContaining("record 4 was acknowledged and is missing");
    }

    @Test
    void aLostRecordIsGoneAndTheOthersMoveUp() {
        assertThat(Falsehood.LOST.of(records))
                .hasSize(RECORDS - 1)
                .extracting(ConsumerRecord::offset)
                .containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void aDoubledRecordStandsAtTheEndToo() {
        List<ConsumerRecord<byte[], byte[]>> told = Falsehood.DOUBLED.of(records);
        assertThat(told.get(RECORDS).value()).isEqualTo(told.get(RECORDS / 2).value());
    }

    @Test
    void swappedRecordsHaveEachOthersOffsets() {
        List<ConsumerRecord<byte[], byte[]>> told = Falsehood.SWAPPED.of(records);
        assertThat(told.get(2).value()).isEqualTo(records.get(1).value());
        assertThat(told.get(1).value()).isEqualTo(records.get(2).value());
    }
}
