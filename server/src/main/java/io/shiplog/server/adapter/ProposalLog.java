// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Tells what is proposed to the controller and what it refuses: a line each while they are few, one line for many. */
final class ProposalLog {
    static final int MAX_LINES = 10;

    private final Consumer<String> out;
    private int proposed;
    private int refused;
    private final Map<Errors, Integer> reasons = new TreeMap<>();

    ProposalLog(Consumer<String> out) {
        this.out = out;
    }

    /** One of {@code batch} proposals that go out together. */
    void proposed(TopicPartition partition, IsrProposal proposal, int batch) {
        if (batch <= MAX_LINES) {
            out.accept(partition + ": proposing " + describe(proposal));
        } else if (++proposed == batch) {
            out.accept("proposing the ISR of " + batch + " partitions");
            proposed = 0;
        }
    }

    /** One of the answers to a batch; {@link #end} comes after the last. */
    void answered(TopicPartition partition, IsrProposal proposal, Errors error) {
        if (error == Errors.NONE) {
            return;
        }
        if (++refused <= MAX_LINES) {
            out.accept(partition + ": " + error + " to " + describe(proposal));
        } else {
            reasons.merge(error, 1, Integer::sum);
        }
    }

    void end() {
        reasons.forEach((error, count) -> out.accept(error + " to the ISR of " + count + " more partitions"));
        reasons.clear();
        refused = 0;
    }

    private static String describe(IsrProposal proposal) {
        List<Integer> isr = proposal.isr().stream().map(IsrMember::id).toList();
        String flags = (proposal.durable() ? ", durable" : "") + (proposal.clearUnclean() ? ", no longer unclean" : "");
        return "ISR " + isr + flags + " on partition epoch " + proposal.partitionEpoch();
    }
}
