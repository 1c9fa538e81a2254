// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import static io.shiplog.metadata.image.MetadataImageTest.A;
import static io.shiplog.metadata.image.MetadataImageTest.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RemoveJobRecord;
import io.shiplog.metadata.proto.SnapshotHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs in the image: replay, snapshot, hash, delta, and the throttle that follows from them. */
class JobsImageTest {
    private static final PartitionId FIRST = new PartitionId(A, 0);

    static JobRecord.Builder head(long id, JobState state) {
        return JobRecord.newBuilder()
                .setJobId(id)
                .setRequestId(ByteString.copyFrom(new byte[16]))
                .setKind(JobRecord.Kind.REASSIGN)
                .setState(JobRecords.state(state))
                .setTitle("to the new nodes")
                .setCreatedAtMs(1_000)
                .setSettings(JobRecords.settings(new JobSettings(7_000, 0, 20, 5)));
    }

    private static MetadataRecord job(long id, JobState state) {
        return JobRecords.head(head(id, state));
    }

    private static MetadataRecord moves(long id, PartitionId... partitions) {
        JobMovesRecord.Builder moves = JobMovesRecord.newBuilder().setJobId(id);
        for (PartitionId partition : partitions) {
            moves.addMoves(JobRecords.move(
                    new JobMove(partition, new int[] {2, 3}, new int[] {1, 2}, 100, 0, MoveState.WAITING, 0)));
        }
        return ImageRecords.record().setJobMoves(moves).build();
    }

    private static MetadataRecord state(long id, int index, MoveState state) {
        return JobRecords.moveState(id, index, state, 2_000);
    }

    private static MetadataRecord removal(long id) {
        return ImageRecords.record()
                .setRemoveJob(RemoveJobRecord.newBuilder().setJobId(id))
                .build();
    }

    private static MetadataImage image(MetadataRecord... records) {
        return MetadataImage.empty().candidate(Arrays.asList(records));
    }

    private static MetadataImage running() {
        return image(
                job(1, JobState.RUNNING),
                moves(1, FIRST, new PartitionId(A, 1)),
                moves(1, new PartitionId(B, 0)),
                state(1, 0, MoveState.MOVING),
                state(1, 1, MoveState.DONE));
    }

    private static MetadataImage reread(MetadataImage image) {
        return MetadataImage.fromSnapshot(SnapshotHeader.getDefaultInstance(), image.toRecords());
    }

    @Test
    void headMovesAndStatesShowInTheImage() {
        JobImage job = running().jobs().job(1);
        assertThat(job.kind()).isEqualTo(JobKind.REASSIGN);
        assertThat(job.state()).isEqualTo(JobState.RUNNING);
        assertThat(job.moves()).hasSize(3);
        assertThat(job.waiting()).containsExactly(2);
        assertThat(job.inFlight()).containsExactly(0);
        assertThat(job.done()).containsExactly(1);
        assertThat(job.counts().moves()).isEqualTo(3);
        assertThat(job.counts().bytes(MoveState.DONE)).isEqualTo(100);
        assertThat(job.move(0).changedAtMs()).isEqualTo(2_000);
        assertThat(job.move(0).gaining()).containsExactly(3);
    }

    @Test
    void partitionBelongsToItsJobUntilThatEnds() {
        assertThat(running().jobs().jobOf(A, 1).id()).isEqualTo(1);
        assertThat(running().jobs().moveOf(A, 1).state()).isEqualTo(MoveState.DONE);
        assertThat(running().jobs().jobOf(A, 2)).isNull();
        MetadataImage ended = running().candidate(List.of(job(1, JobState.DONE)));
        assertThat(ended.jobs().jobOf(A, 1)).isNull();
        assertThat(ended.jobs().open()).isEmpty();
        assertThat(ended.jobs().job(1).moves()).hasSize(3);
    }

    @Test
    void partitionThatWasSkippedOrFailedIsFreeAtOnce() {
        MetadataImage image =
                running().candidate(List.of(state(1, 0, MoveState.SKIPPED), state(1, 2, MoveState.FAILED)));
        assertThat(image.jobs().jobOf(A, 0)).isNull();
        assertThat(image.jobs().jobOf(B, 0)).isNull();
        assertThat(reread(image).jobs().jobOf(A, 0)).isNull();
        MetadataImage again = image.candidate(List.of(job(2, JobState.RUNNING), moves(2, FIRST)));
        assertThat(again.jobs().jobOf(A, 0).id()).isEqualTo(2);
        assertThat(again.candidate(List.of(job(1, JobState.DONE))).jobs().jobOf(A, 0))
                .as("the end of the first job takes nothing from the second")
                .isNotNull();
    }

    @Test
    void throttleFollowsFromJobAndMove() {
        assertThat(running().jobs().throttleOf(FIRST)).isEqualTo(new JobThrottle(1, JobThrottle.Kind.FIXED, 7_000));
        assertThat(running().jobs().throttleOf(new PartitionId(A, 1)))
                .as("done")
                .isNull();
        assertThat(running().jobs().throttleOf(new PartitionId(B, 0)))
                .as("waits")
                .isNull();
        assertThat(running().jobs().throttleOf(new PartitionId(B, 9)))
                .as("no move")
                .isNull();
        MetadataImage reverting = running().candidate(List.of(state(1, 0, MoveState.REVERTING)));
        assertThat(reverting.jobs().throttleOf(FIRST).kind()).isEqualTo(JobThrottle.Kind.FIXED);
    }

    @Test
    void throttleHoldsWhileTheJobIsPausedOrARepairGoesFirst() {
        MetadataImage paused = running().candidate(List.of(job(1, JobState.PAUSED)));
        assertThat(paused.jobs().throttleOf(FIRST)).isEqualTo(new JobThrottle(1, JobThrottle.Kind.HELD, 0));
        MetadataImage held = running()
                .candidate(List.of(JobRecords.head(head(1, JobState.RUNNING).setHeldSinceMs(5))));
        assertThat(held.jobs().throttleOf(FIRST).kind()).isEqualTo(JobThrottle.Kind.HELD);
    }

    @Test
    void withoutARateTheThrottleAdapts() {
        MetadataImage adaptive = running()
                .candidate(List.of(JobRecords.head(
                        head(1, JobState.RUNNING).setSettings(JobRecords.settings(new JobSettings(0, 50, 20, 5))))));
        assertThat(adaptive.jobs().throttleOf(FIRST)).isEqualTo(new JobThrottle(1, JobThrottle.Kind.ADAPTIVE, 50));
    }

    @Test
    void noThrottleOutlivesItsJob() {
        for (JobState end : List.of(JobState.DONE, JobState.FAILED, JobState.CANCELLED)) {
            MetadataImage ended = running().candidate(List.of(job(1, end)));
            assertThat(ended.jobs().throttleOf(FIRST)).isNull();
        }
    }

    @Test
    void snapshotHoldsEverything() {
        MetadataImage image = running().candidate(List.of(job(2, JobState.RUNNING), job(2, JobState.DONE), removal(2)));
        MetadataImage read = reread(image);
        assertThat(read.stateHash()).isEqualTo(image.stateHash());
        assertThat(read.toRecords()).isEqualTo(image.toRecords());
        assertThat(read.jobs().lastId()).as("an id is not given again").isEqualTo(2);
        assertThat(read.jobs().jobOf(B, 0).id()).isEqualTo(1);
        assertThat(read.jobs().throttleOf(FIRST)).isEqualTo(running().jobs().throttleOf(FIRST));
    }

    @Test
    void snapshotHoldsAJobOfThousandsOfMoves() {
        List<MetadataRecord> records = new ArrayList<>(List.of(job(1, JobState.RUNNING)));
        for (int partition = 0; partition < 1_234; partition++) {
            records.add(moves(1, new PartitionId(A, partition)));
        }
        records.add(state(1, 1_233, MoveState.MOVING));
        MetadataImage image = MetadataImage.empty().candidate(records);
        assertThat(image.toRecords()).hasSize(5);
        assertThat(reread(image).stateHash()).isEqualTo(image.stateHash());
    }

    @Test
    void droppedMovesLeaveTheirCounts() {
        JobCounts counts = running().jobs().job(1).counts();
        MetadataImage dropped = running()
                .candidate(List.of(
                        job(1, JobState.DONE),
                        JobRecords.head(
                                head(1, JobState.DONE).setMovesDropped(true).setCounts(JobRecords.counts(counts)))));
        JobImage job = dropped.jobs().job(1);
        assertThat(job.moves()).isEmpty();
        assertThat(job.counts().moves()).isEqualTo(3);
        assertThat(job.counts().bytes(MoveState.MOVING)).isEqualTo(100);
        assertThat(reread(dropped).stateHash()).isEqualTo(dropped.stateHash());
        assertThat(reread(dropped).jobs().job(1).counts().moves(MoveState.DONE)).isEqualTo(1);
    }

    @Test
    void hashDoesNotDependOnTheWay() {
        MetadataImage detour = running()
                .candidate(List.of(
                        job(1, JobState.PAUSED),
                        state(1, 0, MoveState.REVERTING),
                        state(1, 0, MoveState.MOVING),
                        job(1, JobState.RUNNING)));
        assertThat(detour.stateHash()).isEqualTo(running().stateHash());
        assertThat(running().candidate(List.of(job(1, JobState.PAUSED))).stateHash())
                .isNotEqualTo(running().stateHash());
        assertThat(running().candidate(List.of(state(1, 0, MoveState.DONE))).stateHash())
                .isNotEqualTo(running().stateHash());
    }

    @Test
    void deltaTellsThatJobsChanged() {
        for (MetadataRecord record : List.of(job(1, JobState.PAUSED), state(1, 2, MoveState.MOVING))) {
            MetadataEntry entry = MetadataEntry.newBuilder()
                    .setDecidedOnOffset(running().offset())
                    .setProposal(1)
                    .addRecords(record)
                    .build();
            MetadataImage after = running().apply(entry);
            assertThat(MetadataDelta.between(running(), List.of(entry), after).jobsChanged())
                    .isTrue();
            assertThat(MetadataDelta.full(running(), after).jobsChanged()).isTrue();
            assertThat(MetadataDelta.full(running(), after).isEmpty()).isFalse();
        }
        assertThat(MetadataDelta.full(running(), running()).jobsChanged()).isFalse();
    }

    private static void unfit(MetadataRecord... records) {
        assertThatThrownBy(() -> running().candidate(Arrays.asList(records))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void recordsThatDoNotFitAreNotReplayed() {
        unfit(job(2, JobState.DONE), removal(2), job(2, JobState.RUNNING));
        unfit(JobRecords.head(head(2, JobState.RUNNING).setKind(JobRecord.Kind.UNKNOWN)));
        unfit(JobRecords.head(head(2, JobState.RUNNING).setStateValue(99)));
        unfit(moves(2, new PartitionId(B, 5)));
        unfit(job(2, JobState.RUNNING), moves(2, FIRST));
        unfit(job(2, JobState.RUNNING), moves(2, new PartitionId(B, 5), new PartitionId(B, 5)));
        unfit(job(1, JobState.DONE), moves(1, new PartitionId(B, 5)));
        unfit(state(1, 3, MoveState.DONE));
        unfit(state(1, -1, MoveState.DONE));
        unfit(removal(1));
        unfit(removal(7));
    }
}
