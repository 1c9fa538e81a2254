// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.Arrays;
import java.util.List;

/** Epochs that grow for ever, by their order: only which of two is greater is ever asked. */
final class StateRanks implements CoreGraph.Ranks {
    private final List<List<Long>> registrations;
    private int[] partitionEpochs = new int[16];
    private int count;

    StateRanks(Cluster cluster) {
        registrations = cluster.registrations();
        for (Version version : cluster.versions()) {
            add(version.state);
        }
        for (TinyReplica replica : cluster.replicas()) {
            if (replica.leader() != null) {
                add(replica.leader().state());
                add(replica.leader().openProposal());
            }
            if (replica.follower() != null) {
                add(replica.follower().state());
            }
        }
        for (Message message : cluster.messages()) {
            if (message instanceof Message.Proposal asked) {
                add(asked.proposal());
            } else if (message instanceof Message.ProposalAnswer answer) {
                add(answer.asked().proposal());
                add(answer.version() == null ? null : answer.version().state);
            }
        }
        Arrays.sort(partitionEpochs, 0, count);
    }

    private void add(PartitionState state) {
        if (state != null) {
            add(state.partitionEpoch());
        }
    }

    private void add(IsrProposal proposal) {
        if (proposal != null) {
            add(proposal.partitionEpoch());
        }
    }

    private void add(int partitionEpoch) {
        if (count == partitionEpochs.length) {
            partitionEpochs = Arrays.copyOf(partitionEpochs, 2 * count);
        }
        partitionEpochs[count++] = partitionEpoch;
    }

    @Override
    public int ofPartitionEpoch(int partitionEpoch) {
        int rank = 0;
        for (int i = 0; i < count; i++) {
            if (partitionEpochs[i] == partitionEpoch) {
                return rank;
            }
            rank += i + 1 < count && partitionEpochs[i + 1] != partitionEpochs[i] ? 1 : 0;
        }
        throw new IllegalStateException("partition epoch " + partitionEpoch + " stands where nobody looked for it");
    }

    @Override
    public int ofBrokerEpoch(long brokerEpoch) {
        if (brokerEpoch < 0) {
            return (int) brokerEpoch;
        }
        for (List<Long> epochs : registrations) {
            int index = epochs.indexOf(brokerEpoch);
            if (index >= 0) {
                return index;
            }
        }
        throw new IllegalStateException("nobody is registered with broker epoch " + brokerEpoch);
    }
}
