// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobKind;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.AdvanceJobsCommand;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One step of all jobs: moves whose whole target is in sync are done, those of deleted topics are skipped, those that can arrive no more go
 * back, others begin as far as there is room, and a job ends when nothing of it is left. All that it goes by is in the image, so another
 * controller goes on where this one stopped, and a decision may be cut off anywhere: what is found again is done again.
 */
final class JobAdvance {
    /** Partitions that may not be reassigned now are tried so often in one step of a job: each costs a look at its whole state. */
    private static final int MAX_REFUSED = 200;

    /** And those for which a node has no room: others that are further behind wait with them, so that a look stays short. */
    private static final int MAX_BUSY = 2_000;

    private final MetadataImage image;
    private final AdvanceJobsCommand asked;
    private final long nowMs;
    private final List<MetadataRecord> records = new ArrayList<>();
    private final JobLoads loads;
    private final Set<Integer> registered = new HashSet<>();
    private final Set<Integer> active = new HashSet<>();
    /** Those of the active ones that may get new replicas. */
    private final Set<Integer> open = new HashSet<>();

    private int changes;

    /** What came of looking at a move that has not begun: REFUSED, that the partition may not be assigned now; BUSY, that a node has no room. */
    private enum Departure {
        SETTLED,
        WAITS,
        BUSY,
        REFUSED
    }

    private JobAdvance(MetadataImage image, AdvanceJobsCommand asked, long nowMs) {
        this.image = image;
        this.asked = asked;
        this.nowMs = nowMs;
        this.loads = JobLoads.of(image);
        for (BrokerImage broker : image.brokers()) {
            registered.add(broker.id());
            if (broker.active()) {
                active.add(broker.id());
            }
            if (JobWaits.unavailable(image, broker.id()) == null) {
                open.add(broker.id());
            }
        }
    }

    static Decision decide(MetadataImage image, MetadataCommand command) {
        List<MetadataRecord> records = records(image, command.getAdvanceJobs(), command.getWallClockMs());
        return Decision.divisible(image.offset(), records, MetadataResult.newBuilder());
    }

    /** What the step changes; nothing when there is nothing to do. */
    static List<MetadataRecord> records(MetadataImage image, AdvanceJobsCommand asked, long nowMs) {
        JobAdvance advance = new JobAdvance(image, asked, nowMs);
        for (JobImage job : image.jobs().open()) {
            advance.new Step(job).run();
        }
        JobRetirement.retire(image, nowMs, advance.records);
        return advance.records;
    }

    private boolean mayChange() {
        return changes < asked.getMaxChanges();
    }

    /** The step of one job. */
    private final class Step {
        private final JobImage job;
        private final JobRecord.Builder head;
        private int waiting;
        private int inFlight;
        private int toRevert;
        private int failed;

        Step(JobImage job) {
            this.job = job;
            this.head = job.head().toBuilder();
            this.waiting =
                    job.state() == JobState.CANCELLING ? 0 : job.waiting().size();
            this.inFlight = job.inFlight().size();
            this.toRevert = goesBack() ? job.done().size() : 0;
            this.failed = job.counts().moves(MoveState.FAILED);
        }

        private boolean goesBack() {
            return job.state() == JobState.CANCELLING && !job.keeps();
        }

        void run() {
            hold();
            for (int index : job.inFlight()) {
                if (mayChange()) {
                    follow(index, job.move(index));
                }
            }
            boolean mayBegin = job.state() != JobState.PAUSED && head.getHeldSinceMs() == 0;
            if (mayBegin && job.state() == JobState.RUNNING) {
                depart(job.waiting(), JobWaits.stage(job), false);
            } else if (mayBegin && goesBack()) {
                depart(job.done(), Integer.MAX_VALUE, true);
            }
            if (waiting + inFlight + toRevert == 0) {
                end();
            }
            if (!head.build().equals(job.head())) {
                records.add(JobRecords.head(head));
            }
        }

        /** A repair goes first, but not for ever. */
        private void hold() {
            if (!asked.getRepair()) {
                head.clearHeldSinceMs().clearHoldSpent();
            } else if (head.getHeldSinceMs() == 0 && !head.getHoldSpent()) {
                head.setHeldSinceMs(Math.max(1, nowMs));
            } else if (head.getHeldSinceMs() > nowMs) {
                // Another controller's clock is behind: what it does not know to have passed must not be waited for.
                head.setHeldSinceMs(Math.max(1, nowMs));
            } else if (head.getHeldSinceMs() > 0 && nowMs - head.getHeldSinceMs() >= asked.getRepairWaitMs()) {
                head.clearHeldSinceMs().setHoldSpent(true);
            }
        }

        private void note(int index, MoveState before, MoveState after) {
            if (before != after) {
                put(index, before, after);
            }
        }

        private void put(int index, MoveState before, MoveState after) {
            changes++;
            records.add(JobRecords.moveState(job.id(), index, after, nowMs));
            count(before, -1);
            count(after, 1);
        }

        private void count(MoveState state, int by) {
            switch (state) {
                case WAITING -> waiting += by;
                case MOVING, REVERTING -> inFlight += by;
                case DONE -> toRevert += goesBack() ? by : 0;
                case FAILED -> failed += by;
                case SKIPPED, REVERTED -> {}
            }
        }

        private void follow(int index, JobMove move) {
            TopicImage topic = image.topic(move.topicId());
            PartitionImage partition = topic == null ? null : topic.partition(move.partition());
            if (partition == null) {
                put(index, move.state(), MoveState.SKIPPED);
            } else if (hasArrived(partition, move.destination())) {
                put(index, move.state(), move.state() == MoveState.MOVING ? MoveState.DONE : MoveState.REVERTED);
            } else if (isGone(move, move.state() == MoveState.REVERTING)) {
                giveUp(topic, partition, index, move);
            } else if (move.state() == MoveState.MOVING && job.state() == JobState.CANCELLING) {
                assign(topic, partition, index, move, move.expected(), MoveState.REVERTED, MoveState.REVERTING);
            } else if (!partition.reassigning() || allInSync(partition, move.destination())) {
                // Cut off between its state and the partition's; or an unclean election left the end to somebody who
                // asks again.
                assign(topic, partition, index, move, move.destination(), move.state(), move.state());
            }
        }

        /**
         * Where it was going it cannot arrive any more, so it goes to where it came from. Where that is refused because nobody there holds what
         * was committed, and can never be reached either, the partition is let go as it is: an operator may assign it anew.
         */
        private void giveUp(TopicImage topic, PartitionImage partition, int index, JobMove move) {
            boolean back = move.state() == MoveState.REVERTING;
            int[] other = back ? move.replicas() : move.expected();
            boolean gone = assign(topic, partition, index, move, other, MoveState.FAILED, MoveState.FAILED);
            if (!gone && isGone(move, !back)) {
                put(index, move.state(), MoveState.FAILED);
            }
        }

        /** Assigns the partition and notes the move's state: {@code settled} when that was all, {@code moving} otherwise. */
        private boolean assign(
                TopicImage topic,
                PartitionImage partition,
                int index,
                JobMove move,
                int[] target,
                MoveState settled,
                MoveState moving) {
            ReassignmentDecider.Assigned assigned = ReassignmentDecider.assign(image, topic, move.partition(), target);
            if (assigned.refusal() != null) {
                return false;
            }
            // A throttle is there before what it is for, and a move is over after the partition has settled.
            boolean reassigning = assigned.after().reassigning();
            note(index, move.state(), reassigning ? moving : move.state());
            assigned.record(topic, move.partition(), partition, records);
            note(index, move.state(), reassigning ? move.state() : settled);
            return true;
        }

        /** Sends those on their way for which there is room, in their order: there, or back. */
        private void depart(Set<Integer> candidates, int stage, boolean back) {
            int refused = 0;
            int busy = 0;
            for (int index : candidates) {
                JobMove move = job.move(index);
                boolean enough = move.stage() > stage || refused > MAX_REFUSED || busy > MAX_BUSY;
                if (enough || !mayChange() || loads.full(job, nowMs) != null) {
                    return;
                }
                Departure departure = depart(index, move, back);
                busy += departure == Departure.BUSY ? 1 : 0;
                refused += departure == Departure.REFUSED ? 1 : 0;
            }
        }

        private Departure depart(int index, JobMove move, boolean back) {
            TopicImage topic = image.topic(move.topicId());
            if (topic == null || isGone(move, back)) {
                put(index, move.state(), topic == null ? MoveState.SKIPPED : MoveState.FAILED);
                return Departure.SETTLED;
            }
            if (waitsForNodes(move, back)) {
                return Departure.WAITS;
            }
            PartitionImage partition = topic.partition(move.partition());
            boolean copies = move.gains(back, node -> !partition.isReplica(node));
            if (copies && !partition.hasLeader()) {
                return Departure.WAITS;
            }
            if (move.gains(back, node -> loads.isBusy(job, node))
                    || (copies && loads.isBusy(job, partition.leader()))) {
                return Departure.BUSY;
            }
            return begin(topic, partition, index, move, back) ? Departure.SETTLED : Departure.REFUSED;
        }

        private boolean waitsForNodes(JobMove move, boolean back) {
            return move.needs(back, node -> !active.contains(node))
                    || (!back && move.gains(false, node -> !open.contains(node)));
        }

        /** False when the partition may not be assigned now. */
        private boolean begin(TopicImage topic, PartitionImage partition, int index, JobMove move, boolean back) {
            int[] target = back ? move.expected() : move.replicas();
            boolean begun = back
                    ? assign(topic, partition, index, move, target, MoveState.REVERTED, MoveState.REVERTING)
                    : assign(topic, partition, index, move, target, MoveState.DONE, MoveState.MOVING);
            int[] gaining = JobWaits.gaining(partition, target);
            if (begun && gaining.length > 0) {
                loads.add(job.id(), move, gaining);
            }
            return begun;
        }

        private boolean isGone(JobMove move, boolean back) {
            return move.needs(back, node -> !registered.contains(node));
        }

        private void end() {
            String left = job.state() == JobState.CANCELLING ? "" : leftOver();
            JobRecord.State state = JobRecord.State.DONE;
            if (job.state() == JobState.CANCELLING) {
                state = JobRecord.State.CANCELLED;
            } else if (failed > 0 || !left.isEmpty()) {
                state = JobRecord.State.FAILED;
            }
            String moves = failed == 0
                    ? ""
                    : failed + " of " + job.moves().size()
                            + " moves could not be made: a node that they need is not registered any more.";
            head.setState(state)
                    .setPausedTotalMs(JobControl.pausedMs(job, nowMs))
                    .setChangedAtMs(nowMs)
                    .clearHeldSinceMs()
                    .clearHoldSpent()
                    .setMessage((moves + (moves.isEmpty() || left.isEmpty() ? "" : " ") + left));
        }

        /** What a node still holds that was to be emptied, in a sentence; empty when it holds nothing or was not to be. */
        private String leftOver() {
            if (job.kind() != JobKind.DRAIN_NODE && job.kind() != JobKind.REPLACE_NODE) {
                return "";
            }
            int node = job.nodes().get(0);
            List<String> first = new ArrayList<>();
            image.visit(Group.REPLICA, node, (topic, number, partition) -> {
                first.add(topic.name() + "-" + number);
                return false;
            });
            int left = image.index().size(Group.REPLICA, node);
            return left == 0
                    ? ""
                    : "Node " + node + " still holds " + left + " replicas that the job did not move, such as "
                            + first.get(0) + ": plan again.";
        }
    }

    private static boolean hasArrived(PartitionImage partition, int[] destination) {
        return !partition.reassigning() && Arrays.equals(partition.replicas(), destination);
    }

    private static boolean allInSync(PartitionImage partition, int[] destination) {
        return Replicas.filter(destination, node -> !partition.inIsr(node)).length == 0;
    }
}
