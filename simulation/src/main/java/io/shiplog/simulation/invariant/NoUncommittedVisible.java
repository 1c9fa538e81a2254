// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** Nobody shows what is not committed. */
final class NoUncommittedVisible extends Invariant {
    NoUncommittedVisible() {
        super("S10", "consumers see only what is committed");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved
                && !moved.sight().isLeader()
                && moved.to() > moved.partition().committedEnd()
                && !moved.partition().isExcused()) {
            out.add(
                    this,
                    moved.partition(),
                    "follower " + moved.replica().brokerId() + " takes " + moved.to()
                            + " for committed, no leader ever went beyond "
                            + moved.partition().committedEnd());
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.Read read) {
            PartitionTruth partition = scene.truth().partition(read.topicId(), read.partition());
            for (Entry entry : read.entries()) {
                if (entry.offset() >= partition.committedEnd()
                        && !partition.isExcused()
                        && !scene.showsRot(partition, read.broker(), entry)) {
                    out.add(
                            this,
                            partition,
                            "broker " + read.broker() + " shows " + entry + ", committed is up to "
                                    + partition.committedEnd());
                    return;
                }
            }
        }
    }
}
