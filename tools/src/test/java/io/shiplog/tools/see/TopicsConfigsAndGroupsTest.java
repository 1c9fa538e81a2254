// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import static io.shiplog.tools.twin.ClusterTwin.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.tools.Shiplog;
import io.shiplog.tools.Shiplog.Said;
import io.shiplog.tools.twin.ClusterTwin;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that ask storage nodes over Kafka's protocol: what they show, and that a refusal leaves nothing half done. */
class TopicsConfigsAndGroupsTest {
    private static final byte SET_BY_TOPIC = 1;
    private static final byte DEFAULT = 5;

    /** Names of resources in changes that were no checks, in order. */
    private final List<String> changed = new CopyOnWriteArrayList<>();

    private ClusterTwin cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ClusterTwin(2).topic("orders", List.of(List.of(1, 2))).topic("audit", List.of(List.of(2, 1)));
        cluster.nodes()
                .forEach(node ->
                        node.on(ApiKeys.DESCRIBE_CONFIGS, request -> described((DescribeConfigsRequestData) request)));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Said run(String command) {
        return Shiplog.run(Stream.concat(
                        Arrays.stream(command.split(" ")),
                        Stream.of("--bootstrap", cluster.node(1).address()))
                .toArray(String[]::new));
    }

    // ---- settings

    /** Every topic keeps an hour, which somebody said; storage-2 declines. */
    private static DescribeConfigsResponseData described(DescribeConfigsRequestData request) {
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        request.resources().forEach(resource -> {
            var result = new DescribeConfigsResponseData.DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            if (resource.resourceName().equals("2")) {
                result.setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code()).setErrorMessage("cannot say");
            } else {
                result.configs().add(entry("retention.ms", "3600000", SET_BY_TOPIC));
                result.configs().add(entry("cleanup.policy", "delete", DEFAULT));
            }
            response.results().add(result);
        });
        return response;
    }

    private static DescribeConfigsResponseData.DescribeConfigsResourceResult entry(
            String key, String value, byte source) {
        return new DescribeConfigsResponseData.DescribeConfigsResourceResult()
                .setName(key)
                .setValue(value)
                .setConfigSource(source);
    }

    private void changes(String refused) {
        cluster.nodes()
                .forEach(node -> node.on(ApiKeys.INCREMENTAL_ALTER_CONFIGS, request -> {
                    var response = new IncrementalAlterConfigsResponseData();
                    var asked = (IncrementalAlterConfigsRequestData) request;
                    asked.resources().forEach(resource -> {
                        boolean no = resource.resourceName().equals(refused);
                        if (!asked.validateOnly() && !no) {
                            changed.add(resource.resourceName());
                        }
                        response.responses()
                                .add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                                        .setResourceType(resource.resourceType())
                                        .setResourceName(resource.resourceName())
                                        .setErrorCode((no ? Errors.INVALID_CONFIG : Errors.NONE).code())
                                        .setErrorMessage(no ? "x is no number" : null));
                    });
                    return response;
                }));
    }

    @Test
    void settingsThatSomebodySetAreShown() {
        assertThat(run("configs --topic orders --json").rows())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("resource", "topic orders")
                        .containsEntry("key", "retention.ms")
                        .containsEntry("source", "topic"));
        run("configs --topic orders --all").isFine("cleanup.policy");
        run("configs --topic orders cleanup.policy").isFine("delete");
    }

    @Test
    void settingThatThereIsNotIsRefused() {
        run("configs --topic orders retention.msec").isRefused(1, "has a setting retention.msec; --all shows");
    }

    @Test
    void nodeThatDoesNotTellKeepsNobodyElsesBack() {
        Said said = run("configs");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).contains("storage-1").contains("all nodes");
        assertThat(said.err().strip()).isEqualTo("shiplog: no settings of storage-2: cannot say");
    }

    @Test
    void settingsOfSeveralChangeTogetherOrNotAtAll() {
        changes("audit");
        run("configs set --topic orders --topic audit retention.ms=x")
                .isRefused(1, "topic audit: x is no number; nothing was changed");
        assertThat(changed).isEmpty();
        changes("");
        run("configs set --topic orders --topic audit retention.ms=3600000").isFine("topic orders", "topic audit");
        assertThat(changed).containsExactlyInAnyOrder("orders", "audit");
        run("configs unset --topic orders retention.ms").isFine("topic orders");
    }

    // ---- topics

    @Test
    void topicIsCreatedOrRefusedInTheClustersWords() {
        cluster.nodes()
                .forEach(node -> node.on(ApiKeys.CREATE_TOPICS, request -> {
                    var response = new CreateTopicsResponseData();
                    ((CreateTopicsRequestData) request).topics().forEach(topic -> {
                        boolean no = topic.replicationFactor() > 2;
                        response.topics()
                                .add(new CreateTopicsResponseData.CreatableTopicResult()
                                        .setName(topic.name())
                                        .setTopicId(new Uuid(5, 5))
                                        .setNumPartitions(topic.numPartitions())
                                        .setReplicationFactor(topic.replicationFactor())
                                        .setErrorCode((no ? Errors.INVALID_REPLICATION_FACTOR : Errors.NONE).code())
                                        .setErrorMessage(no ? "3 replicas take 3 nodes, and there are 2" : null));
                    });
                    return response;
                }));
        run("topics create more --partitions 4 --replicas 2").isFine("more", "4");
        run("topics create more --replicas 3").isRefused(1, "3 replicas take 3 nodes, and there are 2");
        run("topics create more --replicas many").isRefused(2, "'many' is not a short");
        run("topics create more --config retention.ms").isRefused(2, "KEY=VALUE");
    }

    @Test
    void deletingSaysWhichAreGone() {
        cluster.nodes()
                .forEach(node -> node.on(ApiKeys.DELETE_TOPICS, request -> {
                    var response = new DeleteTopicsResponseData();
                    ((DeleteTopicsRequestData) request)
                            .topics()
                            .forEach(topic -> response.responses()
                                    .add(new DeleteTopicsResponseData.DeletableTopicResult()
                                            .setName(topic.name())
                                            .setErrorCode((topic.name().equals("orders")
                                                            ? Errors.NONE
                                                            : Errors.UNKNOWN_TOPIC_OR_PARTITION)
                                                    .code())));
                    return response;
                }));
        Said said = run("topics delete orders nothing");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out())
                .containsPattern("nothing +there is no such topic")
                .containsPattern("orders +deleted");
    }

    // ---- groups

    private void groups(String... ids) {
        cluster.nodes().forEach(node -> {
            node.on(ApiKeys.FIND_COORDINATOR, request -> {
                var response = new FindCoordinatorResponseData();
                ((FindCoordinatorRequestData) request)
                        .coordinatorKeys()
                        .forEach(key -> response.coordinators()
                                .add(new FindCoordinatorResponseData.Coordinator()
                                        .setKey(key)
                                        .setNodeId(1)
                                        .setHost("127.0.0.1")
                                        .setPort(cluster.node(1).kafkaPort())));
                return response;
            });
            node.on(ApiKeys.OFFSET_FETCH, request -> offsets((OffsetFetchRequestData) request));
            node.on(ApiKeys.LIST_OFFSETS, request -> ends((ListOffsetsRequestData) request));
        });
        cluster.node(1).on(ApiKeys.LIST_GROUPS, request -> listed(ids));
        cluster.node(2).on(ApiKeys.LIST_GROUPS, request -> listed());
    }

    private static ListGroupsResponseData listed(String... ids) {
        ListGroupsResponseData response = new ListGroupsResponseData();
        for (String id : ids) {
            response.groups()
                    .add(new ListGroupsResponseData.ListedGroup()
                            .setGroupId(id)
                            .setProtocolType("consumer")
                            .setGroupType("classic")
                            .setGroupState("Empty"));
        }
        return response;
    }

    /** All have read everything; of group "sick" nobody knows. */
    private static OffsetFetchResponseData offsets(OffsetFetchRequestData request) {
        OffsetFetchResponseData response = new OffsetFetchResponseData();
        request.groups().forEach(group -> {
            var answer = new OffsetFetchResponseData.OffsetFetchResponseGroup().setGroupId(group.groupId());
            if (group.groupId().equals("sick")) {
                answer.setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code());
            } else {
                for (String topic : List.of("orders", "audit")) {
                    answer.topics()
                            .add(new OffsetFetchResponseData.OffsetFetchResponseTopics()
                                    .setName(topic)
                                    .setPartitions(List.of(new OffsetFetchResponseData.OffsetFetchResponsePartitions()
                                            .setPartitionIndex(0)
                                            .setCommittedOffset(100))));
                }
            }
            response.groups().add(answer);
        });
        return response;
    }

    private static ListOffsetsResponseData ends(ListOffsetsRequestData request) {
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        request.topics()
                .forEach(topic -> response.topics()
                        .add(new ListOffsetsResponseData.ListOffsetsTopicResponse()
                                .setName(topic.name())
                                .setPartitions(topic.partitions().stream()
                                        .map(each -> new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                                .setPartitionIndex(each.partitionIndex())
                                                .setLeaderEpoch(3)
                                                .setTimestamp(-1)
                                                .setOffset(
                                                        each.timestamp() == ListOffsetsRequest.EARLIEST_TIMESTAMP
                                                                ? 0
                                                                : 100))
                                        .toList())));
        return response;
    }

    @Test
    void noGroupsAreNoFailure() {
        groups();
        assertThat(run("groups --json").rows()).isEmpty();
    }

    @Test
    void groupThatNobodyKnowsOfKeepsNoOthersBack() {
        groups("billing", "sick");
        List<Map<String, Object>> rows = run("groups --json --timeout-ms 3000").rows();
        assertThat(rows).extracting(row -> row.get("group")).containsExactly("billing", "sick");
        assertThat(rows.get(0)).containsEntry("lag", 0L).containsEntry("behindMs", 0L);
        assertThat(rows.get(1)).containsEntry("lag", null);
        assertThat((String) rows.get(1).get("problem")).isNotBlank();
    }

    /** What cannot be known is not counted as nothing. */
    @Test
    void lagThatLacksAPartitionIsAtLeast() {
        cluster.partition("audit", 0, List.of(2, 1), List.of(), NOBODY);
        groups("billing");
        run("groups --timeout-ms 3000").isFine(">= 0");
        assertThat(run("groups --json --timeout-ms 3000").rows().get(0)).containsEntry("behindMs", null);
    }
}
