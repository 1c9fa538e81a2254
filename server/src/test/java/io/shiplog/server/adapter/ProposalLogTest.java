// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ProposalLogTest {
    private static final IsrProposal PROPOSAL = new IsrProposal(4, 7, List.of(new IsrMember(1, 20)), true, false);

    private final List<String> lines = new ArrayList<>();
    private final ProposalLog log = new ProposalLog(lines::add);

    @Test
    void fewProposalsHaveALineEach() {
        log.proposed(partition(0), PROPOSAL, 2);
        log.proposed(partition(1), PROPOSAL, 2);
        assertThat(lines)
                .containsExactly(
                        "t-0: proposing ISR [1], durable on partition epoch 7",
                        "t-1: proposing ISR [1], durable on partition epoch 7");
    }

    @Test
    void manyProposalsHaveOneLine() {
        int batch = ProposalLog.MAX_LINES + 1;
        for (int i = 0; i < batch; i++) {
            log.proposed(partition(i), PROPOSAL, batch);
        }
        assertThat(lines).containsExactly("proposing the ISR of 11 partitions");
    }

    @Test
    void refusalsBeyondTheFirstAreCounted() {
        for (int i = 0; i < ProposalLog.MAX_LINES + 5; i++) {
            log.answered(partition(i), PROPOSAL, i % 2 == 0 ? Errors.INELIGIBLE_REPLICA : Errors.NONE);
        }
        for (int i = 0; i < 10; i++) {
            log.answered(partition(i), PROPOSAL, Errors.NOT_CONTROLLER);
        }
        log.end();
        assertThat(lines).hasSize(ProposalLog.MAX_LINES + 1);
        assertThat(lines.get(ProposalLog.MAX_LINES)).isEqualTo("NOT_CONTROLLER to the ISR of 8 more partitions");
        log.answered(partition(0), PROPOSAL, Errors.NOT_CONTROLLER);
        assertThat(lines).as("counts begin anew").hasSize(ProposalLog.MAX_LINES + 2);
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("t", number);
    }
}
