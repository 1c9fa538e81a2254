// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.JobsImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.AdvanceJobsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.Optional;

/**
 * When jobs take a step: as soon as a look finds something to do. It looks when the metadata has changed, and from time to time. What it
 * remembers is of no weight; a new controller begins with nothing.
 */
public final class JobSchedule {
    /** How long jobs wait for a repair where nobody says otherwise ({@code job.repair.wait.ms}). */
    public static final long DEFAULT_REPAIR_WAIT_MS = 600_000;

    /** A replica that is missing for less is not worth a record. */
    private static final long REPAIR_SHOWS_MS = 1_000;

    private static final long LOOK_EVERY_MS = 1_000;
    private static final int MAX_CHANGES = 1_000;

    private final long repairWaitMs;
    private long lookedAtOffset = -1;
    private long lookedAtMs;
    /** Since when a repair was wanted at every look; -1: it was not at the last one. */
    private long repairSinceMs = -1;

    /** {@code repairWaitMs} is how long jobs wait at most for a repair; 0: not at all. */
    public JobSchedule(long repairWaitMs) {
        this.repairWaitMs = repairWaitMs;
    }

    /**
     * The next step when there is one to take.
     *
     * @param image with all that was committed so far
     * @param nowMs monotonic
     * @param wallClockMs what the step is stamped with
     */
    public Optional<MetadataCommand> next(MetadataImage image, long nowMs, long wallClockMs) {
        JobsImage jobs = image.jobs();
        boolean changed = image.offset() != lookedAtOffset;
        if (jobs.all().isEmpty() || (!changed && nowMs - lookedAtMs < LOOK_EVERY_MS)) {
            return Optional.empty();
        }
        lookedAtOffset = image.offset();
        lookedAtMs = nowMs;
        AdvanceJobsCommand step = AdvanceJobsCommand.newBuilder()
                .setRepair(repairWaitMs > 0 && !jobs.open().isEmpty() && repairShows(image, nowMs))
                .setRepairWaitMs(repairWaitMs)
                .setMaxChanges(MAX_CHANGES)
                .build();
        if (JobAdvance.records(image, step, wallClockMs).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setWallClockMs(wallClockMs)
                .setAdvanceJobs(step)
                .build());
    }

    private boolean repairShows(MetadataImage image, long nowMs) {
        if (RepairWatch.first(image) == null) {
            repairSinceMs = -1;
            return false;
        }
        repairSinceMs = repairSinceMs < 0 ? nowMs : repairSinceMs;
        return nowMs - repairSinceMs >= REPAIR_SHOWS_MS || isKnown(image);
    }

    /** An earlier controller has found one: it is the same one, for all that is known, and its time counts. */
    private static boolean isKnown(MetadataImage image) {
        return image.jobs().open().stream().anyMatch(job -> job.heldSinceMs() > 0 || job.holdSpent());
    }
}
