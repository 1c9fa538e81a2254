// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** ListOffsets: earliest, latest, by timestamp, and the other marks that Kafka gave a negative timestamp. */
final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequestData> {
    private static final short FIRST_WITH_LEADER_EPOCH = 4;
    private static final byte READ_COMMITTED = 1;
    private static final long NONE = -1;
    private static final short FIRST_WITH_OFFSET_NOT_AVAILABLE = 5;

    /** The version that brought each mark, from -1 (latest) on downwards: ReplicaManager.isListOffsetsTimestampUnsupported. */
    private static final short[] MARK_SINCE_VERSION = {1, 1, 7, 8, 9, 11};

    private final ClusterView cluster;
    private final PartitionAccess partitions;

    ListOffsetsHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public ListOffsetsRequestData read(BoundedReadable body, short version) {
        return new ListOffsetsRequestData(body, version);
    }

    @Override
    public void handle(ListOffsetsRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        short version = exchange.header().version();
        boolean readCommitted = request.isolationLevel() == READ_COMMITTED;
        Set<TopicPartition> twice = namedTwice(request);
        Set<TopicPartition> told = new HashSet<>();
        List<ListOffsetsTopicResponse> topics = new ArrayList<>(request.topics().size());
        for (ListOffsetsTopic topic : request.topics()) {
            List<ListOffsetsPartitionResponse> answers =
                    new ArrayList<>(topic.partitions().size());
            TopicImage topicImage = image.topic(topic.name());
            for (ListOffsetsPartition partition : topic.partitions()) {
                TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
                if (!twice.contains(name)) {
                    answers.add(look(topicImage, partition, version, readCommitted));
                } else if (told.add(name)) {
                    answers.add(refused(partition, Errors.INVALID_REQUEST));
                }
            }
            topics.add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(answers));
        }
        exchange.respond(new ListOffsetsResponseData().setTopics(topics));
    }

    private ListOffsetsPartitionResponse look(
            TopicImage topic, ListOffsetsPartition partition, short version, boolean readCommitted) {
        if (!served(partition.timestamp(), version)) {
            return refused(partition, Errors.UNSUPPORTED_VERSION);
        }
        if (topic == null || topic.partition(partition.partitionIndex()) == null) {
            return refused(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        OffsetLookup found = partitions.lookUpOffset(
                topic.id(),
                partition.partitionIndex(),
                partition.currentLeaderEpoch(),
                partition.timestamp(),
                readCommitted);
        if (found.error() != Errors.NONE) {
            boolean unknownToClient =
                    found.error() == Errors.OFFSET_NOT_AVAILABLE && version < FIRST_WITH_OFFSET_NOT_AVAILABLE;
            return refused(partition, unknownToClient ? Errors.LEADER_NOT_AVAILABLE : found.error());
        }
        ListOffsetsPartitionResponse answer = new ListOffsetsPartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setOffset(found.offset())
                .setTimestamp(found.timestampMs());
        return version >= FIRST_WITH_LEADER_EPOCH ? answer.setLeaderEpoch(found.leaderEpoch()) : answer;
    }

    private static boolean served(long timestamp, short version) {
        if (timestamp >= 0) {
            return true;
        }
        return timestamp >= -MARK_SINCE_VERSION.length && version >= MARK_SINCE_VERSION[(int) (-timestamp - 1)];
    }

    private static ListOffsetsPartitionResponse refused(ListOffsetsPartition partition, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(partition.partitionIndex())
                .setErrorCode(error.code())
                .setOffset(NONE)
                .setTimestamp(NONE);
    }

    private static Set<TopicPartition> namedTwice(ListOffsetsRequestData request) {
        Set<TopicPartition> seen = new HashSet<>();
        Set<TopicPartition> twice = new HashSet<>();
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
                if (!seen.add(name)) {
                    twice.add(name);
                }
            }
        }
        return twice;
    }
}
