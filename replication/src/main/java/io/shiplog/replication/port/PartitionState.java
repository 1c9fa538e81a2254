// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

import java.util.ArrayList;
import java.util.List;

/**
 * What the metadata says about one partition: the record of the partition, the state of the nodes that hold it, and the
 * topic settings that replication obeys. Immutable.
 *
 * @param leader node id of the leader; −1 when the partition has none
 * @param leaderEpoch generation of leadership
 * @param partitionEpoch version of leader and ISR; grows with every change
 * @param replicas assigned replicas, in assignment order; the first is the preferred leader
 * @param durable every in-sync replica once flushed past the high watermark under flush.policy=commit
 * @param unclean the election of this leader epoch may have lost data: followers may truncate below their high watermark
 * @param minIsr configured min.insync.replicas, at least 1; see {@link #effectiveMinIsr()}
 * @param flushBeforeCommit flush.policy=commit: a position counts for the high watermark only when it is on disk
 */
public record PartitionState(
        int leader,
        int leaderEpoch,
        int partitionEpoch,
        List<AssignedReplica> replicas,
        boolean durable,
        boolean unclean,
        int minIsr,
        boolean flushBeforeCommit) {
    public static final int NO_LEADER = -1;

    public PartitionState {
        replicas = List.copyOf(replicas);
    }

    /** min.insync.replicas, but never more than there are replicas (KAFKA-4879 and Strimzi's RF 1 deadlock). */
    public int effectiveMinIsr() {
        return Math.min(minIsr, replicas.size());
    }

    /** The assigned replica on this node, or null when the node is not assigned. */
    public AssignedReplica replica(int id) {
        for (int i = 0; i < replicas.size(); i++) {
            if (replicas.get(i).id() == id) {
                return replicas.get(i);
            }
        }
        return null;
    }

    /** Number of members of the committed ISR. */
    public int isrSize() {
        int size = 0;
        for (int i = 0; i < replicas.size(); i++) {
            if (replicas.get(i).inIsr()) {
                size++;
            }
        }
        return size;
    }

    /** The same nodes and settings, with the leader, epochs, flags and members of a newer state of the partition. */
    public PartitionState withMembershipOf(PartitionState newer) {
        List<AssignedReplica> merged = new ArrayList<>();
        for (AssignedReplica member : newer.replicas()) {
            AssignedReplica node = replica(member.id());
            merged.add(
                    node == null
                            ? member
                            : new AssignedReplica(
                                    member.id(),
                                    member.inIsr(),
                                    member.inElr(),
                                    node.brokerEpoch(),
                                    node.fenced(),
                                    node.shuttingDown()));
        }
        return new PartitionState(
                newer.leader(),
                newer.leaderEpoch(),
                newer.partitionEpoch(),
                merged,
                newer.durable(),
                newer.unclean(),
                minIsr,
                flushBeforeCommit);
    }
}
