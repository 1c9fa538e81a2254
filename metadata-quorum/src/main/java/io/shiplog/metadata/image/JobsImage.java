// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RemoveJobRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/** The jobs that the cluster knows: those under way, and the last that have ended. Immutable; a record gives another one. */
public final class JobsImage {
    /** The level of {@link Features#SHIPLOG_METADATA_VERSION} from which on there are jobs and cordoned nodes. */
    public static final int FIRST_LEVEL = 3;

    static final JobsImage EMPTY = new JobsImage(TreePMap.empty(), TreePMap.empty(), HashTreePMap.empty(), 0, 0);

    /** Moves in one record of a snapshot. */
    private static final int MOVES_PER_RECORD = 500;

    private record Place(long jobId, int index) {}

    private final TreePMap<Long, JobImage> jobs;
    private final TreePMap<Long, JobImage> open;
    /** Whose partitions the open jobs move, or have moved and may yet move back. */
    private final HashPMap<PartitionId, Place> places;

    private final long lastId;
    private final long hash;

    private JobsImage(
            TreePMap<Long, JobImage> jobs,
            TreePMap<Long, JobImage> open,
            HashPMap<PartitionId, Place> places,
            long lastId,
            long hash) {
        this.jobs = jobs;
        this.open = open;
        this.places = places;
        this.lastId = lastId;
        this.hash = hash;
    }

    /** All of them, by id. */
    public Collection<JobImage> all() {
        return jobs.values();
    }

    /** Those that have not ended, by id. */
    public Collection<JobImage> open() {
        return open.values();
    }

    /** Null when it is unknown. */
    public JobImage job(long id) {
        return jobs.get(id);
    }

    /** The open job that the partition belongs to, until the job ends; null when there is none. */
    public JobImage jobOf(Uuid topicId, int partition) {
        Place place = places.get(new PartitionId(topicId, partition));
        return place == null ? null : jobs.get(place.jobId());
    }

    /** The move that an open job has for the partition; null when there is none. */
    public JobMove moveOf(Uuid topicId, int partition) {
        Place place = places.get(new PartitionId(topicId, partition));
        return place == null ? null : jobs.get(place.jobId()).move(place.index());
    }

    /** What a job allows the replicas to copy that it adds to the partition; null when no job is moving it now. */
    public JobThrottle throttleOf(PartitionId partition) {
        Place place = places.get(partition);
        if (place == null) {
            return null;
        }
        JobImage job = jobs.get(place.jobId());
        return job.move(place.index()).state().inFlight() ? job.throttle() : null;
    }

    /** The highest id that was ever given; 0 for none. */
    public long lastId() {
        return lastId;
    }

    long hash() {
        return lastId == 0 ? 0 : hash + StateHash.lastJob(lastId);
    }

    boolean same(JobsImage other) {
        return this == other || (lastId == other.lastId && hash == other.hash);
    }

    /** The jobs after a record that concerns them. */
    JobsImage apply(MetadataRecord record, boolean snapshot) {
        return switch (record.getBodyCase()) {
            case JOB -> head(record.getJob(), snapshot);
            case JOB_MOVES -> moves(record.getJobMoves(), snapshot);
            case JOB_MOVE_STATE -> moveState(record.getJobMoveState());
            case REMOVE_JOB -> remove(record.getRemoveJob(), snapshot);
            default -> throw new InvariantViolation("not a record of jobs: " + record.getBodyCase());
        };
    }

    private JobsImage head(JobRecord record, boolean snapshot) {
        long id = record.getJobId();
        JobImage before = jobs.get(id);
        require(before != null || id > lastId || snapshot, "job with an old id", id);
        require(JobRecords.isKnown(record), "job of an unknown kind or state", id);
        JobImage after = before == null ? JobImage.of(record) : before.with(record);
        HashPMap<PartitionId, Place> left = places;
        if (before != null && before.open() && !after.open()) {
            for (JobMove move : before.moves()) {
                left = belongs(left, move.id(), id) ? left.minus(move.id()) : left;
            }
        }
        return new JobsImage(
                jobs.plus(id, after),
                after.open() ? open.plus(id, after) : open.minus(id),
                left,
                Math.max(lastId, id),
                hash - (before == null ? 0 : before.hash()) + after.hash());
    }

    private static boolean belongs(HashPMap<PartitionId, Place> places, PartitionId partition, long jobId) {
        Place place = places.get(partition);
        return place != null && place.jobId() == jobId;
    }

    private JobsImage moves(JobMovesRecord record, boolean snapshot) {
        JobImage before = known(record.getJobId());
        require(snapshot || before.open(), "moves of a job that has ended", before.id());
        JobImage after = before;
        Map<PartitionId, Place> more = new HashMap<>();
        for (io.shiplog.metadata.proto.JobMove message : record.getMovesList()) {
            JobMove move = JobRecords.move(message);
            boolean kept = before.open() && !move.state().released();
            require(
                    !kept || (!places.containsKey(move.id()) && !more.containsKey(move.id())),
                    "partition in two moves",
                    move);
            if (kept) {
                more.put(move.id(), new Place(before.id(), after.moves().size()));
            }
            after = after.plus(move);
        }
        return with(before, after, places.plusAll(more));
    }

    private JobsImage moveState(JobMoveStateRecord record) {
        JobImage before = known(record.getJobId());
        int index = record.getIndex();
        require(index >= 0 && index < before.moves().size(), "state of an unknown move", index);
        MoveState state = JobRecords.state(record.getState());
        PartitionId partition = before.move(index).id();
        return with(
                before,
                before.with(index, state, record.getAtMs()),
                state.released() && belongs(places, partition, before.id()) ? places.minus(partition) : places);
    }

    private JobsImage remove(RemoveJobRecord record, boolean snapshot) {
        long id = record.getJobId();
        if (snapshot) {
            return new JobsImage(jobs, open, places, Math.max(lastId, id), hash);
        }
        JobImage before = known(id);
        require(!before.open(), "removal of a job that has not ended", id);
        return new JobsImage(jobs.minus(id), open, places, lastId, hash - before.hash());
    }

    private JobsImage with(JobImage before, JobImage after, HashPMap<PartitionId, Place> nextPlaces) {
        return new JobsImage(
                jobs.plus(after.id(), after),
                after.open() ? open.plus(after.id(), after) : open,
                nextPlaces,
                lastId,
                hash - before.hash() + after.hash());
    }

    private JobImage known(long id) {
        JobImage job = jobs.get(id);
        require(job != null, "record of an unknown job", id);
        return job;
    }

    private static void require(boolean condition, String what, Object value) {
        if (!condition) {
            throw new InvariantViolation("metadata record of jobs: " + what + " (" + value + ")");
        }
    }

    void forEachRecord(Consumer<MetadataRecord.Builder> sink) {
        if (lastId > 0) {
            sink.accept(ImageRecords.record()
                    .setRemoveJob(RemoveJobRecord.newBuilder().setJobId(lastId)));
        }
        for (JobImage job : jobs.values()) {
            sink.accept(ImageRecords.record().setJob(job.head()));
            List<JobMove> moves = job.moves();
            for (int from = 0; from < moves.size(); from += MOVES_PER_RECORD) {
                JobMovesRecord.Builder some = JobMovesRecord.newBuilder().setJobId(job.id());
                for (JobMove move : moves.subList(from, Math.min(moves.size(), from + MOVES_PER_RECORD))) {
                    some.addMoves(JobRecords.move(move));
                }
                sink.accept(ImageRecords.record().setJobMoves(some));
            }
        }
    }
}
