// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.core.RecordedLeaderEffects.Answer;
import io.shiplog.replication.port.PartitionState;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Node 1 leads, with a log in memory; the test plays clients, followers, disk, controller and clock. */
final class LeaderFixture {
    static final CoreSettings SETTINGS = new CoreSettings(10_000, 100, 4);
    static final short ALL = -1;

    final InMemoryLog log = new InMemoryLog();
    final RecordedLeaderEffects effects = new RecordedLeaderEffects();
    long nowMs = 1_000_000;
    PartitionLeader leader;

    /** Leads from now on with so many flushed records of epoch 4 in the log. */
    static LeaderFixture leading(States states, int oldRecords) {
        return leading(states, oldRecords, oldRecords);
    }

    static LeaderFixture leading(States states, int oldRecords, long highWatermark) {
        LeaderFixture fixture = new LeaderFixture();
        for (int i = 0; i < oldRecords; i++) {
            fixture.log.append(4, i);
        }
        fixture.log.flushTo(oldRecords);
        fixture.lead(states.state(), highWatermark);
        return fixture;
    }

    void lead(PartitionState state, long highWatermark) {
        leader = new PartitionLeader(1, state, log, highWatermark, effects, SETTINGS, nowMs);
        leader.start(nowMs);
        if (!effects.epochStarts.isEmpty()) {
            log.assignEpochStart(state.leaderEpoch(), leader.epochStartOffset());
        }
    }

    /** A produce with acks=all of one record; the token is its offset. Not flushed. */
    void produce() {
        produce(ALL, 30_000);
    }

    void produce(short acks, long timeoutMs) {
        long token = log.logEndOffset();
        int before = effects.appends.size();
        leader.onProduce(token, acks, true);
        if (effects.appends.size() > before) {
            long offset = log.append(leader.leaderEpoch(), token);
            leader.onAppended(token, acks, offset, offset, false, nowMs + timeoutMs, nowMs);
        }
    }

    void flush() {
        log.flushTo(log.logEndOffset());
        leader.onFlushed(log.flushedOffset(), log.truncationGeneration(), nowMs);
    }

    /** A follower that has everything up to the offset on disk fetches from there. */
    FetchCheck fetch(int replica, long offset) {
        return leader.onFollowerFetch(fetchOf(replica, offset, offset), nowMs);
    }

    /** The follower's appended end and flushed end differ. */
    FetchCheck fetch(int replica, long offset, long flushed) {
        return leader.onFollowerFetch(fetchOf(replica, offset, flushed), nowMs);
    }

    FollowerFetch fetchOf(int replica, long offset, long flushed) {
        FollowerFetch fetch = new FollowerFetch();
        fetch.replicaId = replica;
        fetch.brokerEpoch = replica * 10L;
        fetch.currentLeaderEpoch = leader.leaderEpoch();
        fetch.fetchOffset = offset;
        InMemoryLog.Entry last = log.at(offset - 1);
        fetch.lastFetchedEpoch = last == null ? -1 : last.epoch();
        fetch.flushedOffset = flushed;
        return fetch;
    }

    void tickAt(long atMs) {
        nowMs = atMs;
        leader.onTick(nowMs);
    }

    void pass(long ms) {
        tickAt(nowMs + ms);
    }

    /** The controller answers the latest proposal. */
    void answer(Errors error, PartitionState state) {
        leader.onIsrOutcome(effects.lastProposal().attempt(), error, state, nowMs);
    }

    long highWatermark() {
        return leader.highWatermark();
    }

    List<Answer> answers() {
        return effects.answers;
    }
}
