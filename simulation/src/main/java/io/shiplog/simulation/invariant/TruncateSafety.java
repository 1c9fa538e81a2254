// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/**
 * Nobody cuts what is committed: not who may be elected, and not what it knew itself to be committed. That a replica refuses to do so and stops
 * is as bad: somebody made it believe that it should.
 */
final class TruncateSafety extends Invariant {
    TruncateSafety() {
        super("S11", "what is committed is never cut");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Cut cut) {
            cut(cut, scene, out);
        } else if (fact instanceof Fact.GaveUp gaveUp
                && !gaveUp.damaged()
                && !gaveUp.partition().isExcused()) {
            out.add(this, gaveUp.partition(), "broker " + gaveUp.replica().brokerId() + " stopped: " + gaveUp.why());
        }
    }

    private void cut(Fact.Cut cut, Scene scene, Verdicts out) {
        PartitionTruth partition = cut.partition();
        PartitionImage agreed = Topics.agreed(scene, partition);
        int broker = cut.replica().brokerId();
        if (agreed == null || partition.isExcused() || !agreed.isReplica(broker) || lostItsDisk(broker, scene)) {
            return;
        }
        for (Entry entry : cut.entries()) {
            Entry committed = partition.committedAt(entry.offset());
            boolean isCommitted = LeaderCompleteness.sameRecord(committed, entry);
            boolean counts = Topics.mayBeElected(agreed, broker) || entry.offset() < cut.knownCommitted();
            if (isCommitted && counts && entry.offset() >= partition.deletingBelow) {
                out.add(this, partition, "broker " + broker + " cuts " + entry + "; " + agreed);
                return;
            }
        }
    }

    private static boolean lostItsDisk(int brokerId, Scene scene) {
        BrokerSight broker = scene.broker(brokerId);
        return broker == null || broker.disksLost() > 0;
    }
}
