// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** Produce requests that are encoded once, by the classes of Kafka's own client, and the answers to them. */
final class PreparedRequests {
    /** Names topics, not their ids; both systems serve it. */
    static final short VERSION = 11;
    /** Behind the length, the API key and the version. */
    static final int CORRELATION_POSITION = 8;

    private static final String CLIENT = "prepared-load";
    private static final int TIMEOUT_MS = 30_000;
    private static final long SEED = 42;

    private PreparedRequests() {}

    /** The value of every record: so many bytes that no codec makes smaller. */
    static byte[] value(int bytes) {
        byte[] value = new byte[bytes];
        new SplittableRandom(SEED).nextBytes(value);
        return value;
    }

    /**
     * A whole frame with its length in front, ready to be sent: acks=all, one partition, one batch without a producer id.
     *
     * @return a direct buffer from 0 to its limit; the correlation id in it is 0
     */
    static ByteBuffer frame(String topic, int partition, int records, byte[] value) {
        SimpleRecord[] batch = new SimpleRecord[records];
        Arrays.fill(batch, new SimpleRecord(System.currentTimeMillis(), null, value));
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName(topic)
                .setPartitionData(List.of(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(MemoryRecords.withRecords(Compression.NONE, batch)))));
        ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(TIMEOUT_MS)
                .setTopicData(topics);
        ByteBuffer message = new ProduceRequest(data, VERSION)
                .serializeWithHeader(new RequestHeader(ApiKeys.PRODUCE, VERSION, CLIENT, 0));
        ByteBuffer frame = ByteBuffer.allocateDirect(Integer.BYTES + message.remaining());
        return frame.putInt(message.remaining()).put(message).flip();
    }

    /**
     * Reads an answer, without its length.
     *
     * @throws IllegalStateException when it answers another request, or says that a batch was not taken
     */
    static void check(ByteBuffer answer, int correlationId) {
        ResponseHeader header = ResponseHeader.parse(answer, ApiKeys.PRODUCE.responseHeaderVersion(VERSION));
        if (header.correlationId() != correlationId) {
            throw new IllegalStateException(
                    "an answer to request " + header.correlationId() + " came where " + correlationId + " was due");
        }
        for (TopicProduceResponse topic : ProduceResponse.parse(new ByteBufferAccessor(answer), VERSION)
                .data()
                .responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != Errors.NONE.code()) {
                    throw new IllegalStateException(topic.name() + "-" + partition.index() + " refused a batch: "
                            + Errors.forCode(partition.errorCode()) + " " + partition.errorMessage());
                }
            }
        }
    }
}
