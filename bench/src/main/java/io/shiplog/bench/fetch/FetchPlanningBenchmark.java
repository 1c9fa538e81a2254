// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.BenchNode;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchResponder;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
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
 * F6: one consumer fetch of an incremental session, from the decoded request to the response with the slices of the segment files that it
 * sends. The session holds many partitions; the request names some of them, which have data. No codec, no network.
 *
 * <p>Goal: the time depends on the partitions that are named, not on those that are idle. Kafka's side is its session alone: nothing is read
 * there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class FetchPlanningBenchmark {
    private static final short VERSION = 17;
    private static final int RECORDS = 16;
    private static final int VALUE_BYTES = 1024;

    @Param({"1", "100", "1000"})
    int partitions;

    /** Partitions that the request names, at most all. */
    @Param({"0", "1", "10"})
    int changed;

    private final FetchResponder take = this::take;
    private BenchNode node;
    private FetchRequestData incremental;
    private int sentBytes;
    private int sessionId;
    private int epoch = 1;
    private KafkaFetchSession kafka;

    @Setup
    public void openSession() throws IOException {
        node = new BenchNode(LogSettings.defaults());
        changed = Math.min(changed, partitions);
        for (int p = 0; p < partitions; p++) {
            node.lead(p);
            if (p < changed) {
                node.produce(p, Batches.of(RECORDS, VALUE_BYTES));
            }
        }
        FetchRequestData full = request(partitions).setSessionId(0).setSessionEpoch(0);
        node.fetches().fetch(VERSION, full, take);
        incremental = request(changed).setSessionId(sessionId);
        kafka = new KafkaFetchSession(partitions, changed);
    }

    @Benchmark
    public int fetchIncrementally() {
        sentBytes = 0;
        incremental.setSessionEpoch(epoch);
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        node.fetches().fetch(VERSION, incremental, take);
        if (sentBytes < changed * RECORDS * VALUE_BYTES) {
            throw new IllegalStateException("the fetch was answered with " + sentBytes + " bytes of records");
        }
        return sentBytes;
    }

    @Benchmark
    public Object fetchIncrementallyKafka() {
        return kafka.fetch();
    }

    @TearDown
    public void close() throws IOException {
        node.close();
    }

    private void take(FetchResponseData response) {
        sessionId = response.sessionId();
        for (int t = 0; t < response.responses().size(); t++) {
            List<FetchResponseData.PartitionData> answered =
                    response.responses().get(t).partitions();
            for (int p = 0; p < answered.size(); p++) {
                if (answered.get(p).records() != null) {
                    sentBytes += answered.get(p).records().sizeInBytes();
                }
            }
        }
        FetchCodec.releaseRecords(response);
    }

    private static FetchRequestData request(int count) {
        List<FetchPartition> asked = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            asked.add(new FetchPartition()
                    .setPartition(p)
                    .setFetchOffset(0)
                    .setCurrentLeaderEpoch(BenchNode.LEADER_EPOCH)
                    .setPartitionMaxBytes(1 << 20));
        }
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(10 << 20)
                .setTopics(List.of(new FetchTopic().setTopicId(BenchNode.TOPIC).setPartitions(asked)));
    }
}
