// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeTopicPartitions: topics with their eligible leader replicas, in pages (KIP-966). Topics go by name, in order; a page
 * that is full ends with a cursor to where the next one begins.
 */
final class DescribeTopicPartitionsHandler implements RequestHandler<DescribeTopicPartitionsRequestData> {
    /** Kafka's default of {@code max.request.partition.size.limit}. */
    private static final int MAX_PARTITIONS = 2_000;

    private final ClusterView cluster;

    DescribeTopicPartitionsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public DescribeTopicPartitionsRequestData read(BoundedReadable body, short version) {
        return new DescribeTopicPartitionsRequestData(body, version);
    }

    @Override
    public void handle(DescribeTopicPartitionsRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        boolean all = request.topics().isEmpty();
        String from = request.cursor() == null ? "" : request.cursor().topicName();
        SortedSet<String> names = new TreeSet<>();
        if (all) {
            for (TopicImage topic : image.topics()) {
                names.add(topic.name());
            }
        } else {
            for (TopicRequest topic : request.topics()) {
                names.add(topic.name());
            }
        }
        boolean atAnother = !all && request.cursor() != null && !names.contains(from);
        if (atAnother || (request.cursor() != null && request.cursor().partitionIndex() < 0)) {
            exchange.respond(refusal(all ? Collections.emptySortedSet() : names));
            return;
        }
        names = names.tailSet(from);
        int limit = Math.max(1, Math.min(MAX_PARTITIONS, request.responsePartitionLimit()));
        int first = request.cursor() == null ? 0 : request.cursor().partitionIndex();
        exchange.respond(page(image, names, from, first, limit, all));
    }

    /** A cursor at a topic that is not asked for, or at no partition: the response has room for that at the topics only. */
    private static DescribeTopicPartitionsResponseData refusal(SortedSet<String> names) {
        DescribeTopicPartitionsResponseData refusal = new DescribeTopicPartitionsResponseData();
        for (String name : names) {
            refusal.topics()
                    .add(new DescribeTopicPartitionsResponseTopic()
                            .setErrorCode(Errors.INVALID_REQUEST.code())
                            .setName(name));
        }
        return refusal;
    }

    private static DescribeTopicPartitionsResponseData page(
            MetadataImage image, SortedSet<String> names, String from, int first, int limit, boolean all) {
        DescribeTopicPartitionsResponseData page = new DescribeTopicPartitionsResponseData();
        int left = limit;
        for (String name : names) {
            int start = name.equals(from) ? first : 0;
            TopicImage topic = image.topic(name);
            if (left == 0) {
                page.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(0));
                break;
            }
            if (topic == null) {
                if (!all) {
                    page.topics().add(unknown(name));
                }
                continue;
            }
            int end = (int) Math.min(topic.partitionCount(), (long) start + left);
            page.topics().add(known(image, topic, start, end));
            left -= Math.max(0, end - start);
            if (end < topic.partitionCount()) {
                page.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
                break;
            }
        }
        return page;
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name) {
        Errors error = TopicNames.errorForUnknown(name);
        return new DescribeTopicPartitionsResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicAuthorizedOperations(AuthorizedOperations.OF_TOPIC)
                .setIsInternal(Topic.isInternal(name));
    }

    private static DescribeTopicPartitionsResponseTopic known(
            MetadataImage image, TopicImage topic, int start, int end) {
        List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>(Math.max(0, end - start));
        for (int p = start; p < end; p++) {
            PartitionImage partition = topic.partition(p);
            boolean leaderAlive = AliveNodes.isAlive(image, partition.leader());
            partitions.add(new DescribeTopicPartitionsResponsePartition()
                    .setPartitionIndex(p)
                    .setLeaderId(leaderAlive ? partition.leader() : PartitionImage.NO_LEADER)
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(AliveNodes.list(partition.replicas()))
                    .setIsrNodes(AliveNodes.list(partition.isr()))
                    .setEligibleLeaderReplicas(AliveNodes.list(partition.elr()))
                    .setLastKnownElr(AliveNodes.list(partition.lastKnownElr()))
                    .setOfflineReplicas(AliveNodes.offlineReplicas(image, partition)));
        }
        return new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(Topic.isInternal(topic.name()))
                .setTopicAuthorizedOperations(AuthorizedOperations.OF_TOPIC)
                .setPartitions(partitions);
    }
}
