// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.AliveNodes;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.Origins;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.utils.Utils;

/**
 * FindCoordinator: which node leads the partition of {@code __consumer_offsets} that a group is in. Whoever asks first has that topic created, and is told
 * to ask again. There are no coordinators of transactions and of share groups' state.
 */
final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequestData> {
    /** What was found: a node, or why there is none. */
    private record Found(Errors error, Node node) {
        static Found none(Errors error) {
            return new Found(error, Node.noNode());
        }
    }

    private final ClusterView cluster;
    private final OffsetsTopic topic;

    FindCoordinatorHandler(ClusterView cluster, OffsetsTopic topic) {
        this.cluster = cluster;
        this.topic = topic;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public FindCoordinatorRequestData read(BoundedReadable body, short version) {
        return new FindCoordinatorRequestData(body, version);
    }

    @Override
    public void handle(FindCoordinatorRequestData request, Exchange exchange) {
        if (exchange.header().version() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
            Found found = find(request.keyType(), request.key(), exchange);
            exchange.respond(FindCoordinatorResponse.prepareOldResponse(found.error(), found.node())
                    .data());
            return;
        }
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        for (String key : request.coordinatorKeys()) {
            Found found = find(request.keyType(), key, exchange);
            response.coordinators()
                    .add(new FindCoordinatorResponseData.Coordinator()
                            .setKey(key)
                            .setErrorCode(found.error().code())
                            .setErrorMessage(
                                    isKnown(request.keyType())
                                            ? ""
                                            : found.error().message())
                            .setNodeId(found.node().id())
                            .setHost(found.node().host())
                            .setPort(found.node().port()));
        }
        exchange.respond(response);
    }

    /** Of what cannot be looked for Kafka tells the error in words too; of what it has looked for it tells the code alone. */
    private static boolean isKnown(byte type) {
        return type == CoordinatorType.GROUP.id()
                || type == CoordinatorType.TRANSACTION.id()
                || type == CoordinatorType.SHARE.id();
    }

    private Found find(byte type, String key, Exchange exchange) {
        if (type == CoordinatorType.GROUP.id()) {
            return findGroup(key, exchange);
        }
        if (type == CoordinatorType.TRANSACTION.id()) {
            return Found.none(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        // of shares: as a broker without the feature answers
        return Found.none(Errors.INVALID_REQUEST);
    }

    private Found findGroup(String group, Exchange exchange) {
        MetadataImage image = cluster.image();
        TopicImage offsets = image.topic(Topic.GROUP_METADATA_TOPIC_NAME);
        if (offsets == null) {
            topic.create(Origins.of(exchange));
            return Found.none(Errors.COORDINATOR_NOT_AVAILABLE);
        }
        // as the coordinator itself computes it (GroupCoordinatorService.partitionFor)
        PartitionImage partition = offsets.partition(Utils.abs(group.hashCode()) % offsets.partitionCount());
        ListenerEndpoint endpoint = partition.hasLeader() ? AliveNodes.endpoint(image, partition.leader()) : null;
        return endpoint == null
                ? Found.none(Errors.COORDINATOR_NOT_AVAILABLE)
                : new Found(Errors.NONE, new Node(partition.leader(), endpoint.host(), endpoint.port()));
    }
}
