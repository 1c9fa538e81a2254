// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;

/**
 * Partition states in short: replicas 1, 2, 3 with broker epochs 10, 20, 30, leader 1 in epoch 5, min ISR 2, commit, all in
 * sync; every method changes one thing.
 */
record States(PartitionState state) {
    static States all() {
        List<AssignedReplica> replicas = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            replicas.add(new AssignedReplica(id, true, false, id * 10L, false, false));
        }
        return new States(new PartitionState(1, 5, 1, replicas, true, false, 2, true));
    }

    /** Replica 1 alone, with min ISR as given. */
    static States single(int minIsr) {
        AssignedReplica one = new AssignedReplica(1, true, false, 10, false, false);
        return new States(new PartitionState(1, 5, 1, List.of(one), true, false, minIsr, true));
    }

    States isr(Integer... members) {
        List<Integer> isr = List.of(members);
        return map(r -> new AssignedReplica(
                r.id(), isr.contains(r.id()), r.inElr(), r.brokerEpoch(), r.fenced(), r.shuttingDown()));
    }

    States elr(Integer... members) {
        List<Integer> elr = List.of(members);
        return map(r -> new AssignedReplica(
                r.id(), r.inIsr(), elr.contains(r.id()), r.brokerEpoch(), r.fenced(), r.shuttingDown()));
    }

    States brokerEpoch(int id, long epoch) {
        return map(r ->
                r.id() != id ? r : new AssignedReplica(id, r.inIsr(), r.inElr(), epoch, r.fenced(), r.shuttingDown()));
    }

    States fenced(int id, boolean fenced) {
        return map(r -> r.id() != id
                ? r
                : new AssignedReplica(id, r.inIsr(), r.inElr(), r.brokerEpoch(), fenced, r.shuttingDown()));
    }

    States shuttingDown(int id) {
        return map(r ->
                r.id() != id ? r : new AssignedReplica(id, r.inIsr(), r.inElr(), r.brokerEpoch(), r.fenced(), true));
    }

    States leader(int leader, int epoch) {
        PartitionState s = state;
        return new States(new PartitionState(
                leader,
                epoch,
                s.partitionEpoch() + 1,
                s.replicas(),
                s.durable(),
                s.unclean(),
                s.minIsr(),
                s.flushBeforeCommit()));
    }

    States partitionEpoch(int epoch) {
        return with(epoch, state.durable(), state.unclean(), state.minIsr(), state.flushBeforeCommit());
    }

    States durable(boolean durable) {
        return with(state.partitionEpoch(), durable, state.unclean(), state.minIsr(), state.flushBeforeCommit());
    }

    States unclean(boolean unclean) {
        return with(state.partitionEpoch(), state.durable(), unclean, state.minIsr(), state.flushBeforeCommit());
    }

    States minIsr(int minIsr) {
        return with(state.partitionEpoch(), state.durable(), state.unclean(), minIsr, state.flushBeforeCommit());
    }

    /** flush.policy=replicated: appended positions count. */
    States replicated() {
        return with(state.partitionEpoch(), state.durable(), state.unclean(), state.minIsr(), false);
    }

    private States with(int partitionEpoch, boolean durable, boolean unclean, int minIsr, boolean commit) {
        return new States(new PartitionState(
                state.leader(),
                state.leaderEpoch(),
                partitionEpoch,
                state.replicas(),
                durable,
                unclean,
                minIsr,
                commit));
    }

    private States map(java.util.function.UnaryOperator<AssignedReplica> change) {
        PartitionState s = state;
        return new States(new PartitionState(
                s.leader(),
                s.leaderEpoch(),
                s.partitionEpoch(),
                s.replicas().stream().map(change).toList(),
                s.durable(),
                s.unclean(),
                s.minIsr(),
                s.flushBeforeCommit()));
    }
}
