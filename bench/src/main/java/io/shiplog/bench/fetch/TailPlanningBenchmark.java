// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.BenchNode;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
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
 * F1: a consumer's fetch is parked over many partitions, and wants more bytes than there are. Records come for some of the partitions; the fetch is woken,
 * finds in each of these what it could give (epochs, offsets, the range of the segment file), and waits on. Beside it the produces by themselves.
 *
 * <p>Goals: the difference grows with the partitions that moved, not with those that are idle, by at most 100 ns for each; no allocation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 12, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class TailPlanningBenchmark {
    private static final short VERSION = 17;
    private static final int WAIT_MS = 30_000;
    private static final int ANSWER_BYTES = 50 << 20;
    private static final LogSettings UNINDEXED = LogSettings.fromTopicConfigs(
            Map.of("index.interval.bytes", "" + Integer.MAX_VALUE), LogSettings.defaults());

    @Param({"1", "100", "1000"})
    int partitions;

    /** Partitions to which a record comes, at most all. */
    @Param({"1", "10"})
    int changed;

    private BenchNode node;
    private ByteBuffer batch;
    private int moved;
    /** Then there is nothing to be planned any more. */
    private boolean answered;

    @Setup(Level.Iteration)
    public void park() throws IOException {
        node = new BenchNode(UNINDEXED);
        batch = Batches.of(1, 100);
        moved = Math.min(changed, partitions);
        List<FetchPartition> watched = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            node.lead(p);
            watched.add(new FetchPartition()
                    .setPartition(p)
                    .setCurrentLeaderEpoch(BenchNode.LEADER_EPOCH)
                    .setPartitionMaxBytes(Integer.MAX_VALUE));
        }
        for (int p = 0; p < moved; p++) {
            node.lead(alone(p));
        }
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(WAIT_MS)
                .setMinBytes(ANSWER_BYTES)
                .setMaxBytes(Integer.MAX_VALUE)
                .setTopics(List.of(new FetchTopic().setTopicId(BenchNode.TOPIC).setPartitions(watched)));
        answered = false;
        node.fetches().fetch(VERSION, request, response -> {
            answered = true;
            FetchCodec.releaseRecords(response);
        });
    }

    @Benchmark
    public void produceAndPlan() {
        for (int p = 0; p < moved; p++) {
            node.produceQuietly(p, batch);
        }
        node.loop().run();
        if (answered) {
            throw new IllegalStateException("the fetch has as much as it wanted");
        }
    }

    /** To partitions of which no fetch wants anything. */
    @Benchmark
    public void produceOnly() {
        for (int p = 0; p < moved; p++) {
            node.produceQuietly(alone(p), batch);
        }
        node.loop().run();
    }

    private int alone(int partition) {
        return partitions + partition;
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        node.close();
    }
}
