// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.controller.JobWaits;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What keeps jobs, and reassignments that no job began. Pure. */
final class JobRules {
    private static final int NAMED = 3;

    private final Facts facts;
    private final NodeRules nodes;

    JobRules(Facts facts) {
        this.facts = facts;
        this.nodes = new NodeRules(facts);
    }

    /** Of every job that is open and does not go on. */
    List<Finding> all() {
        List<Finding> found = new ArrayList<>();
        for (JobImage job : facts.image().jobs().open()) {
            Finding.Builder stopped = stopped(job);
            if (stopped != null) {
                found.add(stopped.build());
            }
            waitingFor(job).forEach((target, moves) -> found.add(targetDown(job, target, moves)));
        }
        return found;
    }

    /** Why a whole job makes no progress; null when it is not stopped. */
    Finding.Builder stopped(JobImage job) {
        if (job.state() == JobState.PAUSED) {
            return about(Cause.JOB_PAUSED, job, "is paused: its moves stand still")
                    .since(job.changedAtMs())
                    .remedy(Remedies.resumeJob(job.id()))
                    .remedy(Remedies.cancelJob(job.id()))
                    .waiting(true, "replicas that were in sync stay in sync; only the moves wait");
        }
        if (job.heldSinceMs() > 0) {
            return about(Cause.JOB_HELD, job, "waits: the repair of under-replicated partitions goes first")
                    .since(job.heldSinceMs())
                    .remedy("nothing: it goes on by itself; bin/shiplog explain cluster says what is being repaired")
                    .waiting(true, "it goes on when the repair is done");
        }
        return null;
    }

    private static Finding.Builder about(Cause cause, JobImage job, String what) {
        return Finding.of(
                        cause,
                        Severity.NOTE,
                        "job " + job.id(),
                        "job " + job.id() + (job.title().isEmpty() ? "" : " (" + job.title() + ")") + " " + what)
                .why(job.counts().open() + " of " + job.counts().moves() + " moves are not done");
    }

    /** Why a job has not begun to move this partition, or cannot take it back; null when no job is to, or nothing is in its way. */
    Finding waits(Standing standing) {
        JobImage job = facts.image().jobs().jobOf(standing.id().topicId(), standing.number());
        int index = job == null ? Finding.UNKNOWN : index(job, standing.id());
        if (index == Finding.UNKNOWN || job.move(index).state() == MoveState.MOVING) {
            return null;
        }
        Finding.Builder stopped = stopped(job);
        if (stopped != null) {
            return stopped.build();
        }
        String reason = JobWaits.of(facts.image()).reason(job, index);
        return reason.isEmpty()
                ? null
                : about(Cause.JOB_WAITS, job, "is to move " + standing.name() + ", which waits: " + reason)
                        .remedy("bin/shiplog reassign status " + job.id() + " shows what else it moves and waits for")
                        .remedy(Remedies.cancelJob(job.id()))
                        .waiting(true, "its replicas stay as they are until then")
                        .build();
    }

    private static int index(JobImage job, PartitionId id) {
        for (int index = 0; index < job.moves().size(); index++) {
            if (job.move(index).id().equals(id)) {
                return index;
            }
        }
        return Finding.UNKNOWN;
    }

    private Map<Integer, List<String>> waitingFor(JobImage job) {
        Map<Integer, List<String>> down = new TreeMap<>();
        for (int index : job.inFlight()) {
            add(down, job.move(index));
        }
        for (int index : job.waiting()) {
            add(down, job.move(index));
        }
        return down;
    }

    private void add(Map<Integer, List<String>> down, JobMove move) {
        TopicImage topic = facts.image().topic(move.topicId());
        for (int target : move.gaining()) {
            if (topic != null && isDown(target)) {
                down.computeIfAbsent(target, any -> new ArrayList<>()).add(topic.name() + "-" + move.partition());
            }
        }
    }

    boolean isDown(int node) {
        BrokerImage broker = facts.image().broker(node);
        return broker == null || broker.fenced();
    }

    private Finding targetDown(JobImage job, int target, List<String> moves) {
        String some = String.join(", ", moves.subList(0, Math.min(NAMED, moves.size())))
                + (moves.size() > NAMED ? " and " + (moves.size() - NAMED) + " more" : "");
        return targetDown("job " + job.id(), target, some, job.id()).build();
    }

    /** A reassignment of this partition that waits for a node that is down; null when that is not so. */
    Finding.Builder targetDown(Standing standing) {
        for (int target : standing.partition().adding()) {
            if (isDown(target)) {
                PartitionId id = standing.id();
                JobImage job = facts.image().jobs().jobOf(id.topicId(), id.partition());
                return targetDown(standing.name(), target, standing.name(), job == null ? Finding.UNKNOWN : job.id());
            }
        }
        return null;
    }

    private Finding.Builder targetDown(String subject, int target, String partitions, long job) {
        Finding.Builder found = Finding.of(
                        Cause.TARGET_DOWN,
                        Severity.WARNING,
                        subject,
                        "the reassignment of " + partitions + " waits for its target, node " + target
                                + ", which is down")
                .node(target)
                .since(facts.timeline().fencedSince(target));
        Finding.Builder trouble = nodes.trouble(target);
        if (trouble != null) {
            Finding cause = trouble.build();
            found.why(cause.what());
            cause.why().forEach(found::why);
        }
        found.remedy(Remedies.startNode(target, facts.host(target)));
        found.remedy(job == Finding.UNKNOWN ? Remedies.cancelReassignment(partitions) : Remedies.cancelJob(job));
        return found.waiting(true, "the old replicas stay until the new ones are in sync; nothing is lost by waiting");
    }
}
