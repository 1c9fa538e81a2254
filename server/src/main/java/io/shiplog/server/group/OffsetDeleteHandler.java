// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.Later;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteResponse;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/** OffsetDelete; partitions that do not exist are refused here, as in Kafka, and the others go to the coordinator. */
final class OffsetDeleteHandler implements RequestHandler<OffsetDeleteRequestData> {
    private final GroupCoordinators coordinators;
    private final ClusterView cluster;

    OffsetDeleteHandler(GroupCoordinators coordinators, ClusterView cluster) {
        this.coordinators = coordinators;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public OffsetDeleteRequestData read(BoundedReadable body, short version) {
        return new OffsetDeleteRequestData(body, version);
    }

    @Override
    public void handle(OffsetDeleteRequestData request, Exchange exchange) {
        GroupCoordinator coordinator = coordinators.coordinator();
        if (coordinator == null) {
            exchange.respond(refusal(Errors.NOT_COORDINATOR));
            return;
        }
        OffsetDeleteResponse.Builder response = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestData known = new OffsetDeleteRequestData().setGroupId(request.groupId());
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            addKnown(known, topic, response);
        }
        RequestContext context = RequestContext.of(exchange);
        var deleted = GroupHandler.asked(() -> coordinator.deleteOffsets(context, known, BufferSupplier.NO_CACHING));
        Later.on(deleted, exchange, (answer, failure) -> {
            exchange.respond(
                    failure == null ? response.merge(answer).build().data() : refusal(GroupHandler.error(failure)));
        });
    }

    private static OffsetDeleteResponseData refusal(Errors error) {
        return new OffsetDeleteResponseData().setErrorCode(error.code());
    }

    private void addKnown(
            OffsetDeleteRequestData known, OffsetDeleteRequestTopic topic, OffsetDeleteResponse.Builder response) {
        TopicImage image = cluster.image().topic(topic.name());
        OffsetDeleteRequestTopic complete = new OffsetDeleteRequestTopic().setName(topic.name());
        for (OffsetDeleteRequestPartition partition : topic.partitions()) {
            if (image != null && image.partition(partition.partitionIndex()) != null) {
                complete.partitions().add(partition);
            } else {
                response.addPartition(topic.name(), partition.partitionIndex(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
            }
        }
        if (!complete.partitions().isEmpty()) {
            known.topics().add(complete);
        }
    }
}
