// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.server.admin.NodeJudgement.DiskJudgement;
import io.shiplog.storage.log.SyncTimes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at how long the syncs and appends of each log directory take, and whether it has room; one line when a disk becomes slow or
 * hangs, and when that is over. (Of a full one its directory tells.) One thread.
 */
final class DiskWatchdog {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatchdog.class);

    private final List<Disk> disks = new ArrayList<>();
    private final LongSupplier clockMs;
    private final int windowChecks;
    private int checks;

    private static final class Disk {
        final Path path;
        final SyncTimes times;
        final BooleanSupplier full;
        final DiskJudge judge;
        boolean slow;
        boolean hung;

        Disk(Path path, SyncTimes times, BooleanSupplier full, DiskJudge judge) {
            this.path = path;
            this.times = times;
            this.full = full;
            this.judge = judge;
        }
    }

    /**
     * @param clockMs the clock that the syncs are timed with
     * @param windowChecks checks in one window of the percentiles
     */
    DiskWatchdog(LongSupplier clockMs, int windowChecks) {
        this.clockMs = clockMs;
        this.windowChecks = windowChecks;
    }

    void watch(Path path, SyncTimes times, BooleanSupplier full, DiskJudge judge) {
        disks.add(new Disk(path, times, full, judge));
    }

    /** One check of every disk. */
    void check() {
        long nowMs = clockMs.getAsLong();
        boolean turn = ++checks % windowChecks == 0;
        for (Disk disk : disks) {
            long slowestMs = disk.times.takeSlowestMs(nowMs);
            disk.judge.onCheck(slowestMs, disk.times.oldestRunning());
            tellSlow(disk, slowestMs);
            tellHung(disk);
            if (turn) {
                disk.times.turnWindow();
            }
        }
    }

    private static void tellSlow(Disk disk, long slowestMs) {
        if (disk.judge.isSlow() == disk.slow) {
            return;
        }
        disk.slow = disk.judge.isSlow();
        if (disk.slow) {
            LOG.warn(
                    "log directory {} is slow: up to {} ms just now, in the last seconds 99 % of syncs within {} ms and of appends within {} ms",
                    disk.path, slowestMs, disk.times.syncP99Ms(), disk.times.appendP99Ms());
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

    /** What is thought of each disk now, by path. */
    Map<Path, DiskJudgement> judgements() {
        Map<Path, DiskJudgement> judgements = new HashMap<>();
        for (Disk disk : disks) {
            judgements.put(disk.path, new DiskJudgement(disk.judge.isSlow(), disk.judge.isHung()));
        }
        return judgements;
    }

    boolean isAnySlow() {
        return disks.stream().anyMatch(disk -> disk.judge.isSlow());
    }

    boolean isAnyFull() {
        return disks.stream().anyMatch(disk -> disk.full.getAsBoolean());
    }

    boolean isAnyHung() {
        return disks.stream().anyMatch(disk -> disk.judge.isHung());
    }
}
