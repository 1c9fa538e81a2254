// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Batches;
import io.shiplog.bench.BenchNode;
import io.shiplog.bench.KafkaLog;
import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * C4: what a follower does with one answer of the leader that has a batch for each of so many partitions: the answer is held against what was
 * asked, the batch is checked and appended as it is, and the leader's high watermark taken. Kafka's side is its log's append as follower and the
 * high watermark, without the fetcher.
 *
 * <p>Each iteration has partitions of its own. Goal: no allocation beside the growth of indexes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 8, time = 150, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 12, time = 150, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class FollowerApplyBenchmark {
    private static final int RECORD_BYTES = 950;

    /** In the answer. */
    @Param({"1", "10", "100"})
    int partitions;

    /** Of each. */
    @Param({"4096", "65536"})
    int bytes;

    private final FetchedPartition fetched = new FetchedPartition();
    private final FollowerPosition position = new FollowerPosition();
    private final LogSettings settings =
            LogSettings.fromTopicConfigs(Map.of("index.interval.bytes", "65536"), LogSettings.defaults());
    private BenchNode node;
    private Replica[] replicas;
    private KafkaLog[] kafkas;
    private ByteBuffer batch;
    private long recordsPerBatch;
    private int nextPartition;

    @Setup(Level.Trial)
    public void open() throws IOException {
        node = new BenchNode(settings);
        batch = Batches.of(Math.max(1, bytes / 1_000), RECORD_BYTES);
        RecordBatchHeader.setLeaderEpoch(batch, 0, BenchNode.LEADER_EPOCH);
        recordsPerBatch = RecordBatchHeader.recordCount(batch, 0);
        kafkas = new KafkaLog[partitions];
        for (int p = 0; p < partitions; p++) {
            kafkas[p] = new KafkaLog(Map.of("index.interval.bytes", "65536"));
        }
    }

    /** The first batch of a leader epoch is not measured: Kafka's log writes and syncs a file for it. */
    @Setup(Level.Iteration)
    public void begin() throws IOException {
        replicas = new Replica[partitions];
        for (int p = 0; p < partitions; p++) {
            replicas[p] = node.follow(nextPartition + p);
        }
        applyAnswer();
        applyAnswerKafka();
    }

    @Benchmark
    public long applyAnswer() {
        for (int p = 0; p < partitions; p++) {
            Replica replica = replicas[p];
            replica.followerPosition(position);
            long end = position.fetchOffset;
            fetched.clear();
            fetched.requestLeaderEpoch = position.currentLeaderEpoch;
            fetched.requestFetchOffset = end;
            fetched.requestLastFetchedEpoch = position.lastFetchedEpoch;
            fetched.highWatermark = end;
            fetched.logStartOffset = 0;
            RecordBatchHeader.setBaseOffset(batch.rewind(), 0, end);
            fetched.records = batch;
            FetchNext next = replica.onFetchedPartition(fetched);
            if (next != FetchNext.CONTINUE || replica.log().logEndOffset() != end + recordsPerBatch) {
                throw new IllegalStateException("not appended at " + end + ": " + next);
            }
        }
        return position.fetchOffset;
    }

    @Benchmark
    public long applyAnswerKafka() throws IOException {
        long last = 0;
        for (int p = 0; p < partitions; p++) {
            long end = kafkas[p].log().logEndOffset();
            RecordBatchHeader.setBaseOffset(batch.rewind(), 0, end);
            last = kafkas[p]
                    .log()
                    .appendAsFollower(MemoryRecords.readableRecords(batch), BenchNode.LEADER_EPOCH)
                    .lastOffset();
            kafkas[p].log().maybeUpdateHighWatermark(end);
        }
        return last;
    }

    @TearDown(Level.Iteration)
    public void delete() {
        for (int p = 0; p < partitions; p++) {
            node.delete(nextPartition + p);
            kafkas[p].clear();
        }
        nextPartition += partitions;
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        node.close();
        for (KafkaLog kafka : kafkas) {
            kafka.close();
        }
    }
}
