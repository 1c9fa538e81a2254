// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.storage.producer.ActiveProducer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeProducers: the idempotent producers that the leader of a partition remembers (KIP-664). */
final class DescribeProducersHandler implements RequestHandler<DescribeProducersRequestData> {
    private final ClusterView cluster;
    private final PartitionAccess partitions;

    DescribeProducersHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_PRODUCERS;
    }

    @Override
    public DescribeProducersRequestData read(BoundedReadable body, short version) {
        return new DescribeProducersRequestData(body, version);
    }

    @Override
    public void handle(DescribeProducersRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        DescribeProducersResponseData response = new DescribeProducersResponseData();
        Set<String> seen = new HashSet<>();
        for (TopicRequest topic : request.topics()) {
            List<PartitionResponse> answers =
                    new ArrayList<>(topic.partitionIndexes().size());
            TopicImage topicImage = image.topic(topic.name());
            for (int partition : topic.partitionIndexes()) {
                answers.add(describe(topicImage, partition, seen.add(topic.name() + '/' + partition)));
            }
            response.topics().add(new TopicResponse().setName(topic.name()).setPartitions(answers));
        }
        exchange.respond(response);
    }

    /** A partition that is named again is refused: a short request may not ask for a long answer many times. */
    private PartitionResponse describe(TopicImage topic, int partition, boolean first) {
        PartitionResponse answer = new PartitionResponse().setPartitionIndex(partition);
        if (topic == null) {
            return refused(answer, Errors.UNKNOWN_TOPIC_OR_PARTITION)
                    .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        }
        if (topic.partition(partition) == null) {
            return refused(answer, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (!first) {
            return refused(answer, Errors.INVALID_REQUEST);
        }
        ActiveProducers found = partitions.activeProducers(topic.id(), partition);
        if (found.error() != Errors.NONE) {
            return refused(answer, found.error());
        }
        for (ActiveProducer each : found.producers()) {
            answer.activeProducers()
                    .add(new ProducerState()
                            .setProducerId(each.producerId())
                            .setProducerEpoch(each.epoch())
                            .setLastSequence(each.lastSequence())
                            .setLastTimestamp(each.lastTimestampMs())
                            .setCoordinatorEpoch(each.coordinatorEpoch())
                            .setCurrentTxnStartOffset(each.transactionFirstOffset()));
        }
        return answer;
    }

    private static PartitionResponse refused(PartitionResponse answer, Errors error) {
        return answer.setErrorCode(error.code());
    }
}
