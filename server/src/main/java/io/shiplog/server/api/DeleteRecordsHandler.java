// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords (KIP-107): moves the log start. A partition is answered when no replica that may be elected could bring the records
 * back, the request when all its partitions are.
 */
final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequestData> {
    private static final long NO_LOW_WATERMARK = -1;

    private final ClusterView cluster;
    private final PartitionAccess partitions;

    DeleteRecordsHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public DeleteRecordsRequestData read(BoundedReadable body, short version) {
        return new DeleteRecordsRequestData(body, version);
    }

    /** One partition that is asked for, and where its answer goes. */
    private record Asked(TopicImage topic, int partition, long offset, DeleteRecordsPartitionResult result) {}

    @Override
    public void handle(DeleteRecordsRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        List<Asked> asked = new ArrayList<>();
        offsets(request).forEach((name, partitions) -> {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(name);
            response.topics().add(result);
            Errors refusal = refusal(image, name);
            partitions.forEach((partition, offset) -> {
                DeleteRecordsPartitionResult answer = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(partition)
                        .setLowWatermark(NO_LOW_WATERMARK)
                        .setErrorCode(refusal.code());
                result.partitions().add(answer);
                if (refusal == Errors.NONE) {
                    asked.add(new Asked(image.topic(name), partition, offset, answer));
                }
            });
        });
        delete(asked, request.timeoutMs(), () -> exchange.respond(response));
    }

    /** Of a partition that is named twice the last offset counts, and it is answered once, as by Kafka. */
    private static Map<String, Map<Integer, Long>> offsets(DeleteRecordsRequestData request) {
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            for (DeleteRecordsPartition partition : topic.partitions()) {
                offsets.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>())
                        .put(partition.partitionIndex(), partition.offset());
            }
        }
        return offsets;
    }

    private void delete(List<Asked> asked, int timeoutMs, Runnable answer) {
        int[] open = {asked.size() + 1};
        Runnable oneMore = () -> {
            if (--open[0] == 0) {
                answer.run();
            }
        };
        for (Asked each : asked) {
            if (each.topic.partition(each.partition) == null) {
                each.result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                oneMore.run();
            } else {
                partitions.deleteRecords(
                        each.topic.id(), each.partition, each.offset, timeoutMs, (error, lowWatermark) -> {
                            each.result.setErrorCode(error.code()).setLowWatermark(lowWatermark);
                            oneMore.run();
                        });
            }
        }
        oneMore.run();
    }

    /** Kafka: records of a topic that is only compacted are deleted by tombstones. */
    private static Errors refusal(MetadataImage image, String name) {
        TopicImage topic = image.topic(name);
        if (topic == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (Topic.isInternal(name)) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        String policy =
                TopicConfigs.value(EffectiveTopicConfigs.agreed(image, topic.id()), 1, TopicConfigs.CLEANUP_POLICY);
        return Arrays.asList(policy.replace(" ", "").split(",")).contains("delete")
                ? Errors.NONE
                : Errors.POLICY_VIOLATION;
    }
}
