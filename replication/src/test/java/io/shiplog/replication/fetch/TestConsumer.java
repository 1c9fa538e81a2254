// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Builds and sends the fetches of one consumer, and reads the answers from their encoded form. */
final class TestConsumer {
    private final FetchService service;
    private FetchRequestData request = new FetchRequestData();
    private short version = FetchCodec.MAX_VERSION;

    /** The last answer; null while the fetch is parked. */
    FetchResponseData response;

    PendingFetch pending;
    int answers;

    TestConsumer(FetchService service) {
        this.service = service;
        begin(0, -1, 500, 1);
    }

    TestConsumer version(int newVersion) {
        version = (short) newVersion;
        return this;
    }

    /** Begins a request. */
    TestConsumer begin(int sessionId, int sessionEpoch, int maxWaitMs, int minBytes) {
        request = new FetchRequestData()
                .setSessionId(sessionId)
                .setSessionEpoch(sessionEpoch)
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(minBytes)
                .setMaxBytes(1_000_000);
        return this;
    }

    TestConsumer readCommitted() {
        request.setIsolationLevel((byte) 1);
        return this;
    }

    /** Where the consumer says it is. */
    TestConsumer rack(String rack) {
        request.setRackId(rack);
        return this;
    }

    TestConsumer maxBytes(int maxBytes) {
        request.setMaxBytes(maxBytes);
        return this;
    }

    TestConsumer add(int partition, long offset) {
        return add(partition, offset, 1_000_000);
    }

    TestConsumer add(int partition, long offset, int maxBytes) {
        return add(TestCluster.TOPIC, TestCluster.TOPIC_NAME, partition, offset, maxBytes);
    }

    TestConsumer add(Uuid topicId, String topic, int partition, long offset, int maxBytes) {
        FetchTopic named = new FetchTopic();
        if (version >= FetchCodec.FIRST_WITH_TOPIC_IDS) {
            named.setTopicId(topicId);
        } else {
            named.setTopic(topic);
        }
        named.partitions()
                .add(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(maxBytes));
        request.topics().add(named);
        return this;
    }

    TestConsumer forget(int partition) {
        ForgottenTopic named = new ForgottenTopic().setTopicId(TestCluster.TOPIC);
        named.partitions().add(partition);
        request.forgottenTopicsData().add(named);
        return this;
    }

    TestConsumer send() {
        response = null;
        pending = service.fetch(version, request, given -> {
            answers++;
            ByteBuffer bytes = WireEndpoint.bytes(FetchCodec.encodeResponse(5, version, given, ByteBuffer::allocate));
            bytes.position(version >= 12 ? 9 : 8);
            response = FetchCodec.decodeResponse(bytes, version, 100_000);
        });
        return this;
    }

    boolean isParked() {
        return response == null;
    }

    /** Partitions of the answer, in order. */
    List<PartitionData> partitions() {
        assertThat(response).as("answered").isNotNull();
        List<PartitionData> all = new ArrayList<>();
        response.responses().forEach(topic -> all.addAll(topic.partitions()));
        return all;
    }

    List<Integer> indexes() {
        return partitions().stream().map(PartitionData::partitionIndex).toList();
    }

    /** Batches of the answer's only partition. */
    int batches() {
        assertThat(partitions()).hasSize(1);
        return batches(partitions().get(0));
    }

    static int batches(PartitionData data) {
        int batches = 0;
        for (var batch : ((MemoryRecords) data.records()).batches()) {
            batch.ensureValid();
            batches++;
        }
        return batches;
    }
}
