// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.port.IsrProposal;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** What is on its way: between replicas, and between a leader and the controller. Immutable. */
sealed interface Message {
    /** A follower asks its leader. */
    record FetchRequest(
            int from, int to, long brokerEpoch, int leaderEpoch, long offset, int lastEpoch, long flushedOffset)
            implements Message {}

    /**
     * A leader answers.
     *
     * @param asked what it answers
     * @param divergingEnd −1 when the logs do not diverge
     */
    record FetchAnswer(
            FetchRequest asked,
            Errors error,
            long highWatermark,
            int divergingEpoch,
            long divergingEnd,
            List<Integer> records)
            implements Message {}

    /** A leader asks the controller. */
    record Proposal(int from, long brokerEpoch, int leaderEpoch, long attempt, IsrProposal proposal)
            implements Message {}

    /**
     * The controller answers.
     *
     * @param version the metadata in which what was asked for is done; null when it was refused
     */
    record ProposalAnswer(Proposal asked, Errors error, Version version) implements Message {}
}
