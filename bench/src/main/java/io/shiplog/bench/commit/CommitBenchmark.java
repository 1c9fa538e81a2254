// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerEffects;
import io.shiplog.replication.core.FollowerFetch;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.core.LeaderEffects;
import io.shiplog.replication.core.PartitionFollower;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C5: the cost of one commit in the cores of all three replicas: a produce with acks=all at the leader; each of two followers is given the record,
 * appends it, says so, flushes it, and says so again; the leader flushes; the produce is answered, and both followers learn the high watermark.
 * Messages are handed over as objects, logs are counters: nothing but the decisions is measured.
 *
 * <p>Goal: 2 us and no allocation per operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommitBenchmark {
    private static final int LEADER = 1;
    private static final int REPLICAS = 3;
    private static final int EPOCH = 5;
    private static final long BROKER_EPOCH = 7;
    private static final short ACKS_ALL = -1;

    private final CountingLog log = new CountingLog();
    private final Follower[] followers = new Follower[REPLICAS - 1];
    private PartitionLeader leader;
    private long answered;
    private long nowMs = 1_000;

    @Setup
    public void elect() {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = LEADER; id <= REPLICAS; id++) {
            assigned.add(new AssignedReplica(id, true, false, BROKER_EPOCH, false, false));
        }
        PartitionState state = new PartitionState(LEADER, EPOCH, 1, assigned, true, false, 2, true);
        leader = new PartitionLeader(LEADER, state, log, 0, new Leading(), CoreSettings.DEFAULTS, nowMs);
        leader.start(nowMs);
        log.epoch = EPOCH;
        for (int i = 0; i < followers.length; i++) {
            followers[i] = new Follower(LEADER + 1 + i, state);
            followers[i].fetch();
        }
    }

    @Benchmark
    public long commitOneRecord() {
        nowMs++;
        long offset = log.end;
        leader.onProduce(offset, ACKS_ALL, true);
        for (int i = 0; i < followers.length; i++) {
            followers[i].take(true);
        }
        log.flushed = log.end;
        leader.onFlushed(log.end, 0, nowMs);
        for (int i = 0; i < followers.length; i++) {
            followers[i].flush();
        }
        for (int i = 0; i < followers.length; i++) {
            followers[i].take(false);
        }
        if (answered != log.end || followers[1].core.highWatermark() != log.end) {
            throw new IllegalStateException("offset " + offset + " was not committed everywhere: " + answered);
        }
        return answered;
    }

    /** Appends at once. */
    private final class Leading implements LeaderEffects {
        @Override
        public void assignEpochStart(int epoch, long startOffset) {}

        @Override
        public void append(long token) {
            log.end = token + 1;
            leader.onAppended(token, ACKS_ALL, token, token, false, nowMs + 30_000, nowMs);
        }

        @Override
        public void respond(long token, Errors error) {
            if (error != Errors.NONE) {
                throw new IllegalStateException("produce " + token + " was answered with " + error);
            }
            answered++;
        }

        @Override
        public void advanceLogStart(long offset) {
            throw new IllegalStateException("nobody deletes up to " + offset);
        }

        @Override
        public void respondToDelete(long token, Errors error, long lowWatermark) {
            throw new IllegalStateException("nobody deletes: " + token);
        }

        @Override
        public void requestFlush() {}

        @Override
        public void proposeIsr(long attempt, IsrProposal proposal) {
            throw new IllegalStateException("an ISR proposal in a steady state: " + proposal);
        }

        @Override
        public void logEndAdvanced() {}

        @Override
        public void highWatermarkAdvanced(long highWatermark) {}
    }

    /** One follower, its log, and its side of the conversation. */
    private final class Follower implements FollowerEffects {
        private final CountingLog copy = new CountingLog();
        private final FollowerPosition position = new FollowerPosition();
        private final FollowerFetch fetch = new FollowerFetch();
        private final FetchedPartition fetched = new FetchedPartition();
        private final ByteBuffer record = ByteBuffer.allocate(100);
        private final PartitionFollower core;

        Follower(int id, PartitionState state) {
            core = new PartitionFollower(state, copy, 0, this);
            core.start();
            copy.epoch = EPOCH;
            fetch.replicaId = id;
            fetch.brokerEpoch = BROKER_EPOCH;
        }

        /** Tells the leader where this follower is. */
        void fetch() {
            core.position(position);
            fetch.currentLeaderEpoch = position.currentLeaderEpoch;
            fetch.fetchOffset = position.fetchOffset;
            fetch.lastFetchedEpoch = position.lastFetchedEpoch;
            fetch.flushedOffset = position.flushedOffset;
            fetch.highWatermark = position.highWatermark;
            fetch.logStartOffset = position.logStartOffset;
            if (leader.onFollowerFetch(fetch, nowMs).error() != Errors.NONE) {
                throw new IllegalStateException("a fetch was refused");
            }
        }

        /** The leader's answer: a record, or the high watermark alone. Then the next fetch. */
        void take(boolean withRecord) {
            fetched.requestLeaderEpoch = fetch.currentLeaderEpoch;
            fetched.requestFetchOffset = fetch.fetchOffset;
            fetched.requestLastFetchedEpoch = fetch.lastFetchedEpoch;
            fetched.highWatermark = leader.highWatermark();
            fetched.logStartOffset = 0;
            fetched.records = withRecord ? record : null;
            core.onFetched(fetched);
            fetch();
        }

        void flush() {
            copy.flushed = copy.end;
            core.onFlushed(copy.end, 0);
        }

        @Override
        public void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow) {
            copy.end++;
            core.onAppended();
        }

        @Override
        public void positionChanged() {
            fetch();
        }

        @Override
        public void requestFlush() {}

        @Override
        public void highWatermarkMoved(long highWatermark) {}

        @Override
        public void truncateTo(long offset) {
            throw new IllegalStateException("truncation to " + offset);
        }

        @Override
        public void truncateFullyAndStartAt(long offset) {
            throw new IllegalStateException("truncation to " + offset);
        }

        @Override
        public void advanceLogStart(long offset) {
            throw new IllegalStateException("nobody deletes up to " + offset);
        }

        @Override
        public void stop(String why) {
            throw new IllegalStateException(why);
        }
    }
}
