// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Takes out of an answer what no two clusters have in common: ids, ports, times and incarnations become words, as long as they are set at all.
 * Nothing else is changed, but for the order of arrays that Kafka fills from hash maps.
 */
final class Normalization {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern KAFKA_UUID = Pattern.compile("[A-Za-z0-9_-]{22}");

    /** Fields that differ from run to run, and what they become when they are neither negative, zero nor empty. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("port", "a port"),
            Map.entry("clusterId", "a cluster"),
            Map.entry("controllerId", "a node"),
            Map.entry("producerId", "a producer"),
            Map.entry("sessionId", "a session"),
            Map.entry("finalizedFeaturesEpoch", "an epoch"),
            Map.entry("brokerEpoch", "an epoch"),
            Map.entry("logDir", "a path"),
            Map.entry("totalBytes", "a size"),
            Map.entry("usableBytes", "a size"),
            Map.entry("replicaDirectoryId", "a directory"),
            Map.entry("logAppendTimeMs", "a time"),
            Map.entry("lastFetchTimestamp", "a time"),
            Map.entry("lastCaughtUpTimestamp", "a time"));

    /** Of one API only: which node coordinates or leads the quorum is chance. */
    private static final Map<String, String> WORDS_OF_API = Map.of(
            "FindCoordinator.nodeId", "a node",
            "DescribeQuorum.leaderId", "a node",
            "DescribeQuorum.leaderEpoch", "an epoch",
            "DescribeQuorum.highWatermark", "an offset",
            "DescribeQuorum.logEndOffset", "an offset");

    /** Filled from hash maps or sets by Kafka, or from the order in which nodes were heard of. */
    private static final Set<String> UNORDERED = Set.of(
            "Metadata.brokers",
            "Metadata.topics",
            "DescribeCluster.brokers",
            "ListGroups.groups",
            "DescribeConfigs.results",
            "DescribeConfigs.configs",
            "DescribeLogDirs.topics",
            "DescribeLogDirs.partitions",
            "AlterReplicaLogDirs.results",
            "AlterReplicaLogDirs.partitions",
            "ListConfigResources.configResources",
            "ApiVersions.apiKeys",
            "ApiVersions.supportedFeatures",
            "ApiVersions.finalizedFeatures",
            "AlterClientQuotas.entries",
            "AlterClientQuotas.entity",
            "DescribeClientQuotas.entries",
            "DescribeClientQuotas.entity",
            "DescribeClientQuotas.values",
            "DescribeQuorum.currentVoters",
            "DescribeQuorum.nodes",
            "ListOffsets.topics",
            "OffsetForLeaderEpoch.topics",
            "DeleteTopics.responses",
            "CreatePartitions.results",
            "DeleteRecords.topics",
            "DeleteRecords.partitions",
            "ElectLeaders.replicaElectionResults",
            "Produce.responses",
            "IncrementalAlterConfigs.responses",
            "AlterConfigs.responses",
            "AlterUserScramCredentials.results",
            "DescribeUserScramCredentials.results",
            "DescribeGroups.members",
            "ConsumerGroupDescribe.members");

    private final ApiKeys api;
    private final Map<String, String> topics = new HashMap<>();

    /**
     * @param topicIds of the cluster that answered
     */
    Normalization(ApiKeys api, Map<String, Uuid> topicIds) {
        this.api = api;
        topicIds.forEach((topic, id) -> topics.put(id.toString(), "the id of " + topic));
    }

    /** A copy with words in the place of what is of the run. */
    JsonNode of(JsonNode answer) {
        return of("", answer);
    }

    private JsonNode of(String field, JsonNode node) {
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(each -> copy.set(each.getKey(), of(each.getKey(), each.getValue())));
            return copy;
        }
        if (node.isArray()) {
            return array(field, node);
        }
        String word = WORDS_OF_API.getOrDefault(api.name + "." + field, WORDS.get(field));
        if (word != null) {
            return isSet(node) ? JsonNodeFactory.instance.textNode(word) : node;
        }
        return node.isTextual() ? JsonNodeFactory.instance.textNode(text(field, node.textValue())) : node;
    }

    private ArrayNode array(String field, JsonNode node) {
        List<JsonNode> elements = new ArrayList<>();
        node.forEach(each -> elements.add(of(field, each)));
        if (UNORDERED.contains(api.name + "." + field)) {
            elements.sort((one, other) -> Comparison.identity(one).compareTo(Comparison.identity(other)));
        }
        return JsonNodeFactory.instance.arrayNode().addAll(elements);
    }

    private static boolean isSet(JsonNode node) {
        return node.isNumber()
                ? node.longValue() > 0
                : node.isTextual()
                        && !node.textValue().isEmpty()
                        && !node.textValue().equals(Uuid.ZERO_UUID.toString());
    }

    private String text(String field, String value) {
        if (topics.containsKey(value)) {
            return topics.get(value);
        }
        boolean isId = field.equals("topicId") || field.equals("memberId") || field.equals("leader");
        if (isId && KAFKA_UUID.matcher(value).matches() && !value.equals(Uuid.ZERO_UUID.toString())) {
            return "an id";
        }
        return UUID.matcher(value).replaceAll("*");
    }
}
