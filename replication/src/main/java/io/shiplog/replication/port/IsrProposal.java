// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

import java.util.List;

/**
 * What a leader asks the controller to record (AlterPartition, KIP-497). Content, not an increment: the same proposal may
 * be sent again.
 *
 * @param leaderEpoch leader epoch of the proposer
 * @param partitionEpoch version of the partition that the proposal is based on
 * @param isr the whole new ISR, with the leader
 * @param durable set the durable flag (the controller clears it when the topic's flush policy changes)
 * @param clearUnclean clear the unclean flag
 */
public record IsrProposal(
        int leaderEpoch, int partitionEpoch, List<IsrMember> isr, boolean durable, boolean clearUnclean) {
    public IsrProposal {
        isr = List.copyOf(isr);
    }
}
