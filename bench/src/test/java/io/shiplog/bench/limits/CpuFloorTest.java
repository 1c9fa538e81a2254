// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CpuFloorTest {
    @Test
    void eachByteIsSentTwiceAndReceivedAndAppendedThreeTimes() {
        assertThat(CpuFloor.ofGb(1, 10, 100)).isCloseTo(2 + 30 + 300, within(1e-9));
    }
}
