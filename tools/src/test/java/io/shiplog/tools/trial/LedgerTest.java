// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final long MS = 1_000_000;

    private final Ledger ledger = new Ledger(2);

    @Test
    void gapRunsBetweenTheAcknowledgementsOfOnePartition() {
        sent(3);
        ledger.acknowledged(0, 0, 0, 100 * MS, 101 * MS);
        ledger.acknowledged(1, 1, 0, 100 * MS, 150 * MS);
        ledger.acknowledged(2, 0, 1, 100 * MS, 171 * MS);
        assertThat(ledger.longestGapMs()).isEqualTo(70);
        assertThat(ledger.partitionOfLongestGap()).isZero();
    }

    @Test
    void idlePartitionHasNoGap() {
        sent(2);
        ledger.acknowledged(0, 0, 0, 100 * MS, 101 * MS);
        ledger.acknowledged(1, 0, 1, 900 * MS, 905 * MS);
        assertThat(ledger.longestGapMs()).isEqualTo(5);
    }

    @Test
    void gapsBeforeTheMarkAreLeftOutOfTheSecondMeasure() {
        sent(2);
        ledger.acknowledged(0, 0, 0, 100 * MS, 190 * MS);
        ledger.mark();
        ledger.acknowledged(1, 0, 1, 185 * MS, 202 * MS);
        assertThat(ledger.longestGapMs()).isEqualTo(90);
        assertThat(ledger.longestGapSinceMarkMs()).isEqualTo(12);
    }

    @Test
    void lineIsAcknowledgedAtItsPlaceOnly() {
        sent(2);
        ledger.acknowledged(1, 1, 7, 0, 1);
        assertThat(ledger.isAcknowledgedAt(1, 1, 7)).isTrue();
        assertThat(ledger.isAcknowledgedAt(1, 0, 7)).isFalse();
        assertThat(ledger.isAcknowledgedAt(1, 1, 8)).isFalse();
        assertThat(ledger.isAcknowledged(0)).isFalse();
        assertThat(ledger.acknowledgedLines()).isEqualTo(1);
    }

    @Test
    void lineThatWasToldNoPlaceMayBeAnywhereInItsPartition() {
        sent(1);
        ledger.acknowledged(0, 1, -1, 0, 1);
        assertThat(ledger.isAcknowledged(0)).isTrue();
        assertThat(ledger.isAcknowledgedAt(0, 1, 7)).isTrue();
        assertThat(ledger.isAcknowledgedAt(0, 0, 7)).isFalse();
        assertThat(ledger.isToldAt(0, 1, 7)).isFalse();
    }

    @Test
    void changedLineIsAnotherLine() {
        sent(1);
        assertThat(ledger.isLine(0, bytes("line 0"))).isTrue();
        assertThat(ledger.isLine(0, bytes("line 1"))).isFalse();
    }

    private void sent(int lines) {
        for (int i = 0; i < lines; i++) {
            ledger.sent(bytes("line " + i));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
