// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentBatchesTest {
    private static final int CAPACITY = 256;
    private static final int BATCH_RECORDS = 3;
    private static final int BATCH_BYTES = 10;

    /** At every size on the way up to the capacity and beyond it: the last 256 are found, what is older is not. */
    @Test
    void lastBatchesAreFoundHoweverManyThereWere() {
        RecentBatches recent = new RecentBatches();
        assertThat(recent.floorByOffset(0)).isEqualTo(-1);
        for (int round = 0; round < 2; round++) {
            for (int added = 1; added <= 3 * CAPACITY; added++) {
                recent.add((long) (added - 1) * BATCH_RECORDS, (added - 1) * BATCH_BYTES);
                int oldest = Math.max(0, added - CAPACITY);
                for (int batch : new int[] {oldest, (oldest + added) / 2, added - 1}) {
                    assertFound(recent, batch, batch == added - 1);
                }
                if (oldest > 0) {
                    assertThat(recent.floorByOffset((long) oldest * BATCH_RECORDS - 1))
                            .isEqualTo(-1);
                    assertThat(recent.floorByPosition((long) oldest * BATCH_BYTES - 1))
                            .isEqualTo(-1);
                }
            }
            recent.clear();
            assertThat(recent.floorByOffset(Long.MAX_VALUE)).isEqualTo(-1);
        }
    }

    private static void assertFound(RecentBatches recent, int batch, boolean isLast) {
        long byOffset = recent.floorByOffset((long) batch * BATCH_RECORDS + 1);
        assertThat(recent.offset(byOffset)).isEqualTo((long) batch * BATCH_RECORDS);
        assertThat(recent.position(byOffset)).isEqualTo(batch * BATCH_BYTES);
        assertThat(recent.floorByPosition((long) batch * BATCH_BYTES + 1)).isEqualTo(byOffset);
        assertThat(recent.isLast(byOffset)).isEqualTo(isLast);
    }
}
