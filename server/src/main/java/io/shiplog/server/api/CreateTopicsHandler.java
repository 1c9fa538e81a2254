// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * CreateTopics: passes the topics on to the controller, which decides each for itself. What contradicts itself already here is
 * refused here.
 */
final class CreateTopicsHandler implements RequestHandler<CreateTopicsRequestData> {
    private static final int UNSET = -1;

    /** Why a topic cannot be asked for. */
    private record Fault(Errors error, String message) {
        static Fault ofRequest(String message) {
            return new Fault(Errors.INVALID_REQUEST, message);
        }
    }

    private final ClusterView cluster;
    private final AdminPort admin;
    private final ConfigDescriptions configs;

    CreateTopicsHandler(ClusterView cluster, AdminPort admin, ConfigDescriptions configs) {
        this.cluster = cluster;
        this.admin = admin;
        this.configs = configs;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public CreateTopicsRequestData read(BoundedReadable body, short version) {
        return new CreateTopicsRequestData(body, version);
    }

    @Override
    public void handle(CreateTopicsRequestData request, Exchange exchange) {
        CreateTopicsResponseData response = new CreateTopicsResponseData();
        List<NewTopicSpec> asked = new ArrayList<>();
        Set<String> twice = namedTwice(request);
        Set<String> refused = new HashSet<>();
        for (CreatableTopic topic : request.topics()) {
            Fault fault = twice.contains(topic.name()) ? Fault.ofRequest("Duplicate topic name.") : fault(topic);
            if (fault == null) {
                asked.add(spec(topic));
            } else if (refused.add(topic.name())) {
                response.topics().add(refusal(topic.name(), fault.error(), fault.message()));
            }
        }
        if (asked.isEmpty()) {
            exchange.respond(response);
            return;
        }
        var created = admin.createTopics(asked, request.validateOnly(), Origins.of(exchange), request.timeoutMs());
        Later.on(created, exchange, (outcomes, failure) -> {
            addOutcomes(response, asked, outcomes, failure);
            exchange.respond(response);
        });
    }

    private void addOutcomes(
            CreateTopicsResponseData response,
            List<NewTopicSpec> asked,
            List<TopicOutcome> outcomes,
            Throwable failure) {
        if (failure != null) {
            AdminFailure told = AdminFailure.of(failure);
            for (NewTopicSpec topic : asked) {
                response.topics().add(refusal(topic.name(), told.error(), told.message()));
            }
            return;
        }
        for (int i = 0; i < outcomes.size(); i++) {
            TopicOutcome outcome = outcomes.get(i);
            if (outcome.error() == Errors.NONE) {
                response.topics()
                        .add(new CreatableTopicResult()
                                .setName(outcome.name())
                                .setErrorMessage(null)
                                .setTopicId(outcome.topicId())
                                .setNumPartitions(outcome.partitions())
                                .setReplicationFactor((short) outcome.replicationFactor())
                                .setConfigs(configs.ofCreatedTopic(
                                        cluster, asked.get(i).configs(), outcome.replicationFactor())));
            } else {
                response.topics().add(refusal(outcome.name(), outcome.error(), outcome.message()));
            }
        }
    }

    private static CreatableTopicResult refusal(String topic, Errors error, String message) {
        return new CreatableTopicResult()
                .setName(topic)
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }

    /** What makes a topic's request contradict itself; null when nothing does. */
    private static Fault fault(CreatableTopic topic) {
        if (!topic.assignments().isEmpty()) {
            if (topic.replicationFactor() != UNSET) {
                return Fault.ofRequest(
                        "A manual partition assignment was specified, but replication factor was not set to -1.");
            }
            if (topic.numPartitions() != UNSET) {
                return Fault.ofRequest(
                        "A manual partition assignment was specified, but numPartitions was not set to -1.");
            }
        }
        Set<Integer> assigned = new HashSet<>();
        for (CreatableReplicaAssignment assignment : topic.assignments()) {
            if (!assigned.add(assignment.partitionIndex())) {
                return Fault.ofRequest(
                        "Found multiple manual partition assignments for partition " + assignment.partitionIndex());
            }
        }
        for (CreatableTopicConfig config : topic.configs()) {
            if (config.value() == null) {
                return new Fault(Errors.INVALID_CONFIG, "The setting " + config.name() + " has no value.");
            }
        }
        return null;
    }

    private static NewTopicSpec spec(CreatableTopic topic) {
        Map<Integer, List<Integer>> assignments = new TreeMap<>();
        for (CreatableReplicaAssignment assignment : topic.assignments()) {
            assignments.put(assignment.partitionIndex(), List.copyOf(assignment.brokerIds()));
        }
        Map<String, String> overrides = new LinkedHashMap<>();
        for (CreatableTopicConfig config : topic.configs()) {
            overrides.put(config.name(), config.value());
        }
        return new NewTopicSpec(topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, overrides);
    }

    private static Set<String> namedTwice(CreateTopicsRequestData request) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (CreatableTopic topic : request.topics()) {
            if (!seen.add(topic.name())) {
                twice.add(topic.name());
            }
        }
        return twice;
    }
}
