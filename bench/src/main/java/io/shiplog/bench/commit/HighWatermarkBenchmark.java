// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.core.FollowerFetch;
import io.shiplog.replication.core.LeaderEffects;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C3: records that are committed together, in the leader's core: so many produces (acks=all) of a record each, their appends, the leader's flush,
 * and a fetch of each follower that reports all of them flushed. With the last of them the high watermark moves and every produce is answered.
 * Kafka's side is its purgatory with as many produces, the replicas' states, and the check that lets the produces go; no lock of a partition.
 *
 * <p>Goal: no allocation per operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HighWatermarkBenchmark {
    private static final int LEADER = 1;
    private static final int EPOCH = 5;
    private static final long BROKER_EPOCH = 7;
    private static final short ACKS_ALL = -1;

    @Param({"1", "3", "5"})
    int replicas;

    /** Produces that wait for the same high watermark. */
    @Param({"1", "64"})
    int pending;

    private final CountingLog log = new CountingLog();
    private final CountingEffects effects = new CountingEffects();
    private PartitionLeader leader;
    private KafkaProduces kafka;
    private FollowerFetch[] fetches;
    private long nowMs = 1_000;

    @Setup
    public void elect() {
        List<AssignedReplica> assigned = new ArrayList<>();
        fetches = new FollowerFetch[replicas - 1];
        for (int id = LEADER; id <= replicas; id++) {
            assigned.add(new AssignedReplica(id, true, false, BROKER_EPOCH, false, false));
            if (id != LEADER) {
                fetches[id - LEADER - 1] = fetchOf(id);
            }
        }
        PartitionState state = new PartitionState(LEADER, EPOCH, 1, assigned, true, false, 2, true);
        leader = new PartitionLeader(LEADER, state, log, 0, effects, CoreSettings.DEFAULTS, nowMs);
        leader.start(nowMs);
        log.epoch = EPOCH;
        kafka = new KafkaProduces(replicas, pending);
    }

    @Benchmark
    public long commit() {
        nowMs++;
        for (int i = 0; i < pending; i++) {
            long offset = log.end;
            leader.onProduce(offset, ACKS_ALL, true);
            log.end = offset + 1;
            leader.onAppended(offset, ACKS_ALL, offset, offset, false, nowMs + 30_000, nowMs);
        }
        log.flushed = log.end;
        leader.onFlushed(log.end, 0, nowMs);
        for (int i = 0; i < fetches.length; i++) {
            fetches[i].fetchOffset = log.end;
            fetches[i].flushedOffset = log.end;
            leader.onFollowerFetch(fetches[i], nowMs);
        }
        if (effects.answered != log.end || leader.highWatermark() != log.end) {
            throw new IllegalStateException("not committed up to " + log.end + ": " + effects.answered);
        }
        return leader.highWatermark();
    }

    @Benchmark
    public long commitKafka() {
        return kafka.commit();
    }

    @TearDown
    public void close() throws Exception {
        kafka.close();
    }

    private static FollowerFetch fetchOf(int id) {
        FollowerFetch fetch = new FollowerFetch();
        fetch.replicaId = id;
        fetch.brokerEpoch = BROKER_EPOCH;
        fetch.currentLeaderEpoch = EPOCH;
        fetch.lastFetchedEpoch = EPOCH;
        return fetch;
    }

    private static final class CountingEffects implements LeaderEffects {
        private long answered;

        @Override
        public void assignEpochStart(int epoch, long startOffset) {}

        @Override
        public void append(long token) {}

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
}
