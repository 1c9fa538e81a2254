// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SyncTimesTest {
    private final SyncTimes times = new SyncTimes();

    @Test
    void slowestSyncIsTakenOnce() {
        times.end(times.begin(100), 130);
        times.end(times.begin(140), 150);
        assertThat(times.takeSlowestMs(200)).isEqualTo(30);
        assertThat(times.takeSlowestMs(200)).isZero();
    }

    @Test
    void runningSyncCountsForAsLongAsItRuns() {
        long hung = times.begin(100);
        assertThat(times.takeSlowestMs(150)).isEqualTo(50);
        assertThat(times.takeSlowestMs(900)).isEqualTo(800);
        times.end(hung, 1_000);
        assertThat(times.takeSlowestMs(1_100)).isEqualTo(900);
        assertThat(times.takeSlowestMs(1_200)).isZero();
    }

    @Test
    void oldestRunningSyncIsTheOneThatBeganFirst() {
        assertThat(times.oldestRunning()).isEqualTo(SyncTimes.NONE);
        long first = times.begin(1);
        long second = times.begin(2);
        assertThat(times.oldestRunning()).isEqualTo(first);
        times.end(first, 3);
        assertThat(times.oldestRunning()).isEqualTo(second);
    }

    @Test
    void whatRecordsWaitForBeginsWhenItIsAskedFor() {
        assertThat(times.takeFlushMs()).isNegative();
        times.endFlush(times.begin(150), 100, 160);
        times.endFlush(times.begin(200), 200, 220);
        times.end(times.begin(300), 900);
        assertThat(times.takeFlushMs()).as("of the two that records waited for").isEqualTo(40);
        assertThat(times.takeFlushMs()).isNegative();
        assertThat(times.syncs()).isEqualTo(3);
    }
}
