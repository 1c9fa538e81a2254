// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** Only what is committed is deleted, and what was deleted never comes back. */
final class StartOffset extends Invariant {
    StartOffset() {
        super("S23", "what is deleted stays deleted");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.LogStartMoved moved) {
            if (moved.to() > moved.partition().committedEnd()
                    && !moved.partition().isExcused()) {
                out.add(
                        this,
                        moved.partition(),
                        "broker " + moved.replica().brokerId() + " begins at " + moved.to() + ", committed is up to "
                                + moved.partition().committedEnd());
            }
        } else if (fact instanceof Fact.Leads leads) {
            leads(leads, scene, out);
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.Read read) {
            read(read, scene, out);
        }
    }

    private void leads(Fact.Leads leads, Scene scene, Verdicts out) {
        PartitionTruth partition = leads.partition();
        PartitionImage agreed = Topics.agreed(scene, partition);
        boolean present =
                agreed != null && agreed.leaderEpoch() == leads.sight().leaderEpoch();
        if (present && leads.sight().logStart() < partition.deletedBelow && !partition.isExcused()) {
            out.add(
                    this,
                    partition,
                    "broker " + leads.replica().brokerId() + " leads and begins at "
                            + leads.sight().logStart() + ", deleted is what is below " + partition.deletedBelow);
        }
    }

    private void read(Observation.Read read, Scene scene, Verdicts out) {
        if (read.entries().isEmpty()) {
            return;
        }
        PartitionTruth partition = scene.truth().partition(read.topicId(), read.partition());
        for (Observation.Deleted deleted : scene.deletions()) {
            if (read.wanted() < deleted.below()
                    && read.entries().get(0).offset() < deleted.below()
                    && deleted.endedAt() < read.beganAt()
                    && deleted.topicId().equals(read.topicId())
                    && deleted.partition() == read.partition()
                    && isPresentLeader(read.broker(), partition, scene)
                    && !partition.isExcused()) {
                out.add(
                        this,
                        partition,
                        "broker " + read.broker() + " shows " + read.entries().get(0) + ", deleted is what is below "
                                + deleted.below());
                return;
            }
        }
    }

    private static boolean isPresentLeader(int broker, PartitionTruth partition, Scene scene) {
        PartitionImage agreed = Topics.agreed(scene, partition);
        return agreed != null && agreed.leader() == broker;
    }
}
