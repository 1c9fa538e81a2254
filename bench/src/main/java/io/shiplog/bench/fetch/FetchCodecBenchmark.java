// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.BenchNode;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.SendBuilder;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ResponseHeader;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * F2: a fetch request read from its bytes, a response written to a frame (the records stay where they are), and the response read as followers do.
 * Both systems use Kafka's generated classes; ours bounds what a message may make of its bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class FetchCodecBenchmark {
    private static final int MAX_ELEMENTS = 200_000;
    private static final int RECORD_BYTES = 1_000;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final int SCRATCH_BYTES = 256 * 1024;
    private static final int CORRELATION_ID = 7;

    /** In the message. */
    @Param({"1", "10", "100"})
    int partitions;

    @Param({"12", "17"})
    short version;

    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);
    private FetchResponseData response;
    private ByteBuffer requestBytes;
    private ByteBuffer responseBytes;

    @Setup
    public void encode() {
        boolean byId = version >= FIRST_WITH_TOPIC_IDS;
        FetchTopic topic = new FetchTopic().setPartitions(asked());
        FetchableTopicResponse answer = new FetchableTopicResponse().setPartitions(answered());
        if (byId) {
            topic.setTopicId(BenchNode.TOPIC);
            answer.setTopicId(BenchNode.TOPIC);
        } else {
            topic.setTopic(BenchNode.TOPIC_NAME);
            answer.setTopic(BenchNode.TOPIC_NAME);
        }
        FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(500).setMinBytes(1).setTopics(List.of(topic));
        response = new FetchResponseData().setSessionId(1).setResponses(List.of(answer));
        requestBytes = MessageUtil.toByteBufferAccessor(request, version).buffer();
        responseBytes = MessageUtil.toByteBufferAccessor(response, version).buffer();
    }

    private List<FetchPartition> asked() {
        List<FetchPartition> asked = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            asked.add(new FetchPartition()
                    .setPartition(p)
                    .setFetchOffset(p)
                    .setCurrentLeaderEpoch(BenchNode.LEADER_EPOCH)
                    .setPartitionMaxBytes(1 << 20));
        }
        return asked;
    }

    private List<PartitionData> answered() {
        List<PartitionData> answered = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            ByteBuffer batch = ByteBuffer.allocate(2 * RECORD_BYTES)
                    .put(Batches.of(1, RECORD_BYTES))
                    .flip();
            answered.add(new PartitionData()
                    .setPartitionIndex(p)
                    .setHighWatermark(1)
                    .setLastStableOffset(1)
                    .setLogStartOffset(0)
                    .setRecords(MemoryRecords.readableRecords(batch)));
        }
        return answered;
    }

    @Benchmark
    public FetchRequestData decodeRequest() {
        return FetchCodec.decodeRequest(requestBytes.rewind(), version, MAX_ELEMENTS);
    }

    @Benchmark
    public FetchRequest decodeRequestKafka() {
        return FetchRequest.parse(new ByteBufferAccessor(requestBytes.rewind()), version);
    }

    @Benchmark
    public FetchFrame encodeResponse() {
        return FetchCodec.encodeResponse(CORRELATION_ID, version, response, bytes -> scratch.clear());
    }

    @Benchmark
    public Object encodeResponseKafka() {
        ResponseHeader header = new ResponseHeader(CORRELATION_ID, ApiKeys.FETCH.responseHeaderVersion(version));
        return SendBuilder.buildResponseSend(header, response, version);
    }

    @Benchmark
    public FetchResponseData decodeResponse() {
        return FetchCodec.decodeResponse(responseBytes.rewind(), version, MAX_ELEMENTS);
    }

    @Benchmark
    public FetchResponseData decodeResponseKafka() {
        return new FetchResponseData(new ByteBufferAccessor(responseBytes.rewind()), version);
    }
}
