// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * ListPartitionReassignments: the reassignments that are under way, from this node's own image (KIP-455). What is asked for and is
 * not being reassigned, or does not exist, is left out.
 */
final class ListPartitionReassignmentsHandler implements RequestHandler<ListPartitionReassignmentsRequestData> {
    private final ClusterView cluster;

    ListPartitionReassignmentsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public ListPartitionReassignmentsRequestData read(BoundedReadable body, short version) {
        return new ListPartitionReassignmentsRequestData(body, version);
    }

    @Override
    public void handle(ListPartitionReassignmentsRequestData request, Exchange exchange) {
        Map<String, OngoingTopicReassignment> topics = new TreeMap<>();
        MetadataImage image = cluster.image();
        if (request.topics() == null) {
            image.visit(PartitionIndex.Group.REASSIGNING, PartitionImage.NO_LEADER, (topic, partition, state) -> {
                add(topics, topic, partition, state);
                return true;
            });
        } else {
            for (ListPartitionReassignmentsTopics asked : request.topics()) {
                TopicImage topic = image.topic(asked.name());
                for (int partition : asked.partitionIndexes()) {
                    PartitionImage state = topic == null ? null : image.partition(topic.id(), partition);
                    if (state != null && state.reassigning()) {
                        add(topics, topic, partition, state);
                    }
                }
            }
        }
        ListPartitionReassignmentsResponseData response =
                new ListPartitionReassignmentsResponseData().setErrorMessage(null);
        response.topics().addAll(topics.values());
        exchange.respond(response);
    }

    private static void add(
            Map<String, OngoingTopicReassignment> topics, TopicImage topic, int partition, PartitionImage state) {
        topics.computeIfAbsent(topic.name(), name -> new OngoingTopicReassignment().setName(name))
                .partitions()
                .add(new OngoingPartitionReassignment()
                        .setPartitionIndex(partition)
                        .setReplicas(AliveNodes.list(state.replicas()))
                        .setAddingReplicas(AliveNodes.list(state.adding()))
                        .setRemovingReplicas(AliveNodes.list(state.removing())));
    }
}
