// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchdogTest {
    private static final int WINDOW = 4;

    @TempDir
    Path temporary;

    @Test
    void oneSlowDiskOfSeveralIsEnough() {
        try (LogDirectory first = open("first");
                LogDirectory second = open("second")) {
            DiskWatchdog watchdog = new DiskWatchdog(() -> 0, WINDOW);
            DiskJudge good = new DiskJudge(500, WINDOW, 3);
            DiskJudge bad = new DiskJudge(500, WINDOW, 3);
            watchdog.watch(first.path(), first.syncTimes(), () -> false, good);
            watchdog.watch(second.path(), second.syncTimes(), () -> false, bad);
            watchdog.check();
            assertThat(watchdog.isAnySlow()).isFalse();
            assertThat(watchdog.isAnyHung()).isFalse();
            for (int i = 0; i < WINDOW; i++) {
                bad.onCheck(600, 7);
            }
            assertThat(watchdog.isAnySlow()).isTrue();
            assertThat(watchdog.isAnyHung()).isTrue();
            for (int i = 0; i < WINDOW; i++) {
                watchdog.check();
            }
            assertThat(watchdog.isAnySlow()).as("idle disks are quick").isFalse();
            assertThat(watchdog.isAnyHung()).isFalse();
        }
    }

    @Test
    void oneFullDiskOfSeveralIsEnough() {
        try (LogDirectory first = open("first");
                LogDirectory second = open("second")) {
            boolean[] full = new boolean[2];
            DiskWatchdog watchdog = new DiskWatchdog(() -> 0, WINDOW);
            watchdog.watch(first.path(), first.syncTimes(), () -> full[0], new DiskJudge(500, WINDOW, 3));
            watchdog.watch(second.path(), second.syncTimes(), () -> full[1], new DiskJudge(500, WINDOW, 3));
            assertThat(watchdog.isAnyFull()).isFalse();
            full[1] = true;
            assertThat(watchdog.isAnyFull()).isTrue();
            assertThat(watchdog.isAnySlow()).isFalse();
        }
    }

    private LogDirectory open(String name) {
        return LogDirectory.open(temporary.resolve(name), LogDirectoryConfig.defaultConfig(), StorageClock.system());
    }
}
