// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;

/** Coordinators and committed offsets of groups without members. */
final class GroupSteps {
    /** Committed to by consumers that assign themselves. */
    private static final String GROUP = "simple";

    private static final int LARGE_METADATA = 5_000;

    private GroupSteps() {}

    static void addTo(Script script) {
        find(script);
        commit(script);
        fetch(script);
        administration(script);
    }

    private static void find(Script script) {
        script.converse(
                GROUP,
                ApiKeys.FIND_COORDINATOR,
                4,
                "of the first group",
                (cluster, v) -> key(v, (byte) 0, GROUP),
                (cluster, answer, v) -> cluster.awaitTopic("__consumer_offsets"));
        script.ask(ApiKeys.FIND_COORDINATOR, "a group without a name", (cluster, v) -> key(v, (byte) 0, ""));
        script.ask(ApiKeys.FIND_COORDINATOR, "a kind that does not exist", (cluster, v) -> key(v, (byte) 9, "x"));
        script.ask(ApiKeys.FIND_COORDINATOR, "of nothing", (cluster, v) -> new FindCoordinatorRequestData());
        script.ask(ApiKeys.FIND_COORDINATOR, "a share partition that cannot be", (cluster, v) -> key(v, (byte) 2, "x"));
        script.askCoordinator(GROUP, ApiKeys.FIND_COORDINATOR, "of a group", (cluster, v) -> key(v, (byte) 0, GROUP));
    }

    private static FindCoordinatorRequestData key(short version, byte type, String key) {
        var request = new FindCoordinatorRequestData().setKeyType(type);
        return version >= 4 ? request.setCoordinatorKeys(List.of(key)) : request.setKey(key);
    }

    private static void commit(Script script) {
        commit(script, "an offset", TopicSteps.TOPIC, 0, 3, "note");
        commit(script, "an unknown topic", "unknown", 0, 3, "");
        commit(script, "an unknown partition", TopicSteps.TOPIC, 9, 3, "");
        commit(script, "a negative offset", TopicSteps.TOPIC, 1, -7, "");
        commit(script, "without a note", TopicSteps.TOPIC, 1, 1, null);
        commit(script, "a long note", TopicSteps.TOPIC, 0, 3, "x".repeat(LARGE_METADATA));
        script.askCoordinator(
                GROUP,
                ApiKeys.OFFSET_COMMIT,
                "by an unknown member",
                (cluster, v) -> committed(cluster, TopicSteps.TOPIC, 0, 3, "")
                        .setMemberId("someone")
                        .setGenerationIdOrMemberEpoch(4));
        script.askCoordinator(
                GROUP,
                ApiKeys.OFFSET_COMMIT,
                "nothing",
                (cluster, v) -> new OffsetCommitRequestData().setGroupId(GROUP));
        script.askCoordinator(GROUP, ApiKeys.OFFSET_COMMIT, "a good one and an unknown one", (cluster, v) -> {
            var request = committed(cluster, TopicSteps.TOPIC, 0, 3, "note");
            var topics = new ArrayList<>(request.topics());
            topics.addAll(committed(cluster, "unknown", 0, 3, "").topics());
            return request.setTopics(topics);
        });
    }

    private static void commit(Script script, String name, String topic, int partition, long offset, String metadata) {
        script.askCoordinator(
                GROUP,
                ApiKeys.OFFSET_COMMIT,
                name,
                (cluster, v) -> committed(cluster, topic, partition, offset, metadata));
    }

    private static OffsetCommitRequestData committed(
            Cluster cluster, String topic, int partition, long offset, String metadata) {
        var committed = new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(offset)
                .setCommittedMetadata(metadata);
        return new OffsetCommitRequestData()
                .setGroupId(GROUP)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setTopicId(cluster.topicId(topic))
                        .setPartitions(List.of(committed))));
    }

    private static void fetch(Script script) {
        fetch(script, "two partitions", GROUP, TopicSteps.TOPIC, 0, 1);
        fetch(script, "an unknown topic", GROUP, "unknown", 0);
        fetch(script, "an unknown partition", GROUP, TopicSteps.TOPIC, 9);
        fetch(script, "no partition", GROUP, TopicSteps.TOPIC);
        script.askCoordinator(
                "nobody",
                ApiKeys.OFFSET_FETCH,
                "an unknown group",
                (cluster, v) -> fetched(cluster, v, "nobody", TopicSteps.TOPIC, 0));
        script.askCoordinator(
                GROUP,
                ApiKeys.OFFSET_FETCH,
                "all",
                (cluster, v) -> v >= 8
                        ? new OffsetFetchRequestData()
                                .setGroups(List.of(new OffsetFetchRequestGroup()
                                        .setGroupId(GROUP)
                                        .setTopics(null)))
                        : new OffsetFetchRequestData().setGroupId(GROUP).setTopics(v >= 2 ? null : List.of()));
        script.askCoordinator(GROUP, ApiKeys.OFFSET_FETCH, "by an unknown member", (cluster, v) -> {
            var request = fetched(cluster, v, GROUP, TopicSteps.TOPIC, 0);
            if (v >= 9) {
                request.groups().get(0).setMemberId("someone").setMemberEpoch(3);
            }
            return request;
        });
        script.askCoordinator(
                GROUP,
                ApiKeys.OFFSET_FETCH,
                "stable ones",
                (cluster, v) -> fetched(cluster, v, GROUP, TopicSteps.TOPIC, 0).setRequireStable(true));
    }

    private static void fetch(Script script, String name, String group, String topic, Integer... partitions) {
        script.askCoordinator(
                group, ApiKeys.OFFSET_FETCH, name, (cluster, v) -> fetched(cluster, v, group, topic, partitions));
    }

    private static OffsetFetchRequestData fetched(
            Cluster cluster, short version, String group, String topic, Integer... partitions) {
        if (version < 8) {
            var wanted = new OffsetFetchRequestTopic().setName(topic).setPartitionIndexes(List.of(partitions));
            return new OffsetFetchRequestData().setGroupId(group).setTopics(List.of(wanted));
        }
        var wanted = new OffsetFetchRequestTopics()
                .setName(topic)
                .setTopicId(cluster.topicId(topic))
                .setPartitionIndexes(List.of(partitions));
        return new OffsetFetchRequestData()
                .setGroups(
                        List.of(new OffsetFetchRequestGroup().setGroupId(group).setTopics(List.of(wanted))));
    }

    private static void administration(Script script) {
        describe(script, "without members", GROUP);
        describe(script, "an unknown group", "nobody");
        script.askCoordinator(
                GROUP,
                ApiKeys.LIST_GROUPS,
                "empty ones",
                (cluster, v) -> new ListGroupsRequestData().setStatesFilter(List.of("Empty")));
        script.askCoordinator(
                GROUP,
                ApiKeys.LIST_GROUPS,
                "in a state that does not exist",
                (cluster, v) -> new ListGroupsRequestData().setStatesFilter(List.of("Gone")));
        script.askCoordinator(
                GROUP,
                ApiKeys.LIST_GROUPS,
                "of a type that does not exist",
                (cluster, v) -> new ListGroupsRequestData().setTypesFilter(List.of("gone")));
        forget(script, "an offset", TopicSteps.TOPIC, 0);
        forget(script, "an unknown topic", "unknown", 0);
        forget(script, "an unknown partition", TopicSteps.TOPIC, 9);
        script.askCoordinator(
                "nobody",
                ApiKeys.OFFSET_DELETE,
                "of an unknown group",
                (cluster, v) -> new OffsetDeleteRequestData().setGroupId("nobody"));
        script.askCoordinator(
                GROUP,
                ApiKeys.DELETE_GROUPS,
                "once, then it is unknown",
                (cluster, v) -> new DeleteGroupsRequestData().setGroupsNames(List.of(GROUP)));
    }

    private static void describe(Script script, String name, String group) {
        script.askCoordinator(
                group,
                ApiKeys.DESCRIBE_GROUPS,
                name,
                (cluster, v) -> new DescribeGroupsRequestData()
                        .setGroups(List.of(group))
                        .setIncludeAuthorizedOperations(v >= 3));
    }

    private static void forget(Script script, String name, String topic, int partition) {
        script.askCoordinator(GROUP, ApiKeys.OFFSET_DELETE, name, (cluster, v) -> {
            var request = new OffsetDeleteRequestData().setGroupId(GROUP);
            request.topics()
                    .add(new OffsetDeleteRequestTopic()
                            .setName(topic)
                            .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition))));
            return request;
        });
    }
}
