// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.proto.JobRecord;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.pcollections.PVector;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/**
 * A job: many changes of assignments that the active controller carries out over time. Immutable. Moves are named by their index, which does
 * not change; they are sorted by stage. Times are wall clock of the controllers.
 */
public final class JobImage {
    private final JobRecord head;
    private final PVector<JobMove> moves;
    private final JobCounts counts;
    private final TreePSet<Integer> waiting;
    private final TreePSet<Integer> inFlight;
    private final TreePSet<Integer> done;
    private final long hash;

    private JobImage(
            JobRecord head,
            PVector<JobMove> moves,
            JobCounts counts,
            TreePSet<Integer> waiting,
            TreePSet<Integer> inFlight,
            TreePSet<Integer> done,
            long hash) {
        this.head = head;
        this.moves = moves;
        this.counts = counts;
        this.waiting = waiting;
        this.inFlight = inFlight;
        this.done = done;
        this.hash = hash;
    }

    static JobImage of(JobRecord head) {
        return new JobImage(
                head,
                TreePVector.empty(),
                head.getMovesDropped() ? JobRecords.counts(head.getCounts()) : JobCounts.NONE,
                TreePSet.empty(),
                TreePSet.empty(),
                TreePSet.empty(),
                StateHash.job(head));
    }

    /** With another head; without moves where it says so. */
    JobImage with(JobRecord next) {
        return next.getMovesDropped()
                ? of(next)
                : new JobImage(
                        next, moves, counts, waiting, inFlight, done, hash - StateHash.job(head) + StateHash.job(next));
    }

    /** With one more move at the end. */
    JobImage plus(JobMove move) {
        return placed(moves.size(), move, moves.plus(move), counts, hash + StateHash.move(id(), moves.size(), move));
    }

    /** With another state of a move. */
    JobImage with(int index, MoveState state, long atMs) {
        JobMove before = moves.get(index);
        JobMove after = before.with(state, atMs);
        return placed(
                index,
                after,
                moves.with(index, after),
                counts.plus(before.state(), before.bytes(), -1),
                hash - StateHash.move(id(), index, before) + StateHash.move(id(), index, after));
    }

    private JobImage placed(int index, JobMove move, PVector<JobMove> next, JobCounts others, long nextHash) {
        return new JobImage(
                head,
                next,
                others.plus(move.state(), move.bytes(), 1),
                member(waiting, index, move.state() == MoveState.WAITING),
                member(inFlight, index, move.state().inFlight()),
                member(done, index, move.state() == MoveState.DONE),
                nextHash);
    }

    private static TreePSet<Integer> member(TreePSet<Integer> set, int index, boolean belongs) {
        if (set.contains(index) == belongs) {
            return set;
        }
        return belongs ? set.plus(index) : set.minus(index);
    }

    /** Its number, from 1 on; no other job ever has it. */
    public long id() {
        return head.getJobId();
    }

    /** What whoever asked for it has drawn. */
    public ByteString requestId() {
        return head.getRequestId();
    }

    public JobKind kind() {
        return JobRecords.kind(head.getKind());
    }

    public JobState state() {
        return JobRecords.state(head.getState());
    }

    /** Whether it is not over yet. */
    public boolean open() {
        return !state().ended();
    }

    public String title() {
        return head.getTitle();
    }

    /** On whose behalf it was started; empty when that is not known. */
    public String principal() {
        return head.getPrincipal();
    }

    public long createdAtMs() {
        return head.getCreatedAtMs();
    }

    /** When the state became what it is. */
    public long changedAtMs() {
        return head.getChangedAtMs();
    }

    /** When it began, or was resumed last. */
    public long runningSinceMs() {
        return head.getRunningSinceMs();
    }

    /** How long it was paused, but for the pause that is under way. */
    public long pausedTotalMs() {
        return head.getPausedTotalMs();
    }

    public JobSettings settings() {
        return JobRecords.settings(head.getSettings());
    }

    /** The node to be emptied; of {@link JobKind#REPLACE_NODE} it and then its replacement; of other kinds none. */
    public List<Integer> nodes() {
        return head.getNodesList();
    }

    /** Whether it has cordoned the node that it empties, which nobody had before: cancelled, it lifts that. */
    public boolean cordons() {
        return head.getCordons();
    }

    /** Why it ended as it did; empty when there is nothing to say. */
    public String message() {
        return head.getMessage();
    }

    /** Cancelled so that what is done stays. */
    public boolean keeps() {
        return head.getKeep();
    }

    /** Since when a repair goes first; 0 when none does. */
    public long heldSinceMs() {
        return head.getHeldSinceMs();
    }

    /** Whether a repair took longer than jobs wait for it, so that this one goes on beside it. */
    public boolean holdSpent() {
        return head.getHoldSpent();
    }

    /** Whether it has ended and only counts are left of its moves. */
    public boolean movesDropped() {
        return head.getMovesDropped();
    }

    /** All moves, by index; none once they are dropped. */
    public List<JobMove> moves() {
        return Collections.unmodifiableList(moves);
    }

    public JobMove move(int index) {
        return moves.get(index);
    }

    public JobCounts counts() {
        return counts;
    }

    /** Indexes of the moves that have not begun, in ascending order. */
    public Set<Integer> waiting() {
        return Collections.unmodifiableSet(waiting);
    }

    /** Indexes of the moves that are on their way, there or back, in ascending order. */
    public Set<Integer> inFlight() {
        return Collections.unmodifiableSet(inFlight);
    }

    /** Indexes of the moves that are done, in ascending order. */
    public Set<Integer> done() {
        return Collections.unmodifiableSet(done);
    }

    /** What it allows the moves to copy that are on their way. */
    public JobThrottle throttle() {
        JobSettings settings = settings();
        if (state() == JobState.PAUSED || heldSinceMs() > 0) {
            return new JobThrottle(id(), JobThrottle.Kind.HELD, 0);
        }
        return settings.rateBytesPerSecond() > 0
                ? new JobThrottle(id(), JobThrottle.Kind.FIXED, settings.rateBytesPerSecond())
                : new JobThrottle(id(), JobThrottle.Kind.ADAPTIVE, settings.minRateBytesPerSecond());
    }

    /** Its head as record, to be changed and agreed on again. */
    public JobRecord head() {
        return head;
    }

    long hash() {
        return hash;
    }
}
