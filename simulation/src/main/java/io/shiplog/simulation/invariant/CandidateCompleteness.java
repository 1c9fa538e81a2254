// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.PartitionImage;

/** Whoever may be elected holds all that is committed; on its disk, where that was promised, whether its process runs or not. */
final class CandidateCompleteness extends Invariant {
    CandidateCompleteness() {
        super("S5", "who may be elected has all that is committed");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (!(fact instanceof Fact.Settled settled)) {
            return;
        }
        PartitionTruth partition = settled.partition();
        PartitionImage agreed = Topics.agreed(scene, partition);
        if (agreed == null || partition.isExcused()) {
            return;
        }
        boolean onDisks = Topics.isOnDisks(scene.cluster().agreed(), partition.topicId(), agreed);
        for (BrokerSight broker : scene.cluster().brokers()) {
            if (Topics.mayBeElected(agreed, broker.id())) {
                judge(broker, partition, onDisks, agreed, scene, out);
            }
        }
    }

    private void judge(
            BrokerSight broker,
            PartitionTruth partition,
            boolean onDisks,
            PartitionImage agreed,
            Scene scene,
            Verdicts out) {
        ReplicaTruth replica = partition.replica(broker.id());
        if (replica.life < 0 || broker.disksLost() > replica.disksLost) {
            return; // nothing known of it, or its disk is gone, which it has not said yet
        }
        BrokerImage registered = scene.cluster().agreed().broker(broker.id());
        boolean serves = broker.running()
                && replica.life == broker.life()
                && registered != null
                && registered.epoch() == broker.brokerEpoch();
        if (!serves && !onDisks) {
            return;
        }
        if (replica.cameBackShort && replica.shortened && (agreed.inElr(broker.id()) || !serves)) {
            // What rots above the flush mark looks like a torn tail, and is cut. Such a log says so, and is not elected
            // before others were
            // heard; LeaderCompleteness judges what comes of it. Who has not registered yet is not in the ISR when it
            // does.
            return;
        }
        long held = serves && !onDisks ? replica.logEnd : replica.held(true);
        Entry last = partition.committedAt(partition.committedEnd() - 1);
        boolean other = last != null
                && !scene.mayRot(replica)
                && partition.committedEnd() > replica.logStart
                && held >= partition.committedEnd()
                && !LeaderCompleteness.sameRecord(last, replica.at(last.offset()));
        if (held < partition.committedEnd() || other) {
            out.add(
                    this,
                    partition,
                    "broker " + broker.id() + (onDisks ? " has on disk up to " : " has up to ") + held
                            + ", committed is up to " + partition.committedEnd() + "; " + agreed);
        }
    }
}
