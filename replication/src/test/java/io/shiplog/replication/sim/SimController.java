// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the metadata quorum decides about one partition with replicas 1 to n, by the same rules (KIP-966): ISR, ELR, leader
 * election without unclean ones, registrations, and the checks of ISR proposals. Every change is one published state.
 */
final class SimController {
    private final int replicas;
    private final int minIsr;
    private final boolean commit;
    private final long[] brokerEpochs;
    private final boolean[] fenced;
    private final List<PartitionState> published = new ArrayList<>();

    private TreeSet<Integer> isr = new TreeSet<>();
    private TreeSet<Integer> elr = new TreeSet<>();
    private int leader = PartitionState.NO_LEADER;
    private int leaderEpoch;
    private int partitionEpoch;
    private boolean durable;

    /** Of a broker that may never be elected in the transition that is going on; −1 for none. */
    private int untrusted = -1;

    SimController(int replicas, int minIsr, boolean commit, boolean durable) {
        this.replicas = replicas;
        this.minIsr = minIsr;
        this.commit = commit;
        this.durable = durable;
        this.brokerEpochs = new long[replicas + 1];
        this.fenced = new boolean[replicas + 1];
        for (int id = 1; id <= replicas; id++) {
            brokerEpochs[id] = id;
            isr.add(id);
        }
        leader = 1;
        leaderEpoch = 1;
        publish();
    }

    int version() {
        return published.size();
    }

    PartitionState published(int version) {
        return published.get(version - 1);
    }

    PartitionState state() {
        return published.get(published.size() - 1);
    }

    long brokerEpoch(int id) {
        return brokerEpochs[id];
    }

    boolean isFenced(int id) {
        return fenced[id];
    }

    /** A node starts anew: what it held before counts only when it is trusted to still have it; it starts fenced. */
    void register(int id, boolean trusted) {
        fenced[id] = true;
        if (trusted) {
            transition(isr);
        } else {
            untrusted = id;
            elr.remove(id);
            transition(isr);
            untrusted = -1;
        }
        brokerEpochs[id] = published.size() + 100L;
        publish();
    }

    void fence(int id) {
        fenced[id] = true;
        transition(isr);
        publish();
    }

    void unfence(int id) {
        fenced[id] = false;
        transition(isr);
        publish();
    }

    boolean isTrusted() {
        return commit && durable;
    }

    Errors alter(int broker, IsrProposal proposal) {
        if (proposal.leaderEpoch() != leaderEpoch) {
            return proposal.leaderEpoch() < leaderEpoch ? Errors.FENCED_LEADER_EPOCH : Errors.NOT_CONTROLLER;
        }
        if (broker != leader) {
            return Errors.INVALID_REQUEST;
        }
        TreeSet<Integer> members = new TreeSet<>();
        proposal.isr().forEach(member -> members.add(member.id()));
        boolean sets = proposal.durable() && commit && !durable;
        if (proposal.partitionEpoch() < partitionEpoch) {
            return members.equals(isr) && !sets ? Errors.NONE : Errors.INVALID_UPDATE_VERSION;
        }
        if (!members.contains(leader)) {
            return Errors.INVALID_REQUEST;
        }
        for (IsrMember member : proposal.isr()) {
            if (fenced[member.id()] || brokerEpochs[member.id()] != member.brokerEpoch()) {
                return Errors.INELIGIBLE_REPLICA;
            }
        }
        boolean changed = !members.equals(isr);
        boolean flushed = sets && members.size() >= Math.min(minIsr, replicas);
        if (flushed) {
            durable = true;
        }
        if (changed) {
            transition(members);
        } else if (flushed) {
            partitionEpoch++;
        }
        if (changed || flushed) {
            publish();
        }
        return Errors.NONE;
    }

    /** From the present state to one with this ISR: fenced members leave, ELR and leader follow. */
    private void transition(Set<Integer> wanted) {
        TreeSet<Integer> nextIsr = new TreeSet<>();
        for (int id : wanted) {
            if (!fenced[id] && id != untrusted) {
                nextIsr.add(id);
            }
        }
        TreeSet<Integer> nextElr = new TreeSet<>();
        if (nextIsr.size() < Math.min(minIsr, replicas)) {
            nextElr.addAll(isr);
            nextElr.addAll(elr);
            nextElr.removeAll(nextIsr);
            nextElr.remove(untrusted);
        }
        int nextLeader = elect(nextIsr, nextElr);
        boolean same = nextIsr.equals(isr) && nextElr.equals(elr) && nextLeader == leader;
        if (nextLeader != leader) {
            leaderEpoch++;
        }
        if (!same) {
            partitionEpoch++;
        }
        isr = nextIsr;
        elr = nextElr;
        leader = nextLeader;
    }

    private int elect(Set<Integer> nextIsr, Set<Integer> nextElr) {
        if (nextIsr.contains(leader)) {
            return leader;
        }
        if (!nextIsr.isEmpty()) {
            return nextIsr.iterator().next();
        }
        int eligible = PartitionState.NO_LEADER;
        for (int id : nextElr) {
            if (!fenced[id] && eligible == PartitionState.NO_LEADER) {
                eligible = id;
            }
        }
        if (eligible != PartitionState.NO_LEADER) {
            nextElr.remove(eligible);
            nextIsr.add(eligible);
            if (nextIsr.size() >= Math.min(minIsr, replicas)) {
                nextElr.clear();
            }
        }
        return eligible;
    }

    private void publish() {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = 1; id <= replicas; id++) {
            assigned.add(
                    new AssignedReplica(id, isr.contains(id), elr.contains(id), brokerEpochs[id], fenced[id], false));
        }
        published.add(
                new PartitionState(leader, leaderEpoch, partitionEpoch, assigned, durable, false, minIsr, commit));
    }
}
