// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.function.IntFunction;

/**
 * Why moves of jobs wait or do not end, in one image. What {@link JobAdvance} goes by, and tools tell. What all moves share is worked out once, when it
 * is first asked for: a job may have thousands. For one thread.
 */
public final class JobWaits {
    /** Nothing keeps it but that a job does not begin with all at once. */
    private static final String NEXT = "it is one of the next to begin";

    private static final String NO_LEADER = "nobody leads the partition, so there is nobody to copy from";

    private final MetadataImage image;
    private JobLoads loads;
    /** Null before it is asked for, and then "" for none. */
    private String repair;

    private JobWaits(MetadataImage image) {
        this.image = image;
    }

    /** Of jobs as they are in {@code image}. */
    public static JobWaits of(MetadataImage image) {
        return new JobWaits(image);
    }

    /** For people, without a full stop; empty when nothing keeps the move, or it has ended. */
    public String reason(JobImage job, int index) {
        JobMove move = job.move(index);
        TopicImage topic = image.topic(move.topicId());
        PartitionImage partition = topic == null ? null : topic.partition(move.partition());
        if (!job.open() || partition == null) {
            return "";
        }
        if (move.state().inFlight()) {
            return ofMoving(job, move, topic, partition);
        }
        boolean goesBack = job.state() == JobState.CANCELLING && !job.keeps() && move.state() == MoveState.DONE;
        if (move.state() != MoveState.WAITING && !goesBack) {
            return "";
        }
        return ofWaiting(job, move, goesBack, topic, partition);
    }

    private String ofMoving(JobImage job, JobMove move, TopicImage topic, PartitionImage partition) {
        boolean turnsBack = job.state() == JobState.CANCELLING && move.state() == MoveState.MOVING;
        String away = any(move.destination(), node -> away(image, node));
        boolean isGone = any(move.destination(), node -> image.broker(node) == null ? "" : null) != null;
        if (turnsBack || isGone) {
            int[] other = move.state() == MoveState.MOVING ? move.expected() : move.replicas();
            Refusal refusal = ReassignmentDecider.assign(image, topic, move.partition(), other)
                    .refusal();
            String cannot = refusal == null ? "" : "it cannot go back: " + refusal.message();
            return turnsBack || cannot.isEmpty() ? cannot : away + ", and " + cannot;
        }
        if (away != null) {
            return away;
        }
        String held = held(job);
        if (held != null) {
            return held;
        }
        String behind =
                any(move.destination(), node -> partition.inIsr(node) ? null : "node " + node + " is not in sync yet");
        return behind == null ? "" : partition.hasLeader() ? behind : NO_LEADER;
    }

    private String ofWaiting(JobImage job, JobMove move, boolean goesBack, TopicImage topic, PartitionImage partition) {
        if (job.state() == JobState.CANCELLING && !goesBack) {
            return "the job is being cancelled: it does not begin";
        }
        String reason = held(job);
        reason = reason == null && !goesBack ? stage(job, move) : reason;
        int[] target = goesBack ? move.expected() : move.replicas();
        reason = reason == null ? unusable(partition, target, goesBack) : reason;
        if (reason == null) {
            loads = loads == null ? JobLoads.of(image) : loads;
            reason = loads.full(job);
            reason = reason == null ? loads.full(job, move, gaining(partition, target)) : reason;
        }
        if (reason == null) {
            Refusal refusal = ReassignmentDecider.assign(image, topic, move.partition(), target)
                    .refusal();
            reason = refusal == null ? NEXT : refusal.message();
        }
        return reason;
    }

    /** Why the whole job stands still; null when it does not. */
    private String held(JobImage job) {
        if (job.state() == JobState.PAUSED) {
            return "the job is paused";
        }
        if (job.heldSinceMs() == 0) {
            return null;
        }
        if (repair == null) {
            String found = RepairWatch.first(image);
            repair = found == null ? "" : ": " + found;
        }
        return "a repair goes first" + repair;
    }

    /** The stage whose moves may begin or are on their way. */
    static int stage(JobImage job) {
        int stage = Integer.MAX_VALUE;
        for (int index : job.inFlight()) {
            stage = Math.min(stage, job.move(index).stage());
        }
        return job.waiting().isEmpty()
                ? stage
                : Math.min(stage, job.move(job.waiting().iterator().next()).stage());
    }

    private static String stage(JobImage job, JobMove move) {
        int stage = stage(job);
        return move.stage() <= stage
                ? null
                : "it is of stage " + move.stage() + ", and stage " + stage + " has not ended";
    }

    static int[] gaining(PartitionImage partition, int[] target) {
        return Replicas.filter(target, node -> !partition.isReplica(node));
    }

    /**
     * Why a partition cannot go to a target now: a node that it needs is away, one that it is to be added to may get nothing, or nobody leads.
     *
     * @param back whether it was there before: then only being away keeps a node out
     */
    private String unusable(PartitionImage partition, int[] target, boolean back) {
        String node = any(target, id -> back || partition.isReplica(id) ? away(image, id) : unavailable(image, id));
        return node == null && !partition.hasLeader() && gaining(partition, target).length > 0 ? NO_LEADER : node;
    }

    /** Why a node can get no new replica from a job; null when it can. */
    static String unavailable(MetadataImage image, int node) {
        String away = away(image, node);
        BrokerImage broker = image.broker(node);
        if (away != null || !(broker.draining() || broker.cordoned())) {
            return away;
        }
        return "node " + node + (broker.cordoned() ? " is cordoned" : " is being drained of its leaderships");
    }

    private static String away(MetadataImage image, int node) {
        BrokerImage broker = image.broker(node);
        if (broker == null) {
            return "node " + node + " is not registered";
        }
        if (broker.active()) {
            return null;
        }
        return "node " + node + (broker.fenced() ? " is down" : " is shutting down");
    }

    private static String any(int[] nodes, IntFunction<String> reason) {
        for (int node : nodes) {
            String found = reason.apply(node);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
