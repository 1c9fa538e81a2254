// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The gate can fail. */
class AllocationGateTest {
    private Object last;
    private long count;

    @Test
    void aPathThatAllocatesTheLeastThatAnObjectTakesIsCaught() throws Exception {
        assertThat(AllocationGate.bytesPerOperation(1_000, () -> last = new Object()))
                .isGreaterThanOrEqualTo(16);
        assertThat(last).isNotNull();
    }

    @Test
    void aPathThatAllocatesSixteenBytesEveryHundredthTimeIsCaught() throws Exception {
        double bytes = AllocationGate.bytesPerOperation(1_000, () -> last = count++ % 100 == 0 ? new Object() : last);
        assertThat(bytes).isGreaterThanOrEqualTo(AllocationGate.NONE);
    }

    @Test
    void aPathThatCountsIsNot() throws Exception {
        assertThat(AllocationGate.bytesPerOperation(1_000, () -> count++)).isLessThan(AllocationGate.NONE);
    }
}
