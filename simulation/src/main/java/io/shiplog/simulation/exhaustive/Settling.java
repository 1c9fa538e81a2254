// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

/** All faults end: everybody lives, is believed to, hears everything, and time passes. Then the partition has to come to rest, whole. */
final class Settling {
    /** So many rounds are far more than is needed. */
    private static final int ROUNDS = 60;

    private Settling() {}

    /**
     * Brings the state to rest, in one of the ways in which that can go.
     *
     * @return null; or what is not as it should be in the end
     */
    static String settle(Cluster cluster) {
        cluster.show();
        cluster.loseAllMessages();
        for (TinyReplica replica : cluster.replicas()) {
            if (cluster.awaitsOutcome(replica.id())) {
                cluster.loseOutcome(replica.id());
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            comeBack(cluster);
            for (TinyReplica replica : cluster.replicas()) {
                hear(cluster, replica);
                work(cluster, replica);
            }
            arriveAll(cluster);
            if (whatIsMissing(cluster) == null && isQuiet(cluster)) {
                return null;
            }
        }
        return whatIsMissing(cluster) == null ? "it does not come to rest: " + cluster.words() : whatIsMissing(cluster);
    }

    private static void comeBack(Cluster cluster) {
        for (TinyReplica replica : cluster.replicas()) {
            int id = replica.id();
            if (!replica.isAlive()) {
                if (cluster.metadata().isActive(id)) {
                    cluster.decided(cluster.outcomeOfState(id, true));
                }
                cluster.restart(id);
            }
            if (!cluster.metadata().isActive(id)) {
                cluster.decided(cluster.outcomeOfState(id, false));
            }
        }
        if (!cluster.metadata().partition.hasLeader()) {
            cluster.decided(cluster.outcomeOfComparison());
        }
    }

    private static void hear(Cluster cluster, TinyReplica replica) {
        while (cluster.isBehind(replica)) {
            cluster.tellMetadata(replica.id());
        }
    }

    private static void work(Cluster cluster, TinyReplica replica) {
        if (replica.log().isFlushDue()) {
            replica.flush();
        }
        Message.FetchRequest request = cluster.nextFetch(replica.id());
        if (request != null) {
            cluster.send(request);
        }
        if (replica.leader() != null && whatIsMissing(cluster) != null) {
            arriveAll(cluster);
            replica.timePasses();
        }
    }

    private static void arriveAll(Cluster cluster) {
        while (!cluster.messages().isEmpty()) {
            cluster.arrive(0);
        }
    }

    private static boolean isQuiet(Cluster cluster) {
        for (TinyReplica replica : cluster.replicas()) {
            if (cluster.isBehind(replica) || cluster.awaitsOutcome(replica.id())) {
                return false;
            }
        }
        return true;
    }

    private static String whatIsMissing(Cluster cluster) {
        Version now = cluster.metadata();
        if (!now.partition.hasLeader()) {
            return "nobody leads: " + cluster.words();
        }
        if (now.partition.isrSize() < Bounds.REPLICAS || !now.partition.durable()) {
            return "not everybody is in sync: " + cluster.words();
        }
        TinyReplica leader = cluster.replica(now.partition.leader());
        for (TinyReplica replica : cluster.replicas()) {
            TinyLog log = replica.log();
            boolean whole = log.end() == leader.log().end()
                    && log.flushed() == log.end()
                    && replica.highWatermark() == log.end();
            if (!whole) {
                return "replica " + replica.id() + " lags: " + cluster.words();
            }
        }
        return null;
    }
}
