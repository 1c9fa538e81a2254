// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Fetch messages with random contents that a version can carry, and their encoding by Kafka's generated classes alone. */
final class RandomFetches {
    private RandomFetches() {}

    static FetchRequestData request(Random random, short version) {
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(random.nextInt())
                .setMinBytes(random.nextInt())
                .setMaxBytes(random.nextInt())
                .setIsolationLevel((byte) random.nextInt(2));
        if (version >= 7) {
            request.setSessionId(random.nextInt()).setSessionEpoch(random.nextInt());
            for (int i = random.nextInt(3); i > 0; i--) {
                request.forgottenTopicsData().add(forgotten(random, version));
            }
        }
        if (version >= 11) {
            request.setRackId("rack" + random.nextInt(5));
        }
        if (version >= 15) {
            request.replicaState().setReplicaId(random.nextInt(5)).setReplicaEpoch(random.nextLong());
        } else {
            request.setReplicaId(random.nextInt(5) - 1);
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            request.topics().add(topic(random, version));
        }
        if (version >= 12 && random.nextBoolean()) {
            InterBrokerTags.setPipelined(request);
        }
        return request;
    }

    private static FetchTopic topic(Random random, short version) {
        FetchTopic topic = new FetchTopic();
        if (version >= FetchCodec.FIRST_WITH_TOPIC_IDS) {
            topic.setTopicId(uuid(random));
        } else {
            topic.setTopic("topic" + random.nextInt(100));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            topic.partitions().add(partition(random, version));
        }
        return topic;
    }

    private static FetchPartition partition(Random random, short version) {
        FetchPartition partition = new FetchPartition()
                .setPartition(random.nextInt())
                .setFetchOffset(random.nextLong())
                .setPartitionMaxBytes(random.nextInt());
        if (version >= 5) {
            partition.setLogStartOffset(random.nextLong());
        }
        if (version >= 9) {
            partition.setCurrentLeaderEpoch(random.nextInt());
        }
        if (version >= 12) {
            partition.setLastFetchedEpoch(random.nextInt());
            if (random.nextBoolean()) {
                InterBrokerTags.setFlushedOffset(partition, random.nextLong());
            }
        }
        if (version >= 17) {
            partition.setReplicaDirectoryId(uuid(random));
        }
        if (version >= 18) {
            partition.setHighWatermark(random.nextLong());
        }
        return partition;
    }

    private static ForgottenTopic forgotten(Random random, short version) {
        ForgottenTopic topic = new ForgottenTopic();
        if (version >= FetchCodec.FIRST_WITH_TOPIC_IDS) {
            topic.setTopicId(uuid(random));
        } else {
            topic.setTopic("topic" + random.nextInt(100));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            topic.partitions().add(random.nextInt());
        }
        return topic;
    }

    /** A response whose records are {@code MemoryRecords}. */
    static FetchResponseData response(Random random, short version) {
        FetchResponseData response = new FetchResponseData().setThrottleTimeMs(random.nextInt());
        if (version >= 7) {
            response.setErrorCode((short) random.nextInt(100)).setSessionId(random.nextInt());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            FetchableTopicResponse topic = new FetchableTopicResponse();
            if (version >= FetchCodec.FIRST_WITH_TOPIC_IDS) {
                topic.setTopicId(uuid(random));
            } else {
                topic.setTopic("topic" + random.nextInt(100));
            }
            for (int j = random.nextInt(5); j > 0; j--) {
                topic.partitions().add(partitionData(random, version));
            }
            response.responses().add(topic);
        }
        if (version >= 16 && random.nextBoolean()) {
            response.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(random.nextInt(9))
                            .setHost("127.0.0.1")
                            .setPort(9092)
                            .setRack(null));
        }
        return response;
    }

    private static PartitionData partitionData(Random random, short version) {
        PartitionData data = new PartitionData()
                .setPartitionIndex(random.nextInt())
                .setErrorCode((short) random.nextInt(100))
                .setHighWatermark(random.nextLong())
                .setLastStableOffset(random.nextLong())
                .setAbortedTransactions(random.nextBoolean() ? null : new ArrayList<>())
                .setRecords(records(random));
        if (data.abortedTransactions() != null && random.nextBoolean()) {
            data.abortedTransactions()
                    .add(new AbortedTransaction()
                            .setProducerId(random.nextLong())
                            .setFirstOffset(random.nextLong()));
        }
        if (version >= 5) {
            data.setLogStartOffset(random.nextLong());
        }
        if (version >= 11) {
            data.setPreferredReadReplica(random.nextInt());
        }
        if (version >= 12 && random.nextBoolean()) {
            data.divergingEpoch().setEpoch(random.nextInt(100)).setEndOffset(random.nextLong());
            data.currentLeader().setLeaderId(random.nextInt(100)).setLeaderEpoch(random.nextInt(100));
        }
        return data;
    }

    private static MemoryRecords records(Random random) {
        if (random.nextInt(4) == 0) {
            return random.nextBoolean() ? null : MemoryRecords.EMPTY;
        }
        byte[] bytes = new byte[1 + random.nextInt(300)];
        random.nextBytes(bytes);
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    }

    static Uuid uuid(Random random) {
        return new Uuid(random.nextLong(), random.nextLong() | 1);
    }

    /** What Kafka's classes write, without any of ours. */
    static ByteBuffer encode(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        message.addSize(size, cache, version);
        ByteBuffer buffer = ByteBuffer.allocate(size.totalSize());
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer.flip();
    }
}
