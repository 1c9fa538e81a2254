// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AckGapsTest {
    @Test
    void theMedianIsTheOneInTheMiddle() {
        assertThat(AckGaps.median(List.of())).isZero();
        assertThat(AckGaps.median(List.of(5L))).isEqualTo(5);
        assertThat(AckGaps.median(List.of(9L, 1L, 5L))).isEqualTo(5);
        assertThat(AckGaps.median(List.of(9L, 1L, 5L, 7L))).isEqualTo(5);
    }

    @Test
    void eachKindOnEachRoleHasItsOwnSum() {
        AckGaps gaps = new AckGaps();
        gaps.add(new Strike(Strike.Kind.KILL, "storage-1", 0), 300);
        gaps.add(new Strike(Strike.Kind.KILL, "storage-2", 0), 500);
        gaps.add(new Strike(Strike.Kind.PAUSE, "quorum-1", 2_000), 20);
        assertThat(gaps.medianMs()).isEqualTo(300);
        assertThat(gaps.longestMs()).isEqualTo(500);
        assertThat(gaps.words())
                .contains("median 300 ms, longest 500 ms of 3")
                .contains("quorum pause 1 times, median 20, longest 20")
                .contains("storage kill 2 times, median 300, longest 500");
    }
}
