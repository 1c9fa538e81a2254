// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.Features;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.Later;
import io.shiplog.server.api.Origins;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;

/** StreamsGroupHeartbeat (KIP-1071): the coordinator says which topics the application still lacks, and they are created. */
final class StreamsGroupHeartbeatHandler implements RequestHandler<StreamsGroupHeartbeatRequestData> {
    private final GroupCoordinators coordinators;
    private final ClusterView cluster;
    private final OffsetsTopic topics;

    StreamsGroupHeartbeatHandler(GroupCoordinators coordinators, ClusterView cluster, OffsetsTopic topics) {
        this.coordinators = coordinators;
        this.cluster = cluster;
        this.topics = topics;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.STREAMS_GROUP_HEARTBEAT;
    }

    @Override
    public StreamsGroupHeartbeatRequestData read(BoundedReadable body, short version) {
        return new StreamsGroupHeartbeatRequestData(body, version);
    }

    @Override
    public void handle(StreamsGroupHeartbeatRequestData request, Exchange exchange) {
        if (cluster.image().registry().featureLevel(Features.STREAMS_VERSION) == 0) {
            exchange.respond(refusal(Errors.UNSUPPORTED_VERSION, Errors.UNSUPPORTED_VERSION.message()));
            return;
        }
        GroupCoordinator coordinator = coordinators.coordinator();
        if (coordinator == null) {
            exchange.respond(refusal(Errors.NOT_COORDINATOR, Errors.NOT_COORDINATOR.message()));
            return;
        }
        String fault = request.topology() == null ? null : fault(request.topology());
        if (fault != null) {
            exchange.respond(refusal(Errors.STREAMS_INVALID_TOPOLOGY, fault));
            return;
        }
        RequestContext context = RequestContext.of(exchange);
        String made = request.memberEpoch() == GroupHandlers.JOINING ? request.groupId() : null;
        var heartbeat = coordinators.ask(made, () -> coordinator.streamsGroupHeartbeat(context, request));
        Later.on(heartbeat, exchange, (result, failure) -> {
            if (failure != null) {
                Errors error = GroupHandler.error(failure);
                exchange.respond(refusal(error, error.message()));
                return;
            }
            if (!result.creatableTopics().isEmpty()) {
                create(result, exchange);
            }
            exchange.respond(result.data());
        });
    }

    /** What could not be created before is told with the status that says what is missing. */
    private void create(StreamsGroupHeartbeatResult result, Exchange exchange) {
        long rememberMs = 2L * result.data().heartbeatIntervalMs();
        topics.create(result.creatableTopics().values(), Origins.of(exchange), rememberMs);
        String failures = topics.failures().describe(result.creatableTopics().keySet());
        if (failures.isEmpty() || result.data().status() == null) {
            return;
        }
        for (StreamsGroupHeartbeatResponseData.Status status : result.data().status()) {
            if (status.statusCode() == StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code()) {
                status.setStatusDetail(status.statusDetail() + "; " + failures);
                return;
            }
        }
    }

    private static StreamsGroupHeartbeatResponseData refusal(Errors error, String message) {
        return new StreamsGroupHeartbeatResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    /** What keeps the topics of an application from being anybody's topics; null for nothing. The texts are Kafka's. */
    private static String fault(Topology topology) {
        Set<String> named = topicsOf(topology);
        List<String> internal = those(named, Topic::isInternal);
        if (!internal.isEmpty()) {
            return "Use of Kafka internal topics " + String.join(",", internal)
                    + " in a Kafka Streams topology is prohibited.";
        }
        List<String> invalid = those(named, name -> !Topic.isValid(name));
        return invalid.isEmpty() ? null : "Topic names " + String.join(",", invalid) + " are not valid topic names.";
    }

    private static List<String> those(Set<String> names, Predicate<String> which) {
        List<String> those = new ArrayList<>();
        for (String name : names) {
            if (which.test(name)) {
                those.add(name);
            }
        }
        return those;
    }

    private static Set<String> topicsOf(Topology topology) {
        Set<String> names = new LinkedHashSet<>();
        for (Subtopology part : topology.subtopologies()) {
            names.addAll(part.sourceTopics());
            names.addAll(part.repartitionSinkTopics());
            for (TopicInfo topic : part.repartitionSourceTopics()) {
                names.add(topic.name());
            }
            for (TopicInfo topic : part.stateChangelogTopics()) {
                names.add(topic.name());
            }
        }
        return names;
    }
}
