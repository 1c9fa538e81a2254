// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Produce requests to partition 0 of a topic on one connection, without a client that retries, times out or finds another leader. */
final class RawProduce {
    private static final short VERSION = ApiKeys.PRODUCE.latestVersion();
    private static final int TIMEOUT_MS = 15_000;

    private final RawClient client;
    private final Uuid topicId;
    private int correlationId;

    RawProduce(RawClient client, Uuid topicId) {
        this.client = client;
        this.topicId = topicId;
    }

    /** Sends one record and waits for the answer. */
    PartitionProduceResponse produce(short acks) throws IOException {
        send(acks, "raw");
        return receive();
    }

    void send(short acks, String value) throws IOException {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(Clients.bytes(value)));
        ProduceRequestData request = new ProduceRequestData()
                .setAcks(acks)
                .setTimeoutMs(TIMEOUT_MS)
                .setTopicData(new TopicProduceDataCollection(List.of(new TopicProduceData()
                                .setTopicId(topicId)
                                .setPartitionData(List.of(
                                        new PartitionProduceData().setIndex(0).setRecords(records))))
                        .iterator()));
        client.send(ApiKeys.PRODUCE, VERSION, ++correlationId, request);
    }

    /** The answer to the oldest request that has none. */
    PartitionProduceResponse receive() throws IOException {
        ProduceResponseData response = receiveAll();
        return response.responses().iterator().next().partitionResponses().get(0);
    }

    /** The same with what it says beside the partition's outcome. */
    ProduceResponseData receiveAll() throws IOException {
        ByteBuffer frame = client.receive();
        RawClient.correlationId(frame, ApiKeys.PRODUCE, VERSION);
        ProduceResponseData response = new ProduceResponseData(new ByteBufferAccessor(frame), VERSION);
        assertThat(response.responses()).hasSize(1);
        return response;
    }
}
