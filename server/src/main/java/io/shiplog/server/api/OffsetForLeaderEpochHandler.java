// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** OffsetForLeaderEpoch: where an epoch ends in the leader's log, by which consumers notice truncation (KIP-320). */
final class OffsetForLeaderEpochHandler implements RequestHandler<OffsetForLeaderEpochRequestData> {
    private final ClusterView cluster;
    private final PartitionAccess partitions;

    OffsetForLeaderEpochHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public OffsetForLeaderEpochRequestData read(BoundedReadable body, short version) {
        return new OffsetForLeaderEpochRequestData(body, version);
    }

    @Override
    public void handle(OffsetForLeaderEpochRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : request.topics()) {
            List<EpochEndOffset> answers = new ArrayList<>(topic.partitions().size());
            TopicImage topicImage = image.topic(topic.topic());
            for (OffsetForLeaderPartition partition : topic.partitions()) {
                answers.add(look(topicImage, partition));
            }
            response.topics()
                    .add(new OffsetForLeaderTopicResult()
                            .setTopic(topic.topic())
                            .setPartitions(answers));
        }
        exchange.respond(response);
    }

    private EpochEndOffset look(TopicImage topic, OffsetForLeaderPartition partition) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(partition.partition());
        if (topic == null || topic.partition(partition.partition()) == null) {
            return answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
        EpochEnd end = partitions.endOfEpoch(
                topic.id(), partition.partition(), partition.currentLeaderEpoch(), partition.leaderEpoch());
        return answer.setErrorCode(end.error().code())
                .setLeaderEpoch(end.epoch())
                .setEndOffset(end.endOffset());
    }
}
