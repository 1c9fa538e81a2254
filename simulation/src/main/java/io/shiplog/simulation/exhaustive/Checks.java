// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

/** What must hold in every state. What must hold at a moment is looked at there ({@link Truth}). */
final class Checks {
    private Checks() {}

    /** Throws when a promise is broken. */
    static void check(Cluster cluster) {
        Version now = cluster.metadata();
        Truth truth = cluster.truth();
        int disks = 0;
        for (TinyReplica replica : cluster.replicas()) {
            boolean holds = truth.isHeldBy(replica);
            boolean onDisk = holds && replica.log().flushed() >= truth.committed();
            disks += onDisk ? 1 : 0;
            if (now.mayBeElected(replica.id()) && !onDisk) {
                throw Truth.broken(
                        holds ? "S7" : "S5",
                        "replica " + replica.id() + " may be elected and lacks " + (holds ? "on its disk " : "")
                                + "what is committed: " + cluster.words());
            }
            if (now.partition.inIsr(replica.id()) && !now.isActive(replica.id())) {
                throw Truth.broken("S13", "replica " + replica.id() + " is in sync and fenced: " + cluster.words());
            }
            if (!truth.isCommittedBy(replica, (int) replica.highWatermark())) {
                throw Truth.broken(
                        "S10", "replica " + replica.id() + " shows what is not committed: " + cluster.words());
            }
            leader(cluster, replica);
        }
        if (truth.committed() > 0 && disks < now.state.effectiveMinIsr()) {
            throw Truth.broken("S6", "what is committed is on " + disks + " disks: " + cluster.words());
        }
        histories(cluster);
    }

    private static void leader(Cluster cluster, TinyReplica replica) {
        if (replica.leader() == null) {
            return;
        }
        int epoch = replica.leader().leaderEpoch();
        boolean newest = epoch == cluster.metadata().partition.leaderEpoch();
        if (newest && !replica.state().unclean() && !cluster.truth().isHeldBy(replica)) {
            throw Truth.broken(
                    "S4",
                    "leader " + replica.id() + " of epoch " + epoch + " lacks what is committed: " + cluster.words());
        }
        if (newest
                && replica.leader().highWatermarkIsCurrent()
                && replica.highWatermark() < cluster.truth().shownBefore(epoch)) {
            throw Truth.broken(
                    "S9",
                    "leader " + replica.id() + " shows " + replica.highWatermark()
                            + " as the end of what is committed, and its predecessors showed more: " + cluster.words());
        }
        for (TinyReplica other : cluster.replicas()) {
            if (other.id() > replica.id()
                    && other.leader() != null
                    && other.leader().leaderEpoch() == epoch) {
                throw Truth.broken("S8", "two lead in epoch " + epoch + ": " + cluster.words());
            }
        }
    }

    /** Logs that have a record of one epoch at one offset are the same up to there. */
    private static void histories(Cluster cluster) {
        for (TinyReplica one : cluster.replicas()) {
            for (TinyReplica other : cluster.replicas()) {
                if (other.id() > one.id()) {
                    histories(cluster, one.log(), other.log());
                }
            }
        }
    }

    private static void histories(Cluster cluster, TinyLog one, TinyLog other) {
        boolean parted = false;
        for (int i = 0; i < Math.min(one.end(), other.end()); i++) {
            boolean same = one.at(i) == other.at(i);
            if (TinyLog.epochOf(one.at(i)) == TinyLog.epochOf(other.at(i)) && (parted || !same)) {
                throw Truth.broken("S3", "two logs meet at offset " + i + " with another history: " + cluster.words());
            }
            parted |= !same;
        }
    }
}
