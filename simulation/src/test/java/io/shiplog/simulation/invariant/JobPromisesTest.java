// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What jobs promise: each broken alone. The one partition is on 1, 2 and 3; the job would have it on 3, 2 and 1. */
class JobPromisesTest {
    private final TestCluster c = new TestCluster();

    private void head(JobRecord.State state) {
        c.record(ImageRecords.record()
                .setJob(JobRecord.newBuilder()
                        .setJobId(1)
                        .setKind(JobRecord.Kind.REASSIGN)
                        .setState(state)));
    }

    private void start() {
        head(JobRecord.State.RUNNING);
        c.record(ImageRecords.record()
                .setJobMoves(JobMovesRecord.newBuilder()
                        .setJobId(1)
                        .addMoves(JobMove.newBuilder()
                                .setTopicId(Uuids.toBytes(TestCluster.TOPIC))
                                .addAllExpected(List.of(1, 2, 3))
                                .addAllReplicas(List.of(3, 2, 1)))));
    }

    private void move(MoveState state) {
        c.record(JobRecords.moveState(1, 0, state, 0).toBuilder());
    }

    @Test
    void jobThatGoesBackAndEndsBreaksNothing() {
        start();
        move(MoveState.MOVING);
        head(JobRecord.State.CANCELLING);
        move(MoveState.REVERTING);
        move(MoveState.REVERTED);
        head(JobRecord.State.CANCELLED);
        c.end();
        assertThat(c.broken()).isEmpty();
    }

    @Test
    void s24AMoveIsCalledDoneThatIsNot() {
        start();
        move(MoveState.MOVING);
        move(MoveState.DONE);
        move(MoveState.FAILED);
        head(JobRecord.State.FAILED);
        c.end();
        assertThat(c.broken()).containsExactly("S24");
    }

    @Test
    void s24AJobEndsWithAMoveUnderWay() {
        start();
        move(MoveState.MOVING);
        head(JobRecord.State.CANCELLING);
        c.agree(
                new PartitionImage(
                        new int[] {1, 2, 3},
                        new int[] {1, 2, 3},
                        new int[0],
                        new int[0],
                        1,
                        0,
                        1,
                        true,
                        false,
                        new int[] {3},
                        new int[0]),
                List.of());
        head(JobRecord.State.CANCELLED);
        c.checker.afterEvent(c);
        assertThat(c.broken()).containsExactly("S24");
    }

    @Test
    void l9AJobGoesOn() {
        start();
        c.end();
        assertThat(c.broken()).containsExactly("L9");
    }

    @Test
    void l9JobThatNeedsABrokerThatIsNotWellMayGoOn() {
        start();
        c.end(new Ending(true, List.of(1, 2), c.nowUs, -1, 0));
        assertThat(c.broken()).doesNotContain("L9");
    }
}
