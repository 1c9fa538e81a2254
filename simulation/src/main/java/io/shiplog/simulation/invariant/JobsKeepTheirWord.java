// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A partition is in one open job at most, a move that is called done has arrived, a throttle is there for nothing but what is under way, and a
 * job that has ended has left every partition where it says.
 */
final class JobsKeepTheirWord extends Invariant {
    JobsKeepTheirWord() {
        super("S24", "jobs do what they say");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (!(fact instanceof Fact.JobsChanged changed)) {
            return;
        }
        MetadataImage image = changed.after();
        Set<PartitionId> taken = new HashSet<>();
        for (JobImage job : image.jobs().all()) {
            JobImage before = changed.before().jobs().job(job.id());
            if (job == before && !job.open()) {
                continue;
            }
            for (int i = 0; i < job.moves().size(); i++) {
                JobMove move = job.move(i);
                if (job.open() && !isReleased(move) && !taken.add(move.id())) {
                    out.add(this, null, move + " is in two jobs");
                }
                boolean ends = !job.open() && before != null && before.open();
                boolean arrives = move.state() == MoveState.DONE
                        && before != null
                        && before.move(i).state() != MoveState.DONE;
                if (ends || arrives) {
                    judge(job, move, image, out);
                }
                if ((ends || !move.state().inFlight()) && isThrottledBy(job, move, image)) {
                    out.add(this, null, "job " + job.id() + " throttles " + move);
                }
            }
        }
    }

    private static boolean isThrottledBy(JobImage job, JobMove move, MetadataImage image) {
        var throttle = image.jobs().throttleOf(move.id());
        return throttle != null && throttle.jobId() == job.id();
    }

    private static boolean isReleased(JobMove move) {
        return move.state() == MoveState.SKIPPED || move.state() == MoveState.FAILED;
    }

    private void judge(JobImage job, JobMove move, MetadataImage image, Verdicts out) {
        PartitionImage partition = image.partition(move.topicId(), move.partition());
        if (partition == null || isReleased(move)) {
            return;
        }
        boolean done = move.state() == MoveState.DONE;
        boolean goneBack = job.state() == JobState.CANCELLED && !job.keeps();
        int[] place = done ? move.replicas() : move.expected();
        boolean isThere = !partition.reassigning() && Arrays.equals(partition.replicas(), place);
        if (!isThere || (done && goneBack)) {
            out.add(this, null, "job " + job.id() + " is " + job.state() + ", " + move + ", and there is " + partition);
        }
    }
}
