// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.IsrMember;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.PartitionAlterationOutcome;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.IsrProposals;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries ISR proposals to the controller. Proposals that are made in one turn of the loop travel as one command: a node that
 * comes back joins the ISR of a thousand partitions in a few rounds of the quorum.
 *
 * <p>On the loop, but for the answers of the client, which are brought there.
 */
public final class QuorumIsrProposals implements IsrProposals {
    /** Partitions in one command; their records stay far below the 1 MiB of a metadata entry. */
    static final int MAX_BATCH = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(QuorumIsrProposals.class);

    private final ProposalLog told = new ProposalLog(LOG::info);
    private final MetadataClient client;
    private final EventLoop loop;
    private List<Waiting> waiting = new ArrayList<>();
    private boolean sendScheduled;

    /** One proposal that has not been sent. */
    private record Waiting(
            TopicIdPartition partition, IsrProposal proposal, BiConsumer<Errors, PartitionState> outcome) {
        void answer(ProposalLog told, Errors error, PartitionState state) {
            told.answered(partition.topicPartition(), proposal, error);
            outcome.accept(error, state);
        }
    }

    public QuorumIsrProposals(MetadataClient client, EventLoop loop) {
        this.client = client;
        this.loop = loop;
    }

    @Override
    public void propose(TopicIdPartition partition, IsrProposal proposal, BiConsumer<Errors, PartitionState> outcome) {
        waiting.add(new Waiting(partition, proposal, outcome));
        if (!sendScheduled) {
            sendScheduled = true;
            loop.execute(this::send);
        }
    }

    private void send() {
        sendScheduled = false;
        List<Waiting> all = waiting;
        waiting = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MAX_BATCH) {
            send(all.subList(from, Math.min(all.size(), from + MAX_BATCH)));
        }
    }

    private void send(List<Waiting> batch) {
        List<PartitionAlterationSpec> specs = new ArrayList<>(batch.size());
        for (Waiting each : batch) {
            told.proposed(each.partition().topicPartition(), each.proposal(), batch.size());
            specs.add(spec(each.partition(), each.proposal()));
        }
        var unused = client.alterPartitions(specs)
                .whenComplete((outcomes, failure) -> loop.execute(() -> answer(batch, outcomes, failure)));
    }

    private void answer(List<Waiting> batch, List<PartitionAlterationOutcome> outcomes, Throwable failure) {
        if (failure != null || outcomes.size() != batch.size()) {
            Errors error = failure == null ? Errors.REQUEST_TIMED_OUT : errorOf(failure);
            for (Waiting each : batch) {
                each.answer(told, error, null);
            }
        } else {
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answer(told, outcomes.get(i).error(), stateOf(outcomes.get(i)));
            }
        }
        told.end();
    }

    private PartitionState stateOf(PartitionAlterationOutcome outcome) {
        return outcome.state() == null ? null : PartitionStates.of(client.image(), outcome.topicId(), outcome.state());
    }

    /** A refusal of the whole command has its own error; whatever else went wrong, nobody knows what became of it. */
    private static Errors errorOf(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof MetadataRefusal refusal ? refusal.error() : Errors.REQUEST_TIMED_OUT;
    }

    private static PartitionAlterationSpec spec(TopicIdPartition partition, IsrProposal proposal) {
        List<IsrMember> isr = new ArrayList<>(proposal.isr().size());
        for (io.shiplog.replication.port.IsrMember member : proposal.isr()) {
            isr.add(new IsrMember(member.id(), member.brokerEpoch()));
        }
        return new PartitionAlterationSpec(
                partition.topicId(),
                partition.partition(),
                proposal.leaderEpoch(),
                proposal.partitionEpoch(),
                isr,
                proposal.durable(),
                proposal.clearUnclean());
    }
}
