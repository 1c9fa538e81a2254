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
            DiskWatchdog watchdog = new DiskWatchdog(() -> 0);
            DiskJudge good = new DiskJudge(500, WINDOW, 3);
            DiskJudge bad = new DiskJudge(500, WINDOW, 3);
            watchdog.watch(first.path(), first.syncTimes(), good);
            watchdog.watch(second.path(), second.syncTimes(), bad);
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

    private LogDirectory open(String name) {
        return LogDirectory.open(temporary.resolve(name), LogDirectoryConfig.defaultConfig(), StorageClock.system());
    }
}
