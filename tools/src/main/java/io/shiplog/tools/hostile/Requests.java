// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Frames of requests that no honest client sends. */
final class Requests {
    static final String TOPIC = "hostile";
    static final int PARTITIONS = 6;
    private static final short FETCH_VERSION = 12;
    private static final short ELECT_VERSION = 2;
    private static final int EQUAL_KEYS = 4_000;
    /** Names of digits, all of one length. */
    private static final int FIRST_NAME = 1_000_000;

    private static final int HEADER_BYTES = 32;

    private Requests() {}

    static ByteBuffer fetchOfEverything() {
        FetchTopic topic = new FetchTopic().setTopic(TOPIC);
        for (int p = 0; p < PARTITIONS; p++) {
            topic.partitions().add(new FetchPartition().setPartition(p).setPartitionMaxBytes(Integer.MAX_VALUE));
        }
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(500)
                .setMinBytes(1)
                .setMaxBytes(Integer.MAX_VALUE)
                .setSessionEpoch(-1)
                .setTopics(List.of(topic));
        return frame(ApiKeys.FETCH, FETCH_VERSION, request);
    }

    static ByteBuffer electionsOfEqualTopics() {
        ElectLeadersRequestData request = new ElectLeadersRequestData().setTimeoutMs(1_000);
        for (int i = 0; i < EQUAL_KEYS; i++) {
            request.topicPartitions().mustAdd(new TopicPartitions().setTopic(String.valueOf(FIRST_NAME + i)));
        }
        ByteBuffer frame = frame(ApiKeys.ELECT_LEADERS, ELECT_VERSION, request);
        // making them equal here would take as long as it must not take there
        for (int at = frame.limit() - 1; at > 0; at--) {
            if (at > HEADER_BYTES && frame.get(at) >= '0' && frame.get(at) <= '9') {
                frame.put(at, (byte) '0');
            }
        }
        return frame;
    }

    private static ByteBuffer frame(ApiKeys api, short version, ApiMessage request) {
        short headerVersion = api.requestHeaderVersion(version);
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(1)
                .setClientId("hostile");
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + request.size(cache, version);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + size);
        var out = new ByteBufferAccessor(frame);
        out.writeInt(size);
        header.write(out, cache, headerVersion);
        request.write(out, cache, version);
        return frame.flip();
    }
}
