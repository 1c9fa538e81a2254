// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RemoveJobRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Pauses, resumes and cancels jobs, changes their rate, and forgets those that have ended. What is so already is no error. */
final class JobControl {
    private final JobImage job;
    private final ControlJobCommand asked;
    private final long nowMs;
    private final List<MetadataRecord> records = new ArrayList<>();

    private JobControl(JobImage job, ControlJobCommand asked, long nowMs) {
        this.job = job;
        this.asked = asked;
        this.nowMs = nowMs;
    }

    static Decision decide(MetadataImage image, MetadataCommand command) {
        ControlJobCommand asked = command.getControlJob();
        JobImage job = image.jobs().job(asked.getJobId());
        Refusal refusal = CordonDecider.unsupported(image);
        if (refusal == null && job == null) {
            refusal = unknown(image, asked.getJobId());
        }
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        JobControl control = new JobControl(job, asked, command.getWallClockMs());
        refusal = control.decide(image);
        return refusal != null
                ? refusal.decision(image.offset())
                : Decision.atomic(image.offset(), control.records, MetadataResult.newBuilder());
    }

    private static Refusal unknown(MetadataImage image, long id) {
        long last = image.jobs().lastId();
        String given = last == 0 ? "there was none yet" : "the last one was given the number " + last;
        boolean was = id > 0 && id <= last;
        return new Refusal(
                Errors.RESOURCE_NOT_FOUND,
                "There is no job " + id + (was ? " any more: it has ended and is forgotten." : ": " + given + "."));
    }

    private Refusal decide(MetadataImage image) {
        return switch (asked.getAction()) {
            case PAUSE -> pause();
            case RESUME -> resume();
            case CANCEL_BACK -> cancel(image, false);
            case CANCEL_KEEP -> cancel(image, true);
            case SET_RATE -> setRate();
            case REMOVE -> remove();
            case UNKNOWN, UNRECOGNIZED ->
                new Refusal(
                        Errors.UNSUPPORTED_VERSION,
                        "This version does not know what is to be done with the job: upgrade the quorum nodes first.");
        };
    }

    private Refusal not(String what) {
        return new Refusal(
                Errors.INVALID_REQUEST,
                "Job " + job.id() + " is " + word(job.state()) + ", and cannot be " + what + ".");
    }

    static String word(JobState state) {
        return switch (state) {
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case CANCELLING -> "being cancelled";
            case DONE -> "done";
            case FAILED -> "failed";
            case CANCELLED -> "cancelled";
        };
    }

    private Refusal pause() {
        if (job.state() == JobState.RUNNING) {
            put(job.head().toBuilder().setState(JobRecord.State.PAUSED).setChangedAtMs(nowMs));
        }
        return job.state() == JobState.RUNNING || job.state() == JobState.PAUSED ? null : not("paused");
    }

    private Refusal resume() {
        if (job.state() == JobState.PAUSED) {
            put(endOfPause()
                    .setState(JobRecord.State.RUNNING)
                    .setChangedAtMs(nowMs)
                    .setRunningSinceMs(nowMs));
        }
        return job.state() == JobState.RUNNING || job.state() == JobState.PAUSED ? null : not("resumed");
    }

    private JobRecord.Builder endOfPause() {
        return job.head().toBuilder().setPausedTotalMs(pausedMs(job, nowMs));
    }

    /** How long a job was paused, with the pause that is under way. */
    static long pausedMs(JobImage job, long nowMs) {
        long pausedMs = job.state() == JobState.PAUSED ? Math.max(0, nowMs - job.changedAtMs()) : 0;
        return job.pausedTotalMs() + pausedMs;
    }

    /** Of one that goes back already it may still be asked to keep what is done. */
    private Refusal cancel(MetadataImage image, boolean keep) {
        if (!job.open() || (job.state() == JobState.CANCELLING && job.keeps() && !keep)) {
            return job.open() ? not("taken back any more: what was done stays") : not("cancelled");
        }
        if (job.state() == JobState.CANCELLING) {
            if (job.keeps() != keep) {
                put(job.head().toBuilder().setKeep(keep));
            }
            return null;
        }
        put(endOfPause().setState(JobRecord.State.CANCELLING).setKeep(keep).setChangedAtMs(nowMs));
        BrokerImage node = job.cordons() ? image.broker(job.nodes().get(0)) : null;
        if (node != null && node.cordoned()) {
            records.add(CordonDecider.record(node, false, "job " + job.id() + " was cancelled"));
        }
        return null;
    }

    private Refusal setRate() {
        Refusal refusal = JobStart.refusalOf(asked.getSettings());
        if (refusal != null || !job.open()) {
            return refusal == null ? not("changed") : refusal;
        }
        JobRecord.Builder next =
                job.head().toBuilder().setSettings(JobRecords.settings(JobRecords.settings(asked.getSettings())));
        if (!next.getSettings().equals(job.head().getSettings())) {
            put(next);
        }
        return null;
    }

    private Refusal remove() {
        if (job.open()) {
            return not("removed: cancel it first");
        }
        records.add(ImageRecords.record()
                .setRemoveJob(RemoveJobRecord.newBuilder().setJobId(job.id()))
                .build());
        return null;
    }

    private void put(JobRecord.Builder head) {
        records.add(JobRecords.head(head));
    }
}
