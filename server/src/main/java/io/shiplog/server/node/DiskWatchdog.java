// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.storage.log.SyncTimes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at how long the syncs of each log directory take; one line when that changes for better or worse. One thread. */
final class DiskWatchdog {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatchdog.class);

    private final List<Disk> disks = new ArrayList<>();
    private final LongSupplier clockMs;

    private static final class Disk {
        final Path path;
        final SyncTimes times;
        final DiskJudge judge;
        boolean slow;
        boolean hung;

        Disk(Path path, SyncTimes times, DiskJudge judge) {
            this.path = path;
            this.times = times;
            this.judge = judge;
        }
    }

    /** @param clockMs the clock that the syncs are timed with */
    DiskWatchdog(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    void watch(Path path, SyncTimes times, DiskJudge judge) {
        disks.add(new Disk(path, times, judge));
    }

    /** One check of every disk. */
    void check() {
        long nowMs = clockMs.getAsLong();
        for (Disk disk : disks) {
            long slowestMs = disk.times.takeSlowestMs(nowMs);
            disk.judge.onCheck(slowestMs, disk.times.oldestRunning());
            tellSlow(disk, slowestMs);
            tellHung(disk);
        }
    }

    private static void tellSlow(Disk disk, long slowestMs) {
        if (disk.judge.isSlow() == disk.slow) {
            return;
        }
        disk.slow = disk.judge.isSlow();
        if (disk.slow) {
            LOG.warn("log directory {} is slow: the latest sync took {} ms", disk.path, slowestMs);
        } else {
            LOG.info("log directory {} is no longer slow", disk.path);
        }
    }

    private static void tellHung(Disk disk) {
        if (disk.judge.isHung() == disk.hung) {
            return;
        }
        disk.hung = disk.judge.isHung();
        if (disk.hung) {
            LOG.error("log directory {} hangs: a sync does not end", disk.path);
        } else {
            LOG.info("log directory {} no longer hangs", disk.path);
        }
    }

    boolean isAnySlow() {
        return disks.stream().anyMatch(disk -> disk.judge.isSlow());
    }

    boolean isAnyHung() {
        return disks.stream().anyMatch(disk -> disk.judge.isHung());
    }
}
