// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A replica that is what a test says. */
final class TestReplica implements ReplicaSight {
    final List<Entry> log = new ArrayList<>();
    boolean leads;
    int leaderEpoch;
    long logStart;
    long flushed;
    long highWatermark;
    int generation;
    long epochStart = -1;
    PartitionState state;
    IsrProposal proposal;
    String stopped;
    boolean damaged;
    boolean shortened;

    /** All of it flushed. */
    TestReplica append(Entry... entries) {
        log.addAll(List.of(entries));
        flushed = logEnd();
        return this;
    }

    TestReplica cutTo(long offset) {
        log.removeIf(entry -> entry.offset() >= offset);
        flushed = Math.min(flushed, logEnd());
        generation++;
        return this;
    }

    @Override
    public Uuid topicId() {
        return TestCluster.TOPIC;
    }

    @Override
    public int partition() {
        return 0;
    }

    @Override
    public boolean isLeader() {
        return leads;
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public long logStart() {
        return logStart;
    }

    @Override
    public long logEnd() {
        return log.isEmpty() ? logStart : log.get(log.size() - 1).offset() + 1;
    }

    @Override
    public long flushed() {
        return flushed;
    }

    @Override
    public long highWatermark() {
        return highWatermark;
    }

    @Override
    public int truncationGeneration() {
        return generation;
    }

    @Override
    public long epochStart() {
        return epochStart;
    }

    @Override
    public PartitionState state() {
        return state;
    }

    @Override
    public IsrProposal openProposal() {
        return proposal;
    }

    @Override
    public String stoppedBecause() {
        return stopped;
    }

    @Override
    public boolean isDamaged() {
        return damaged;
    }

    @Override
    public boolean isShortened() {
        return shortened;
    }

    @Override
    public List<Entry> entries(long from, long to) {
        return log.stream()
                .filter(entry -> entry.offset() >= from && entry.offset() < to)
                .toList();
    }
}
