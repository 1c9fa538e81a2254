// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.Later;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * OffsetCommit. The coordinator accepts whatever topic it is given and wants both its name and its id; what does not exist is refused here, partition by
 * partition. From version 10 on requests name topics by id only.
 */
final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequestData> {
    private final GroupCoordinators coordinators;
    private final ClusterView cluster;

    OffsetCommitHandler(GroupCoordinators coordinators, ClusterView cluster) {
        this.coordinators = coordinators;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public OffsetCommitRequestData read(BoundedReadable body, short version) {
        return new OffsetCommitRequestData(body, version);
    }

    @Override
    public void handle(OffsetCommitRequestData request, Exchange exchange) {
        GroupCoordinator coordinator = coordinators.committer();
        if (coordinator == null) {
            exchange.respond(OffsetCommitRequest.getErrorResponse(request, Errors.NOT_COORDINATOR));
            return;
        }
        boolean byId = OffsetCommitResponse.useTopicIds(exchange.header().version());
        OffsetCommitResponse.Builder response = OffsetCommitResponse.newBuilder(byId);
        OffsetCommitRequestData known = new OffsetCommitRequestData()
                .setGroupId(request.groupId())
                .setMemberId(request.memberId())
                .setGenerationIdOrMemberEpoch(request.generationIdOrMemberEpoch())
                .setRetentionTimeMs(request.retentionTimeMs())
                .setGroupInstanceId(request.groupInstanceId());
        MetadataImage image = cluster.image();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            TopicImage found = byId ? image.topic(topic.topicId()) : image.topic(topic.name());
            addKnown(known, topic, found, byId, response);
        }
        if (known.topics().isEmpty()) {
            exchange.respond(response.build().data());
            return;
        }
        RequestContext context = RequestContext.of(exchange);
        // a consumer that is no member of anything may make a group by committing
        String made = request.generationIdOrMemberEpoch() < 0 ? request.groupId() : null;
        var committed =
                coordinators.ask(made, () -> coordinator.commitOffsets(context, known, BufferSupplier.NO_CACHING));
        Later.on(committed, exchange, (answer, failure) -> {
            exchange.respond(
                    failure == null
                            ? response.merge(answer).build().data()
                            : OffsetCommitRequest.getErrorResponse(request, GroupHandler.error(failure)));
        });
    }

    private static void addKnown(
            OffsetCommitRequestData known,
            OffsetCommitRequestTopic topic,
            TopicImage found,
            boolean byId,
            OffsetCommitResponse.Builder response) {
        if (found == null) {
            Errors error = byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            Uuid id = byId ? topic.topicId() : Uuid.ZERO_UUID;
            response.addPartitions(
                    id, topic.name(), topic.partitions(), OffsetCommitRequestPartition::partitionIndex, error);
            return;
        }
        OffsetCommitRequestTopic complete =
                new OffsetCommitRequestTopic().setTopicId(found.id()).setName(found.name());
        for (OffsetCommitRequestPartition partition : topic.partitions()) {
            if (found.partition(partition.partitionIndex()) != null) {
                complete.partitions().add(partition);
            } else {
                response.addPartition(
                        found.id(), found.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!complete.partitions().isEmpty()) {
            known.topics().add(complete);
        }
    }
}
