// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/**
 * DescribeConfigs of topics, of groups, of this node, and of what is set for all nodes. Of another node this one does not know the file, so
 * it is asked itself, as clients do.
 */
final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequestData> {
    /** All settings of something are many times the bytes of its name: nine kilobytes that name a node a thousand times would fill a node's memory. */
    static final int MAX_RESOURCES = 20_000;

    private static final String TOO_MUCH =
            "A request may name each resource once, and at most " + MAX_RESOURCES + " of them.";

    private final ClusterView cluster;
    private final ConfigDescriptions configs;
    private final NodeLoggers loggers;

    DescribeConfigsHandler(ClusterView cluster, ConfigDescriptions configs, NodeLoggers loggers) {
        this.cluster = cluster;
        this.configs = configs;
        this.loggers = loggers;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public DescribeConfigsRequestData read(BoundedReadable body, short version) {
        return new DescribeConfigsRequestData(body, version);
    }

    @Override
    public void handle(DescribeConfigsRequestData request, Exchange exchange) {
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        Set<String> seen = new HashSet<>();
        for (DescribeConfigsResource resource : request.resources()) {
            boolean served =
                    seen.size() < MAX_RESOURCES && seen.add(resource.resourceType() + " " + resource.resourceName());
            DescribeConfigsResult result = (served ? describe(resource) : refusal(Errors.INVALID_REQUEST, TOO_MUCH))
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            trim(result, resource.configurationKeys(), request);
            response.results().add(result);
        }
        exchange.respond(response);
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource) {
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC -> describeTopic(resource.resourceName());
            case BROKER -> describeNode(resource.resourceName());
            case GROUP -> describeGroup(resource.resourceName());
            case BROKER_LOGGER -> describeLoggers(resource.resourceName());
            default ->
                refusal(
                        Errors.INVALID_REQUEST,
                        "Only topics, brokers, their loggers and groups have settings here, not resource type "
                                + resource.resourceType());
        };
    }

    private DescribeConfigsResult describeTopic(String name) {
        MetadataImage image = cluster.image();
        TopicImage topic = image.topic(name);
        if (topic == null) {
            String fault = TopicNames.fault(name);
            return fault == null
                    ? new DescribeConfigsResult().setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                    : refusal(Errors.INVALID_TOPIC_EXCEPTION, fault);
        }
        int replicationFactor = topic.partition(0).replicationFactor();
        return new DescribeConfigsResult()
                .setConfigs(configs.ofTopic(cluster, image.topicConfigs(topic.id()), replicationFactor));
    }

    private DescribeConfigsResult describeNode(String name) {
        if (name.isEmpty()) {
            return new DescribeConfigsResult().setConfigs(ConfigDescriptions.ofAllNodes(cluster.image()));
        }
        if (name.equals(Integer.toString(cluster.nodeId()))) {
            return new DescribeConfigsResult().setConfigs(configs.ofNode(cluster));
        }
        return refusal(
                Errors.INVALID_REQUEST,
                "Unexpected broker id, expected " + cluster.nodeId() + " or empty string, but received " + name);
    }

    /** Whether there is such a group does not matter, as in Kafka: it may come. */
    private DescribeConfigsResult describeGroup(String name) {
        return name.isEmpty()
                ? refusal(Errors.INVALID_REQUEST, "Group name must not be empty")
                : new DescribeConfigsResult().setConfigs(configs.ofGroup(cluster.image(), name));
    }

    /** Their settings are their levels. */
    private DescribeConfigsResult describeLoggers(String node) {
        if (!node.equals(Integer.toString(cluster.nodeId()))) {
            return refusal(
                    Errors.INVALID_REQUEST,
                    "Unexpected broker id, expected " + cluster.nodeId() + " but received " + node);
        }
        DescribeConfigsResult result = new DescribeConfigsResult();
        loggers.levels()
                .forEach((logger, level) -> result.configs()
                        .add(new DescribeConfigsResourceResult()
                                .setName(logger)
                                .setValue(level)
                                .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())));
        return result;
    }

    private static DescribeConfigsResult refusal(Errors error, String message) {
        return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(message);
    }

    /** Leaves out what was not asked for. */
    private static void trim(
            DescribeConfigsResult result, List<String> wantedKeys, DescribeConfigsRequestData request) {
        if (wantedKeys != null && !wantedKeys.isEmpty()) {
            Set<String> wanted = new HashSet<>(wantedKeys);
            result.configs().removeIf(config -> !wanted.contains(config.name()));
        }
        for (DescribeConfigsResourceResult config : result.configs()) {
            if (!request.includeSynonyms()) {
                config.setSynonyms(List.of());
            }
            if (!request.includeDocumentation()) {
                config.setDocumentation(null);
            }
        }
    }
}
