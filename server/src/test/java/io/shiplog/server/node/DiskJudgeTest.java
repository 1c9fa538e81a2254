// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.log.SyncTimes;
import org.junit.jupiter.api.Test;

class DiskJudgeTest {
    private static final int WINDOW = 20;
    private static final int HANG = 5;
    private static final long THRESHOLD_MS = 500;

    private final DiskJudge judge = new DiskJudge(THRESHOLD_MS, WINDOW, HANG);

    @Test
    void diskIsSlowWhenHalfOfTheChecksSawASlowSync() {
        checks(WINDOW / 2 - 1, THRESHOLD_MS);
        assertThat(judge.isSlow()).isFalse();
        checks(1, THRESHOLD_MS);
        assertThat(judge.isSlow()).isTrue();
    }

    @Test
    void syncBelowTheThresholdIsNotSlow() {
        checks(2 * WINDOW, THRESHOLD_MS - 1);
        assertThat(judge.isSlow()).isFalse();
    }

    @Test
    void hiccupsThatAreFarApartDoNotAddUp() {
        for (int i = 0; i < 10; i++) {
            checks(WINDOW / 4, THRESHOLD_MS);
            checks(WINDOW, 1);
        }
        assertThat(judge.isSlow()).isFalse();
    }

    @Test
    void slowDiskRecoversWhenHardlyAnySyncIsSlow() {
        checks(WINDOW, THRESHOLD_MS);
        checks(WINDOW - 3, 1);
        assertThat(judge.isSlow()).as("3 of 20 are slow").isTrue();
        checks(1, 1);
        assertThat(judge.isSlow()).as("2 of 20 are slow").isFalse();
    }

    @Test
    void recoveredDiskHasToBeSlowForHalfOfTheWindowAgain() {
        checks(WINDOW, THRESHOLD_MS);
        checks(WINDOW, 1);
        checks(WINDOW / 2 - 1, THRESHOLD_MS);
        assertThat(judge.isSlow()).isFalse();
    }

    @Test
    void syncThatStaysTheOldestIsHung() {
        running(HANG, 7);
        assertThat(judge.isHung()).isFalse();
        running(1, 7);
        assertThat(judge.isHung()).isTrue();
        running(1, 8);
        assertThat(judge.isHung()).isFalse();
    }

    @Test
    void manySyncsOneAfterTheOtherAreNotAHungOne() {
        for (int number = 0; number < 10 * HANG; number++) {
            running(1, number);
        }
        assertThat(judge.isHung()).isFalse();
    }

    @Test
    void idleDiskIsNotHung() {
        running(10 * HANG, SyncTimes.NONE);
        assertThat(judge.isHung()).isFalse();
    }

    private void checks(int count, long slowestMs) {
        for (int i = 0; i < count; i++) {
            judge.onCheck(slowestMs, SyncTimes.NONE);
        }
    }

    private void running(int count, long oldest) {
        for (int i = 0; i < count; i++) {
            judge.onCheck(1, oldest);
        }
    }
}
