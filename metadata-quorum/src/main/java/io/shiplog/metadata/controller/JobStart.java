// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobKind;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.metadata.proto.StartJobResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Starts jobs: wholly, or with a sentence that says why not. Nothing moves yet; {@link JobAdvance} does that. */
final class JobStart {
    private static final int REQUEST_ID_BYTES = 16;

    private final MetadataImage image;
    private final MetadataCommand command;
    private final StartJobCommand asked;
    private final JobKind kind;

    private JobStart(MetadataImage image, MetadataCommand command) {
        this.image = image;
        this.command = command;
        this.asked = command.getStartJob();
        this.kind = JobRecords.kind(asked.getKind());
    }

    static Decision decide(MetadataImage image, MetadataCommand command) {
        Refusal refusal = CordonDecider.unsupported(image);
        return refusal == null ? new JobStart(image, command).decide() : refusal.decision(image.offset());
    }

    private Decision decide() {
        for (JobImage job : image.jobs().all()) {
            if (!asked.getRequestId().isEmpty() && job.requestId().equals(asked.getRequestId())) {
                return accepted(List.of(), job.id());
            }
        }
        Refusal refusal = refusalOfHead();
        refusal = refusal == null ? refusalOfNodes() : refusal;
        refusal = refusal == null ? refusalOfCounts() : refusal;
        refusal = refusal == null ? refusalOfMoves() : refusal;
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        if (asked.getValidateOnly()) {
            return accepted(List.of(), 0);
        }
        long id = image.jobs().lastId() + 1;
        return accepted(records(id), id);
    }

    private Decision accepted(List<MetadataRecord> records, long id) {
        return Decision.atomic(
                image.offset(),
                records,
                MetadataResult.newBuilder()
                        .setStartJob(StartJobResult.newBuilder().setJobId(id)));
    }

    private Refusal refusalOfHead() {
        if (asked.getRequestId().size() != REQUEST_ID_BYTES) {
            return invalid("A request to start a job needs an id of " + REQUEST_ID_BYTES + " random bytes.");
        }
        if (kind == null) {
            return invalid("This version does not know the kind of the job: upgrade the quorum nodes first.");
        }
        if (asked.getTitle().length() > JobLimits.TITLE
                || asked.getTitle().chars().anyMatch(Character::isISOControl)) {
            return invalid("A title may have at most " + JobLimits.TITLE + " characters, all of them printable.");
        }
        return refusalOf(asked.getSettings());
    }

    /** Why a job cannot have these settings; null when it can. */
    static Refusal refusalOf(JobSettings settings) {
        if (settings.getRateBytesPerSecond() < 0 || settings.getMinRateBytesPerSecond() < 0) {
            return invalid("A rate is above 0 bytes per second, or 0 to be adapted.");
        }
        boolean sound = within(settings.getMaxInFlight()) && within(settings.getMaxPerNode());
        return sound
                ? null
                : invalid("Moves at a time, of all and per node, are from 1 to " + JobLimits.IN_FLIGHT + ".");
    }

    private static boolean within(int moves) {
        return moves >= 0 && moves <= JobLimits.IN_FLIGHT;
    }

    private boolean emptiesANode() {
        return kind == JobKind.DRAIN_NODE || kind == JobKind.REPLACE_NODE;
    }

    private Refusal refusalOfNodes() {
        int needed = kind == JobKind.REPLACE_NODE ? 2 : kind == JobKind.DRAIN_NODE ? 1 : 0;
        List<Integer> nodes = asked.getNodesList();
        if (nodes.size() != needed) {
            return invalid("A job of this kind names " + needed + " nodes, not " + nodes.size() + ".");
        }
        for (int node : nodes) {
            if (image.broker(node) == null) {
                return CordonDecider.notRegistered(image, node);
            }
        }
        if (needed == 2 && nodes.get(0).equals(nodes.get(1))) {
            return invalid("A node cannot replace itself.");
        }
        JobImage other = emptiesANode() ? CordonDecider.emptying(image, nodes.get(0)) : null;
        if (other != null) {
            return invalid("Job " + other.id() + " is emptying node " + nodes.get(0)
                    + " already: wait until it has ended, or cancel it.");
        }
        JobImage filling = emptiesANode() ? filling(nodes.get(0)) : null;
        if (filling != null) {
            return invalid("Job " + filling.id() + " moves partitions to node " + nodes.get(0)
                    + ", which is to be emptied: wait until it has ended, or cancel it.");
        }
        String replacement = needed == 2 ? JobWaits.unavailable(image, nodes.get(1)) : null;
        return replacement == null
                ? null
                : invalid("The replacement cannot be used: " + replacement
                        + ". It has to be up, and neither drained nor cordoned.");
    }

    /** The open job that gives a node new replicas; null when there is none. */
    private JobImage filling(int node) {
        for (JobImage job : image.jobs().open()) {
            boolean ends = job.state() == JobState.CANCELLING;
            for (io.shiplog.metadata.image.JobMove move : job.moves()) {
                boolean ahead = (move.state() == MoveState.WAITING && !ends)
                        || move.state().inFlight();
                boolean returns = move.state() == MoveState.DONE && ends && !job.keeps();
                if ((ahead && Replicas.contains(move.gaining(), node))
                        || (returns && move.gains(true, id -> id == node))) {
                    return job;
                }
            }
        }
        return null;
    }

    private Refusal refusalOfCounts() {
        int moves = asked.getMovesCount();
        if (moves == 0 && !emptiesANode()) {
            return invalid("The job has no moves: nothing is to be done.");
        }
        if (moves > JobLimits.MOVES) {
            return tooMany("A job may have at most " + JobLimits.MOVES + " moves, not " + moves + ".");
        }
        if (image.jobs().open().size() >= JobLimits.OPEN_JOBS) {
            return tooMany(
                    JobLimits.OPEN_JOBS
                            + " jobs are under way, which is as many as there may be: wait until one has ended, or cancel one.");
        }
        return moves + openMoves() <= JobLimits.OPEN_MOVES
                ? null
                : tooMany("The jobs under way would have more than " + JobLimits.OPEN_MOVES
                        + " moves together: wait until one has ended.");
    }

    private int openMoves() {
        int moves = 0;
        for (JobImage job : image.jobs().open()) {
            moves += job.moves().size();
        }
        return moves;
    }

    private Refusal refusalOfMoves() {
        Set<PartitionId> named = new HashSet<>();
        Refusal first = null;
        int others = 0;
        for (JobMove move : asked.getMovesList()) {
            Refusal refusal = refusalOf(move, named);
            if (first == null) {
                first = refusal;
            } else {
                others += refusal == null ? 0 : 1;
            }
        }
        return others == 0
                ? first
                : new Refusal(first.error(), first.message() + " (" + others + " other moves cannot be made either)");
    }

    private Refusal refusalOf(JobMove move, Set<PartitionId> named) {
        Uuid topicId = Uuids.fromBytes(move.getTopicId());
        TopicImage topic = image.topic(topicId);
        PartitionImage partition = topic == null ? null : topic.partition(move.getPartition());
        if (partition == null) {
            return new Refusal(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    topic == null
                            ? "There is no topic with the id " + topicId + ": it was deleted; plan again."
                            : "There is no partition " + move.getPartition() + " of topic " + topic.name()
                                    + ", which has 0 to " + (topic.partitionCount() - 1) + ".");
        }
        String name = topic.name() + "-" + move.getPartition();
        if (!named.add(new PartitionId(topicId, move.getPartition()))) {
            return invalid(name + " is named twice: a job moves a partition once.");
        }
        if (move.getStage() < 0 || move.getBytes() < 0 || move.getBytes() > JobLimits.MOVE_BYTES) {
            return invalid(
                    name + " has a stage below 0, or bytes that are not from 0 to " + JobLimits.MOVE_BYTES + ".");
        }
        JobImage other = image.jobs().jobOf(topicId, move.getPartition());
        if (other != null) {
            return new Refusal(
                    Errors.REASSIGNMENT_IN_PROGRESS,
                    name + " belongs to job " + other.id() + ", which has not ended: wait for it, or cancel it.");
        }
        if (partition.reassigning()) {
            return new Refusal(
                    Errors.REASSIGNMENT_IN_PROGRESS,
                    name + " is being reassigned: wait until that is over, or cancel it.");
        }
        return refusalOf(name, partition, move);
    }

    private Refusal refusalOf(String name, PartitionImage partition, JobMove move) {
        int[] target = ImageRecords.ids(move.getReplicasList());
        if (target.length == 0 || Replicas.hasDuplicates(target)) {
            return unassignable(name, "needs at least one replica, and each on a node of its own");
        }
        if (!Arrays.equals(ImageRecords.ids(move.getExpectedList()), partition.replicas())) {
            return unassignable(
                    name,
                    "is on " + Arrays.toString(partition.replicas()) + " now and not on " + text(move.getExpectedList())
                            + " as when it was planned: plan again");
        }
        for (int node : target) {
            if (image.broker(node) == null) {
                return unassignable(
                        name,
                        "would be on node " + node + ", which is not registered" + CordonDecider.registered(image));
            }
            if (emptiesANode() && node == asked.getNodes(0)) {
                return unassignable(name, "would stay on node " + node + ", which is to be emptied: plan again");
            }
            String unavailable = partition.isReplica(node) ? null : JobWaits.unavailable(image, node);
            if (unavailable != null) {
                return unassignable(
                        name, "cannot go there: " + unavailable + "; change that, or plan again without it");
            }
        }
        return null;
    }

    /** A caller may have named any number of nodes. */
    private static String text(List<Integer> nodes) {
        return nodes.size() <= JobLimits.NAMED ? nodes.toString() : nodes.size() + " nodes";
    }

    private static Refusal unassignable(String name, String what) {
        return new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, name + " " + what + ".");
    }

    private static Refusal invalid(String message) {
        return new Refusal(Errors.INVALID_REQUEST, message);
    }

    private static Refusal tooMany(String message) {
        return new Refusal(Errors.POLICY_VIOLATION, message);
    }

    private static String shortened(String principal) {
        String printable = principal.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= JobLimits.TITLE ? printable : printable.substring(0, JobLimits.TITLE);
    }

    private List<MetadataRecord> records(long id) {
        List<MetadataRecord> records = new ArrayList<>();
        JobRetirement.makeRoom(image, asked.getMovesCount(), records);
        BrokerImage emptied = emptiesANode() ? image.broker(asked.getNodes(0)) : null;
        if (emptied != null && !emptied.cordoned()) {
            records.add(CordonDecider.record(emptied, true, "emptied by job " + id));
        }
        long nowMs = command.getWallClockMs();
        records.add(JobRecords.head(JobRecord.newBuilder()
                .setJobId(id)
                .setRequestId(asked.getRequestId())
                .setKind(asked.getKind())
                .setState(JobRecord.State.RUNNING)
                .setTitle(asked.getTitle())
                .setPrincipal(shortened(command.getPrincipal()))
                .setCreatedAtMs(nowMs)
                .setChangedAtMs(nowMs)
                .setRunningSinceMs(nowMs)
                .setSettings(JobRecords.settings(JobRecords.settings(asked.getSettings())))
                .setCordons(emptied != null && !emptied.cordoned())
                .addAllNodes(asked.getNodesList())));
        List<JobMove> moves = new ArrayList<>(asked.getMovesList());
        moves.sort(Comparator.comparingInt(JobMove::getStage));
        for (int from = 0; from < moves.size(); from += JobLimits.MOVES_PER_RECORD) {
            JobMovesRecord.Builder some = JobMovesRecord.newBuilder().setJobId(id);
            for (JobMove move : moves.subList(from, Math.min(moves.size(), from + JobLimits.MOVES_PER_RECORD))) {
                some.addMoves(move.toBuilder().clearState().clearChangedAtMs());
            }
            records.add(ImageRecords.record().setJobMoves(some).build());
        }
        return records;
    }
}
