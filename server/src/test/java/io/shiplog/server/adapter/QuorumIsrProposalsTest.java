// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.PartitionAlterationOutcome;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.server.HandLoop;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class QuorumIsrProposalsTest {
    private static final Uuid TOPIC = new Uuid(0, 7);

    private final ScriptedMetadataClient client = new ScriptedMetadataClient();
    private final HandLoop loop = HandLoop.waiting();
    private final QuorumIsrProposals proposals = new QuorumIsrProposals(client, loop);
    private final List<String> outcomes = new ArrayList<>();

    @Test
    void proposalsOfOneTurnAreOneCommand() {
        propose(0);
        propose(1);
        assertThat(client.proposed).isEmpty();
        loop.run();
        assertThat(client.proposed).hasSize(1);
        assertThat(client.proposed.get(0)).extracting(spec -> spec.partition()).containsExactly(0, 1);
    }

    @Test
    void commandsAreBounded() {
        for (int partition = 0; partition <= QuorumIsrProposals.MAX_BATCH; partition++) {
            propose(partition);
        }
        loop.run();
        assertThat(client.proposed).extracting(List::size).containsExactly(QuorumIsrProposals.MAX_BATCH, 1);
    }

    @Test
    void eachProposalHearsItsOwnOutcomeOnTheLoop() {
        client.image = Images.after(MetadataImage.empty(), Images.broker(101, 1));
        propose(0);
        propose(1);
        loop.run();
        PartitionImage state =
                new PartitionImage(new int[] {101}, new int[] {101}, new int[0], new int[0], 101, 3, 5, true, false);
        client.proposalAnswers
                .get(0)
                .complete(List.of(
                        new PartitionAlterationOutcome(TOPIC, 0, Errors.NONE, state),
                        new PartitionAlterationOutcome(TOPIC, 1, Errors.INVALID_UPDATE_VERSION, null)));
        assertThat(outcomes).isEmpty();
        loop.run();
        assertThat(outcomes).containsExactly("0 NONE 5", "1 INVALID_UPDATE_VERSION -");
    }

    @Test
    void refusalOfTheWholeCommandIsToldToAll() {
        propose(0);
        loop.run();
        client.proposalAnswers.get(0).completeExceptionally(new MetadataRefusal(Errors.STALE_BROKER_EPOCH, ""));
        loop.run();
        assertThat(outcomes).containsExactly("0 STALE_BROKER_EPOCH -");
    }

    @Test
    void unknownOutcomeIsATimeout() {
        propose(0);
        loop.run();
        client.proposalAnswers.get(0).completeExceptionally(new MetadataUnavailable("no controller"));
        loop.run();
        assertThat(outcomes).containsExactly("0 REQUEST_TIMED_OUT -");
    }

    private void propose(int partition) {
        proposals.propose(
                new TopicIdPartition(TOPIC, partition, "t"),
                new IsrProposal(3, 4, List.of(new IsrMember(101, 9)), true, false),
                (error, state) ->
                        outcomes.add(partition + " " + error + " " + (state == null ? "-" : state.partitionEpoch())));
    }
}
