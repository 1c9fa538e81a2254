// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.Frames;
import io.shiplog.bench.loopback.LoopbackClient;
import io.shiplog.bench.loopback.LoopbackCluster;
import io.shiplog.server.net.NetSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;
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
 * F4: so many bytes of records from a node to a client over the loopback, by sendfile or copied into the answer's buffer: the real listener, asked by
 * a client that does nothing but read. The records lie in the page cache; over a window of 64 MiB they are not in the processor's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class SendBenchmark {
    private static final short FETCH = 17;
    private static final short PRODUCE = 13;
    private static final int BATCH_BYTES = 4096;
    /** Of a batch of one record, around its value. */
    private static final int AROUND_BYTES = 70;

    @Param({"4096", "65536", "1048576"})
    int bytes;

    @Param({"sendfile", "copy"})
    String path;

    @Param({"1", "64"})
    int windowMib;

    private LoopbackCluster cluster;
    private LoopbackClient client;
    private ByteBuffer[] fetches;
    private int next;

    @Setup
    public void fill() throws IOException {
        NetSettings usual = NetSettings.defaults();
        cluster =
                new LoopbackCluster(1, false, withZeroCopyFrom(path.equals("sendfile") ? 0 : Integer.MAX_VALUE, usual));
        client = cluster.connect();
        int batches = windowMib * (1 << 20) / BATCH_BYTES;
        ByteBuffer produce = Frames.of(ApiKeys.PRODUCE, PRODUCE, produce());
        for (int i = 0; i < batches; i++) {
            client.send(produce);
            client.receive();
        }
        int perFetch = bytes / BATCH_BYTES;
        fetches = new ByteBuffer[batches / perFetch];
        for (int i = 0; i < fetches.length; i++) {
            fetches[i] = Frames.of(ApiKeys.FETCH, FETCH, fetchFrom((long) i * perFetch));
        }
    }

    @Benchmark
    public int fetch() throws IOException {
        next = next + 1 == fetches.length ? 0 : next + 1;
        client.send(fetches[next]);
        int size = client.receive().remaining();
        if (size < bytes / 2) {
            throw new IllegalStateException("an answer of " + size + " bytes instead of " + bytes);
        }
        return size;
    }

    private ProduceRequestData produce() {
        ByteBuffer batch = Batches.of(1, BATCH_BYTES - AROUND_BYTES);
        if (batch.remaining() > BATCH_BYTES) {
            throw new IllegalStateException("a batch of " + batch.remaining() + " bytes");
        }
        PartitionProduceData partition =
                new PartitionProduceData().setIndex(0).setRecords(MemoryRecords.readableRecords(batch));
        TopicProduceData topic =
                new TopicProduceData().setTopicId(cluster.topicId()).setPartitionData(List.of(partition));
        return new ProduceRequestData()
                .setAcks((short) 1)
                .setTimeoutMs(30_000)
                .setTopicData(new TopicProduceDataCollection(List.of(topic).iterator()));
    }

    private FetchRequestData fetchFrom(long offset) {
        FetchPartition partition =
                new FetchPartition().setPartition(0).setFetchOffset(offset).setPartitionMaxBytes(bytes);
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(bytes)
                .setSessionEpoch(FetchMetadata.FINAL_EPOCH)
                .setTopics(
                        List.of(new FetchTopic().setTopicId(cluster.topicId()).setPartitions(List.of(partition))));
    }

    private static NetSettings withZeroCopyFrom(int minBytes, NetSettings usual) {
        return new NetSettings(
                usual.requestMaxBytes(),
                usual.maxConnections(),
                usual.maxConnectionsPerAddress(),
                usual.idleMs(),
                usual.frameMaxMs(),
                usual.pipelineRequests(),
                usual.pipelineBytes(),
                usual.queuedBytes(),
                usual.answerBytes(),
                minBytes,
                usual.backlog());
    }

    @TearDown
    public void stop() throws IOException {
        client.close();
        cluster.close();
    }
}
