// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataRecord;

/** Between the values of {@link JobsImage} and their messages. */
public final class JobRecords {
    private JobRecords() {}

    /** The head of a job. */
    public static MetadataRecord head(JobRecord.Builder head) {
        return ImageRecords.record().setJob(head).build();
    }

    /** A move's next state. */
    public static MetadataRecord moveState(long jobId, int index, MoveState state, long atMs) {
        return ImageRecords.record()
                .setJobMoveState(JobMoveStateRecord.newBuilder()
                        .setJobId(jobId)
                        .setIndex(index)
                        .setState(state(state))
                        .setAtMs(atMs))
                .build();
    }

    /** Null when this version does not know it. */
    public static JobKind kind(JobRecord.Kind kind) {
        return switch (kind) {
            case REASSIGN -> JobKind.REASSIGN;
            case DRAIN_NODE -> JobKind.DRAIN_NODE;
            case REPLACE_NODE -> JobKind.REPLACE_NODE;
            case REPLICATION_FACTOR -> JobKind.REPLICATION_FACTOR;
            case BALANCE -> JobKind.BALANCE;
            case UNKNOWN, UNRECOGNIZED -> null;
        };
    }

    public static JobRecord.State state(JobState state) {
        return JobRecord.State.valueOf(state.name());
    }

    static boolean isKnown(JobRecord record) {
        return kind(record.getKind()) != null
                && record.getState() != JobRecord.State.UNSPECIFIED
                && record.getState() != JobRecord.State.UNRECOGNIZED;
    }

    static JobState state(JobRecord.State state) {
        return switch (state) {
            case RUNNING -> JobState.RUNNING;
            case PAUSED -> JobState.PAUSED;
            case CANCELLING -> JobState.CANCELLING;
            case DONE -> JobState.DONE;
            case FAILED -> JobState.FAILED;
            case CANCELLED -> JobState.CANCELLED;
            case UNSPECIFIED, UNRECOGNIZED -> throw new InvariantViolation("job in an unknown state");
        };
    }

    static MoveState state(io.shiplog.metadata.proto.JobMove.State state) {
        return switch (state) {
            case UNSPECIFIED, WAITING -> MoveState.WAITING;
            case MOVING -> MoveState.MOVING;
            case DONE -> MoveState.DONE;
            case SKIPPED -> MoveState.SKIPPED;
            case FAILED -> MoveState.FAILED;
            case REVERTING -> MoveState.REVERTING;
            case REVERTED -> MoveState.REVERTED;
            case UNRECOGNIZED -> throw new InvariantViolation("move of a job in an unknown state");
        };
    }

    static io.shiplog.metadata.proto.JobMove.State state(MoveState state) {
        return io.shiplog.metadata.proto.JobMove.State.valueOf(state.name());
    }

    /** As they were asked for; what is left out is the default. */
    public static JobSettings settings(io.shiplog.metadata.proto.JobSettings settings) {
        return new JobSettings(
                settings.getRateBytesPerSecond(),
                settings.getMinRateBytesPerSecond(),
                settings.getMaxInFlight() == 0 ? JobSettings.DEFAULT_MAX_IN_FLIGHT : settings.getMaxInFlight(),
                settings.getMaxPerNode() == 0 ? JobSettings.DEFAULT_MAX_PER_NODE : settings.getMaxPerNode());
    }

    public static io.shiplog.metadata.proto.JobSettings settings(JobSettings settings) {
        return io.shiplog.metadata.proto.JobSettings.newBuilder()
                .setRateBytesPerSecond(settings.rateBytesPerSecond())
                .setMinRateBytesPerSecond(settings.minRateBytesPerSecond())
                .setMaxInFlight(settings.maxInFlight())
                .setMaxPerNode(settings.maxPerNode())
                .build();
    }

    static JobCounts counts(io.shiplog.metadata.proto.JobCounts counts) {
        int states = MoveState.values().length;
        int[] moves = new int[states];
        long[] bytes = new long[states];
        for (int i = 0; i < states && i < counts.getMovesCount() && i < counts.getBytesCount(); i++) {
            moves[i] = counts.getMoves(i);
            bytes[i] = counts.getBytes(i);
        }
        return new JobCounts(moves, bytes);
    }

    /** In the order of {@link MoveState}. */
    public static io.shiplog.metadata.proto.JobCounts counts(JobCounts counts) {
        io.shiplog.metadata.proto.JobCounts.Builder message = io.shiplog.metadata.proto.JobCounts.newBuilder();
        for (MoveState state : MoveState.values()) {
            message.addMoves(counts.moves(state)).addBytes(counts.bytes(state));
        }
        return message.build();
    }

    static JobMove move(io.shiplog.metadata.proto.JobMove message) {
        return new JobMove(
                new PartitionId(Uuids.fromBytes(message.getTopicId()), message.getPartition()),
                ImageRecords.ids(message.getReplicasList()),
                ImageRecords.ids(message.getExpectedList()),
                message.getBytes(),
                message.getStage(),
                state(message.getState()),
                message.getChangedAtMs());
    }

    static io.shiplog.metadata.proto.JobMove move(JobMove move) {
        io.shiplog.metadata.proto.JobMove.Builder message = io.shiplog.metadata.proto.JobMove.newBuilder()
                .setTopicId(Uuids.toBytes(move.topicId()))
                .setPartition(move.partition())
                .setBytes(move.bytes())
                .setStage(move.stage())
                .setState(state(move.state()))
                .setChangedAtMs(move.changedAtMs());
        for (int node : move.replicas()) {
            message.addReplicas(node);
        }
        for (int node : move.expected()) {
            message.addExpected(node);
        }
        return message.build();
    }
}
