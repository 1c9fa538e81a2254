// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Frames;
import io.shiplog.bench.loopback.LoopbackClient;
import io.shiplog.bench.loopback.LoopbackCluster;
import io.shiplog.server.net.NetSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
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
 * C6: a commit with everything that a storage node is made of, thrice in this process: listener, epoll, handlers, log, fetchers, over the loopback. A
 * client sends one batch, or five at once, with acks=all and waits for the answers; the time until then, with its percentiles.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CommitLoopbackBenchmark {
    private static final short VERSION = 13;
    private static final int NODES = 3;

    /** Records in the batch, and the size of each value. */
    @Param({"1x1000", "16x1000"})
    String batch;

    /** Batches that are sent at once. */
    @Param({"1", "5"})
    int inFlight;

    /** Whether a record counts only when it is on three disks. */
    @Param({"false", "true"})
    boolean flush;

    private LoopbackCluster cluster;
    private LoopbackClient client;
    private ByteBuffer frame;

    @Setup
    public void start() throws IOException {
        cluster = new LoopbackCluster(NODES, flush, NetSettings.defaults());
        client = cluster.connect();
        ByteBuffer bytes = ClientBatches.of(batch, Compression.NONE, false, false);
        PartitionProduceData partition =
                new PartitionProduceData().setIndex(0).setRecords(MemoryRecords.readableRecords(bytes));
        TopicProduceData topic =
                new TopicProduceData().setTopicId(cluster.topicId()).setPartitionData(List.of(partition));
        frame = Frames.of(
                ApiKeys.PRODUCE,
                VERSION,
                new ProduceRequestData()
                        .setAcks((short) -1)
                        .setTimeoutMs(30_000)
                        .setTopicData(
                                new TopicProduceDataCollection(List.of(topic).iterator())));
    }

    @Benchmark
    public long commit() throws IOException {
        for (int i = 0; i < inFlight; i++) {
            client.send(frame);
        }
        long offset = -1;
        for (int i = 0; i < inFlight; i++) {
            offset = offset(client.receive());
        }
        return offset;
    }

    private static long offset(ByteBuffer answer) {
        ByteBufferAccessor in = new ByteBufferAccessor(answer);
        var unused = new ResponseHeaderData(in, ApiKeys.PRODUCE.responseHeaderVersion(VERSION));
        var partition = new ProduceResponseData(in, VERSION)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
        if (partition.errorCode() != 0) {
            throw new IllegalStateException("refused: " + partition);
        }
        return partition.baseOffset();
    }

    @TearDown
    public void stop() throws IOException {
        client.close();
        cluster.close();
    }
}
