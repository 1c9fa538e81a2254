// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** The way of a leader's ISR proposals to the controller. */
public interface IsrProposals {
    /**
     * Sends one proposal; at most one per partition is in flight.
     *
     * @param outcome called once, on the loop that owns the partition. {@code NONE} comes with the partition state that is
     *     in force now; every other error may come with null. An outcome that nobody knows (timeout, change of controller,
     *     connection lost) is {@code REQUEST_TIMED_OUT}: the leader then sends the same proposal again.
     */
    void propose(TopicIdPartition partition, IsrProposal proposal, BiConsumer<Errors, PartitionState> outcome);
}
