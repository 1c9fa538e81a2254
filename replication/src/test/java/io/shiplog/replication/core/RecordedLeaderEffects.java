// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.IsrProposal;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Writes down what a leader wants done. */
final class RecordedLeaderEffects implements LeaderEffects {
    record Answer(long token, Errors error) {}

    record Proposed(long attempt, IsrProposal proposal) {
        List<Integer> isr() {
            return proposal.isr().stream().map(member -> member.id()).toList();
        }
    }

    final List<String> epochStarts = new ArrayList<>();
    final List<Long> appends = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();
    final List<Proposed> proposals = new ArrayList<>();
    final List<Long> highWatermarks = new ArrayList<>();
    final List<Long> logStarts = new ArrayList<>();
    final List<String> deletions = new ArrayList<>();
    int flushRequests;
    int logEndMoves;

    @Override
    public void assignEpochStart(int epoch, long startOffset) {
        epochStarts.add(epoch + "@" + startOffset);
    }

    @Override
    public void append(long token) {
        appends.add(token);
    }

    @Override
    public void respond(long token, Errors error) {
        answers.add(new Answer(token, error));
    }

    @Override
    public void advanceLogStart(long offset) {
        logStarts.add(offset);
    }

    @Override
    public void respondToDelete(long token, Errors error, long lowWatermark) {
        deletions.add(token + " " + error + " " + lowWatermark);
    }

    @Override
    public void requestFlush() {
        flushRequests++;
    }

    @Override
    public void proposeIsr(long attempt, IsrProposal proposal) {
        proposals.add(new Proposed(attempt, proposal));
    }

    @Override
    public void logEndAdvanced() {
        logEndMoves++;
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        highWatermarks.add(highWatermark);
    }

    Proposed lastProposal() {
        return proposals.get(proposals.size() - 1);
    }
}
