// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** Who is elected without loss holds all that is committed. */
final class LeaderCompleteness extends Invariant {
    LeaderCompleteness() {
        super("S4", "a leader has all that is committed");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (!(fact instanceof Fact.Leads leads)) {
            return;
        }
        PartitionTruth partition = leads.partition();
        PartitionImage agreed = Topics.agreed(scene, partition);
        if (agreed == null || partition.isExcused() || agreed.leaderEpoch() != leads.replica().leaderEpoch) {
            return;
        }
        ReplicaTruth leader = leads.replica();
        Entry last = partition.committedAt(partition.committedEnd() - 1);
        Entry held = leader.at(partition.committedEnd() - 1);
        boolean same = last == null
                || scene.mayRot(leader)
                || partition.committedEnd() <= leader.logStart
                || sameRecord(last, held);
        if (leader.logEnd < partition.committedEnd() || !same) {
            out.add(
                    this,
                    partition,
                    "broker " + leader.brokerId() + " leads in epoch " + leader.leaderEpoch + " and ends at "
                            + leader.logEnd + "; committed is up to " + partition.committedEnd() + ", last " + last);
        }
    }

    /** Of what cannot be read nothing else is known than that it is there. */
    static boolean sameRecord(Entry a, Entry b) {
        boolean readable = a != null && b != null && a.value() != Entry.UNREADABLE && b.value() != Entry.UNREADABLE;
        return readable ? a.value() == b.value() && a.leaderEpoch() == b.leaderEpoch() : a != null && b != null;
    }
}
