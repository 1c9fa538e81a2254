// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three lines, sent to one partition and acknowledged at offsets 0 to 2; each test falsifies one thing. */
class VerificationTest {
    private static final String[] LINES = {"a", "b", "c"};

    private final Ledger ledger = new Ledger(1);
    private final ReadLog read = new ReadLog(ledger, 1);
    private Verification verification;

    @BeforeEach
    void sendThreeLines() {
        verification = new Verification(ledger, sequence -> "input:" + (sequence + 1));
        for (String line : LINES) {
            ledger.sent(line.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyLineInItsPlaceIsNoFault() throws Exception {
        acknowledge(0, 1, 2);
        read(0, 0, "a");
        read(1, 1, "b");
        read(2, 2, "c");
        verification.allAcknowledged();
        verification.readBack(read, 1);
        verification.readAlong(read, read, 1);
        assertThat(verification.faults()).isEmpty();
    }

    @Test
    void missingLineIsNamedByItsPlace() throws Exception {
        acknowledge(0, 1, 2);
        read(0, 0, "a");
        read(1, 1, "b");
        verification.readBack(read, 1);
        assertThat(verification.faults())
                .singleElement()
                .asString()
                .endsWith("input:3 was acknowledged and is missing");
    }

    @Test
    void duplicateIsAFault() throws Exception {
        acknowledge(0, 1, 2);
        read(0, 0, "a");
        read(1, 1, "b");
        read(2, 2, "c");
        read(3, 2, "c");
        verification.readBack(read, 1);
        assertThat(verification.faults()).anyMatch(fault -> fault.contains("stands twice"));
    }

    @Test
    void lineAtAnotherOffsetIsAFault() throws Exception {
        ledger.acknowledged(0, 0, 1, 0, 1);
        read(0, 0, "a");
        verification.readBack(read, 1);
        assertThat(verification.faults()).singleElement().asString().contains("was not acknowledged there");
    }

    @Test
    void changedLineIsAFault() throws Exception {
        acknowledge(0);
        read(0, 0, "x");
        verification.readBack(read, 1);
        assertThat(verification.faults()).singleElement().asString().contains("not the line that was sent");
    }

    @Test
    void disorderIsAFault() throws Exception {
        ledger.acknowledged(1, 0, 0, 0, 1);
        ledger.acknowledged(0, 0, 1, 0, 1);
        read(0, 1, "b");
        read(1, 0, "a");
        verification.readBack(read, 1);
        assertThat(verification.faults()).singleElement().asString().contains("line 0 after line 1");
    }

    @Test
    void holeInTheOffsetsIsAFault() throws Exception {
        read(1, 0, "a");
        assertThat(read.oddity()).contains("offset 0 expected");
    }

    @Test
    void lineWithoutAcknowledgementIsAFault() {
        acknowledge(0, 1);
        verification.allAcknowledged();
        assertThat(verification.faults()).containsExactly("1 lines were sent and never acknowledged");
    }

    @Test
    void whatWasReadAlongMustStay() throws Exception {
        acknowledge(0, 1, 2);
        ReadLog live = new ReadLog(ledger, 1);
        live.add(record(0, 1, "b"));
        read(0, 0, "a");
        verification.readAlong(live, read, 1);
        assertThat(verification.faults()).anyMatch(fault -> fault.contains("was another line than it is now"));
    }

    private void acknowledge(int... sequences) {
        for (int sequence : sequences) {
            ledger.acknowledged(sequence, 0, sequence, 0, 1);
        }
    }

    private void read(long offset, long sequence, String line) {
        read.add(record(offset, sequence, line));
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, long sequence, String line) {
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
        return new ConsumerRecord<>("demo", 0, offset, key, line.getBytes(StandardCharsets.UTF_8));
    }
}
