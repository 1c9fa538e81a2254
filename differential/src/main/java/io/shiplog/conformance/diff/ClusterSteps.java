// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.protocol.ApiKeys;

/** The cluster itself: what it serves, who is in it, what it is called. */
final class ClusterSteps {
    private static final byte ANY = 1;
    private static final byte UPGRADE = 1;

    private ClusterSteps() {}

    static void addTo(Script script) {
        script.ask(ApiKeys.API_VERSIONS, "the table", (cluster, v) -> software("differential", "1"));
        script.ask(ApiKeys.API_VERSIONS, "a client without a name", (cluster, v) -> software("", ""));
        script.ask(ApiKeys.API_VERSIONS, "a name that cannot be", (cluster, v) -> software("a b!", "1"));
        script.ask(ApiKeys.DESCRIBE_CLUSTER, "brokers", (cluster, v) -> new DescribeClusterRequestData());
        script.ask(
                ApiKeys.DESCRIBE_CLUSTER,
                "with operations",
                (cluster, v) -> new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        script.ask(
                ApiKeys.DESCRIBE_CLUSTER,
                "controllers, of a broker",
                (cluster, v) -> new DescribeClusterRequestData().setEndpointType((byte) 2));
        script.ask(
                ApiKeys.DESCRIBE_CLUSTER,
                "endpoints that do not exist",
                (cluster, v) -> new DescribeClusterRequestData().setEndpointType((byte) 7));
        script.ask(
                ApiKeys.DESCRIBE_CLUSTER,
                "with fenced ones",
                (cluster, v) -> new DescribeClusterRequestData().setIncludeFencedBrokers(true));
        quorum(script, "the metadata partition", "__cluster_metadata", 0);
        quorum(script, "another topic", TopicSteps.TOPIC, 0);
        quorum(script, "another partition", "__cluster_metadata", 1);
        feature(script, "an unknown one", "no.such.feature", 1, UPGRADE);
        feature(script, "a level that nobody has", "group.version", 99, UPGRADE);
        feature(script, "a level that is reached", "group.version", 1, UPGRADE);
        feature(script, "a negative level", "group.version", -1, UPGRADE);
        feature(script, "a kind of change that does not exist", "group.version", 1, (byte) 9);
        feature(script, "without a name", "", 1, UPGRADE);
        script.ask(
                ApiKeys.UNREGISTER_BROKER,
                "an unknown node",
                (cluster, v) -> new UnregisterBrokerRequestData().setBrokerId(99));
        script.ask(
                ApiKeys.UNREGISTER_BROKER,
                "a negative node",
                (cluster, v) -> new UnregisterBrokerRequestData().setBrokerId(-1));
        script.ask(
                ApiKeys.DESCRIBE_ACLS,
                "all",
                (cluster, v) -> new DescribeAclsRequestData()
                        .setResourceTypeFilter(ANY)
                        .setPatternTypeFilter(ANY)
                        .setOperation(ANY)
                        .setPermissionType(ANY));
    }

    private static ApiVersionsRequestData software(String name, String version) {
        return new ApiVersionsRequestData().setClientSoftwareName(name).setClientSoftwareVersion(version);
    }

    private static void quorum(Script script, String name, String topic, int partition) {
        script.ask(
                ApiKeys.DESCRIBE_QUORUM,
                name,
                (cluster, v) -> new DescribeQuorumRequestData()
                        .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                .setTopicName(topic)
                                .setPartitions(List.of(
                                        new DescribeQuorumRequestData.PartitionData().setPartitionIndex(partition))))));
    }

    private static void feature(Script script, String name, String feature, int level, byte upgrade) {
        script.ask(ApiKeys.UPDATE_FEATURES, name, (cluster, v) -> {
            var request = new UpdateFeaturesRequestData()
                    .setTimeoutMs(TopicSteps.TIMEOUT_MS)
                    .setValidateOnly(v > 0);
            request.featureUpdates()
                    .add(new FeatureUpdateKey()
                            .setFeature(feature)
                            .setMaxVersionLevel((short) level)
                            .setUpgradeType(v > 0 ? upgrade : UPGRADE));
            return request;
        });
    }
}
