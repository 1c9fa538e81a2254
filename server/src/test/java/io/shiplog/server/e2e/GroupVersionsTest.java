// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The APIs of groups in each of their versions, as clients of every age write them. */
class GroupVersionsTest {
    private static final String TOPIC = "topic";
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    private static final short FIRST_WITH_TOPIC_IDS = 10;
    /** What Kafka tells without an authorizer, to one who asks and to one who does not. */
    private static final int ALL_OF_GROUP = 3400;

    private static final int NOT_TOLD = Integer.MIN_VALUE;

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static RawClient client;
    private static Uuid topicId;
    private static int correlationId;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 1)
                .with("offsets.topic.num.partitions", "2")
                .with("group.initial.rebalance.delay.ms", "0")
                .start();
        cluster.clients().createTopic(TOPIC, 1, 1, Map.of());
        topicId = cluster.image().topic(TOPIC).id();
        client = new RawClient(cluster.kafkaPort(TestCluster.FIRST_STORAGE_ID));
        Await.until("a coordinator", 30_000, () -> find(4, GROUP, "group") == Errors.NONE);
        Await.until("a loaded coordinator", 30_000, () -> commit(2, 1) == Errors.NONE);
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        cluster.close();
    }

    private static <T extends ApiMessage> T ask(ApiKeys api, int version, ApiMessage request, T empty) {
        try {
            client.send(api, (short) version, ++correlationId, request);
            ByteBuffer frame = client.receive();
            assertThat(RawClient.correlationId(frame, api, (short) version)).isEqualTo(correlationId);
            empty.read(new ByteBufferAccessor(frame), (short) version);
            assertThat(frame.hasRemaining()).isFalse();
            return empty;
        } catch (IOException e) {
            throw new AssertionError("no answer to " + api + " " + version, e);
        }
    }

    private static Stream<Integer> versions(ApiKeys api) {
        return IntStream.rangeClosed(api.oldestVersion(), api.latestVersion()).boxed();
    }

    static Stream<Integer> findCoordinator() {
        return versions(ApiKeys.FIND_COORDINATOR);
    }

    static Stream<Integer> joinGroup() {
        return versions(ApiKeys.JOIN_GROUP);
    }

    static Stream<Integer> offsetCommit() {
        return versions(ApiKeys.OFFSET_COMMIT);
    }

    static Stream<Integer> offsetFetch() {
        return versions(ApiKeys.OFFSET_FETCH);
    }

    private static Errors find(int version, byte type, String key) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        if (version > 0) {
            request.setKeyType(type);
        }
        if (version < 4) {
            request.setKey(key);
        } else {
            request.setCoordinatorKeys(List.of(key));
        }
        var answer = ask(ApiKeys.FIND_COORDINATOR, version, request, new FindCoordinatorResponseData());
        int error =
                version < 4 ? answer.errorCode() : answer.coordinators().get(0).errorCode();
        int node = version < 4 ? answer.nodeId() : answer.coordinators().get(0).nodeId();
        if (version >= 4 && type <= SHARE) {
            assertThat(answer.coordinators().get(0).errorMessage()).isEmpty();
        }
        assertThat(node).isEqualTo(error == 0 ? TestCluster.FIRST_STORAGE_ID : -1);
        return Errors.forCode((short) error);
    }

    @ParameterizedTest
    @MethodSource("findCoordinator")
    void coordinatorsOfGroupsAreFoundAndOthersAreNot(int version) {
        assertThat(find(version, GROUP, "any-group")).isEqualTo(Errors.NONE);
        if (version > 0) {
            assertThat(find(version, TRANSACTION, "any-id")).isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
            assertThat(find(version, SHARE, "group:" + topicId + ":0")).isEqualTo(Errors.INVALID_REQUEST);
        }
    }

    private static Errors commit(int version, long offset) {
        OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic()
                .setPartitions(List.of(
                        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset),
                        new OffsetCommitRequestPartition().setPartitionIndex(7).setCommittedOffset(offset)));
        OffsetCommitRequestTopic unknown = new OffsetCommitRequestTopic()
                .setPartitions(List.of(
                        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset)));
        boolean byId = version >= FIRST_WITH_TOPIC_IDS;
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId("group")
                .setTopics(List.of(
                        byId ? topic.setTopicId(topicId) : topic.setName(TOPIC),
                        byId ? unknown.setTopicId(new Uuid(1, 1)) : unknown.setName("unknown")));
        var answer = ask(ApiKeys.OFFSET_COMMIT, version, request, new OffsetCommitResponseData());
        assertThat(answer.topics()).hasSize(2);
        Errors found = Errors.NONE;
        for (OffsetCommitResponseTopic each : answer.topics()) {
            boolean known = byId ? each.topicId().equals(topicId) : each.name().equals(TOPIC);
            for (var partition : each.partitions()) {
                Errors error = Errors.forCode(partition.errorCode());
                if (known && partition.partitionIndex() == 0) {
                    found = error;
                } else if (error != Errors.NOT_COORDINATOR) {
                    Errors notThere = byId && !known ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                    assertThat(error).isEqualTo(notThere);
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("offsetCommit")
    void offsetsOfKnownPartitionsAreCommitted(int version) {
        assertThat(commit(version, 100 + version)).isEqualTo(Errors.NONE);
        assertThat(fetch(8)).isEqualTo(100 + version);
    }

    private static long fetch(int version) {
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        boolean byId = version >= FIRST_WITH_TOPIC_IDS;
        if (version < 8) {
            request.setGroupId("group")
                    .setTopics(
                            List.of(new OffsetFetchRequestTopic().setName(TOPIC).setPartitionIndexes(List.of(0))));
        } else {
            OffsetFetchRequestTopics topic = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(0));
            request.setGroups(List.of(new OffsetFetchRequestGroup()
                    .setGroupId("group")
                    .setTopics(List.of(byId ? topic.setTopicId(topicId) : topic.setName(TOPIC)))));
        }
        return committed(version, ask(ApiKeys.OFFSET_FETCH, version, request, new OffsetFetchResponseData()));
    }

    /** A request for everything that the group has. */
    private static long fetchAll(int version) {
        OffsetFetchRequestData request = new OffsetFetchRequestData();
        if (version < 8) {
            request.setGroupId("group").setTopics(null);
        } else {
            request.setGroups(
                    List.of(new OffsetFetchRequestGroup().setGroupId("group").setTopics(null)));
        }
        return committed(version, ask(ApiKeys.OFFSET_FETCH, version, request, new OffsetFetchResponseData()));
    }

    private static long committed(int version, OffsetFetchResponseData answer) {
        if (version < 8) {
            assertThat(answer.errorCode()).isZero();
            return answer.topics().get(0).partitions().get(0).committedOffset();
        }
        var group = answer.groups().get(0);
        assertThat(group.errorCode()).isZero();
        if (version >= FIRST_WITH_TOPIC_IDS) {
            assertThat(group.topics().get(0).topicId()).isEqualTo(topicId);
        }
        return group.topics().get(0).partitions().get(0).committedOffset();
    }

    @ParameterizedTest
    @MethodSource("offsetFetch")
    void committedOffsetsAreTold(int version) {
        assertThat(commit(2, 1_000 + version)).isEqualTo(Errors.NONE);
        assertThat(fetch(version)).isEqualTo(1_000 + version);
        if (version >= 2) {
            assertThat(fetchAll(version)).isEqualTo(1_000 + version);
        }
    }

    @Test
    void aTopicIdThatNobodyKnowsIsRefusedAlone() {
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroups(List.of(new OffsetFetchRequestGroup()
                        .setGroupId("group")
                        .setTopics(List.of(new OffsetFetchRequestTopics()
                                .setTopicId(new Uuid(1, 1))
                                .setPartitionIndexes(List.of(0))))));
        var answer = ask(ApiKeys.OFFSET_FETCH, 10, request, new OffsetFetchResponseData());
        assertThat(answer.groups().get(0).topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    }

    private static JoinGroupResponseData join(int version, String group, String member) {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setSessionTimeoutMs(30_000)
                .setMemberId(member)
                .setProtocolType("consumer")
                .setProtocols(new JoinGroupRequestProtocolCollection(
                        List.of(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}))
                                .iterator()));
        if (version > 0) {
            request.setRebalanceTimeoutMs(30_000);
        }
        return ask(ApiKeys.JOIN_GROUP, version, request, new JoinGroupResponseData());
    }

    /** A member's whole life, with the versions of the other APIs that go with that of JoinGroup. */
    @ParameterizedTest
    @MethodSource("joinGroup")
    void membersJoinSyncBeatAndLeave(int version) {
        String group = "life-" + version;
        JoinGroupResponseData joined = join(version, group, "");
        if (joined.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
            joined = join(version, group, joined.memberId());
        }
        assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        assertThat(sync(Math.min(version, ApiKeys.SYNC_GROUP.latestVersion()), group, joined))
                .isEqualTo(new byte[] {42});
        int heartbeat = Math.min(version, ApiKeys.HEARTBEAT.latestVersion());
        var beat = ask(
                ApiKeys.HEARTBEAT,
                heartbeat,
                new HeartbeatRequestData()
                        .setGroupId(group)
                        .setGenerationId(joined.generationId())
                        .setMemberId(joined.memberId()),
                new HeartbeatResponseData());
        assertThat(beat.errorCode()).isZero();
        leave(Math.min(version, ApiKeys.LEAVE_GROUP.latestVersion()), group, joined.memberId());
        describeListAndDelete(version, group);
    }

    private static byte[] sync(int version, String group, JoinGroupResponseData joined) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setGenerationId(joined.generationId())
                .setMemberId(joined.memberId())
                .setAssignments(List.of(new SyncGroupRequestAssignment()
                        .setMemberId(joined.memberId())
                        .setAssignment(new byte[] {42})));
        if (version >= 5) {
            var without = ask(ApiKeys.SYNC_GROUP, version, request, new SyncGroupResponseData());
            assertThat(without.errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
            request.setProtocolType("consumer").setProtocolName("range");
        }
        var synced = ask(ApiKeys.SYNC_GROUP, version, request, new SyncGroupResponseData());
        assertThat(synced.errorCode()).isZero();
        return synced.assignment();
    }

    private static void leave(int version, String group, String member) {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        if (version < 3) {
            request.setMemberId(member);
        } else {
            request.setMembers(List.of(new MemberIdentity().setMemberId(member)));
        }
        var left = ask(ApiKeys.LEAVE_GROUP, version, request, new LeaveGroupResponseData());
        assertThat(left.errorCode()).isZero();
        if (version >= 3) {
            assertThat(left.members().get(0).errorCode()).isZero();
        }
    }

    private static void describeListAndDelete(int version, String group) {
        var described = ask(
                ApiKeys.DESCRIBE_GROUPS,
                Math.min(version, ApiKeys.DESCRIBE_GROUPS.latestVersion()),
                new DescribeGroupsRequestData().setGroups(List.of(group)).setIncludeAuthorizedOperations(version >= 3),
                new DescribeGroupsResponseData());
        assertThat(described.groups().get(0).groupState()).isEqualTo("Empty");
        assertThat(described.groups().get(0).authorizedOperations()).isEqualTo(version >= 3 ? ALL_OF_GROUP : NOT_TOLD);
        var listed = ask(
                ApiKeys.LIST_GROUPS,
                Math.min(version, ApiKeys.LIST_GROUPS.latestVersion()),
                new ListGroupsRequestData(),
                new ListGroupsResponseData());
        assertThat(listed.groups()).anyMatch(each -> each.groupId().equals(group));
        var deleted = ask(
                ApiKeys.DELETE_GROUPS,
                Math.min(version, ApiKeys.DELETE_GROUPS.latestVersion()),
                new DeleteGroupsRequestData().setGroupsNames(List.of(group, group)),
                new DeleteGroupsResponseData());
        assertThat(deleted.results()).hasSize(1);
        assertThat(deleted.results().find(group).errorCode()).isZero();
    }

    @Test
    void offsetsAreDeletedAndWhatDoesNotExistIsRefused() {
        assertThat(commit(9, 5)).isEqualTo(Errors.NONE);
        var topics = new OffsetDeleteRequestTopicCollection(List.of(new OffsetDeleteRequestTopic()
                        .setName(TOPIC)
                        .setPartitions(List.of(
                                new OffsetDeleteRequestPartition().setPartitionIndex(0),
                                new OffsetDeleteRequestPartition().setPartitionIndex(7))))
                .iterator());
        var answer = ask(
                ApiKeys.OFFSET_DELETE,
                0,
                new OffsetDeleteRequestData().setGroupId("group").setTopics(topics),
                new OffsetDeleteResponseData());
        assertThat(answer.errorCode()).isZero();
        var partitions = answer.topics().find(TOPIC).partitions();
        assertThat(partitions.find(0).errorCode()).isZero();
        assertThat(partitions.find(7).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @ParameterizedTest
    @MethodSource("consumerGroupDescribe")
    void groupsThatAreNotThereAreDescribedAsSuch(int version) {
        var answer = ask(
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                version,
                new ConsumerGroupDescribeRequestData()
                        .setGroupIds(List.of("nobody"))
                        .setIncludeAuthorizedOperations(true),
                new ConsumerGroupDescribeResponseData());
        assertThat(answer.groups().get(0).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(answer.groups().get(0).authorizedOperations()).isEqualTo(NOT_TOLD);
    }

    static Stream<Integer> consumerGroupDescribe() {
        return versions(ApiKeys.CONSUMER_GROUP_DESCRIBE);
    }

    private static StreamsGroupHeartbeatResponseData beatStreams(String source, String changelog, int epoch) {
        return beatStreams("streams", source, changelog, 1, epoch);
    }

    private static StreamsGroupHeartbeatResponseData beatStreams(
            String group, String source, String changelog, int replicationFactor, int epoch) {
        Topology topology = new Topology()
                .setEpoch(1)
                .setSubtopologies(List.of(new Subtopology()
                        .setSubtopologyId("0")
                        .setSourceTopics(List.of(source))
                        .setStateChangelogTopics(List.of(new TopicInfo()
                                .setName(changelog)
                                .setReplicationFactor((short) replicationFactor)
                                .setTopicConfigs(List.of())))));
        StreamsGroupHeartbeatRequestData request = new StreamsGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId("member-1")
                .setMemberEpoch(epoch)
                .setProcessId("process")
                .setRebalanceTimeoutMs(10_000)
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of())
                .setClientTags(List.of())
                .setTopology(topology);
        return ask(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, request, new StreamsGroupHeartbeatResponseData());
    }

    @Test
    void streamsGroupsGetTheTopicsInsideOfThem() {
        assertThat(beatStreams("__consumer_offsets", "changelog", 0).errorCode())
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
        assertThat(beatStreams(TOPIC, "no good name!", 0).errorCode())
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
        var joined = beatStreams(TOPIC, "streams-store-changelog", 0);
        assertThat(joined.errorMessage()).isNull();
        assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
        Await.until("the topic of the store", 30_000, () -> {
            // the coordinator may not have heard of the source topic before
            beatStreams(TOPIC, "streams-store-changelog", 0);
            return cluster.image().topic("streams-store-changelog") != null;
        });
        var described = ask(
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                0,
                new StreamsGroupDescribeRequestData()
                        .setGroupIds(List.of("streams"))
                        .setIncludeAuthorizedOperations(true),
                new StreamsGroupDescribeResponseData());
        assertThat(described.groups().get(0).members()).hasSize(1);
        assertThat(described.groups().get(0).authorizedOperations()).isEqualTo(ALL_OF_GROUP);
    }

    @Test
    void streamsGroupsHearWhyTheirTopicsCannotBeCreated() {
        Await.until("the reason", 30_000, () -> {
            var answer = beatStreams("too-many-replicas", TOPIC, "too-many-replicas-changelog", 3, 0);
            return answer.status() != null
                    && answer.status().stream()
                            .anyMatch(status -> status.statusDetail()
                                    .contains("; Creation failed: too-many-replicas-changelog (Unable to replicate"));
        });
    }

    /** Without the quorum the node cannot know whether another one coordinates its groups by now. */
    @Test
    void withoutALeaseOnlyCommitsAreTaken() throws Exception {
        assertThat(commit(2, 1)).isEqualTo(Errors.NONE);
        cluster.stopQuorum(1);
        try {
            Await.until("the lease to end", 30_000, () -> list() == Errors.COORDINATOR_NOT_AVAILABLE);
            var beat = ask(
                    ApiKeys.HEARTBEAT,
                    4,
                    new HeartbeatRequestData().setGroupId("group").setMemberId("nobody"),
                    new HeartbeatResponseData());
            assertThat(Errors.forCode(beat.errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
            var fetched = ask(
                    ApiKeys.OFFSET_FETCH,
                    8,
                    new OffsetFetchRequestData()
                            .setGroups(List.of(new OffsetFetchRequestGroup()
                                    .setGroupId("group")
                                    .setTopics(null))),
                    new OffsetFetchResponseData());
            assertThat(Errors.forCode(fetched.groups().get(0).errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
            assertThat(commit(2, 1)).isEqualTo(Errors.NONE);
        } finally {
            cluster.startQuorum(1);
        }
        Await.until("a lease", 30_000, () -> list() == Errors.NONE);
    }

    private static Errors list() {
        var answer = ask(ApiKeys.LIST_GROUPS, 4, new ListGroupsRequestData(), new ListGroupsResponseData());
        return Errors.forCode(answer.errorCode());
    }

    @Test
    void groupsHaveSettingsOfTheirOwn() throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "configured");
        String interval = "consumer.heartbeat.interval.ms";
        try (Admin admin = cluster.clients().admin()) {
            assertThat(alter(admin, group, interval, "4999"))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(InvalidConfigurationException.class);
            assertThat(alter(admin, group, interval, "7000")).succeedsWithin(Duration.ofSeconds(30));
            Await.until("the group's own interval", 30_000, () -> beatConfigured() == 7_000);
            Config described =
                    admin.describeConfigs(List.of(group)).values().get(group).get(30, TimeUnit.SECONDS);
            assertThat(described.get(interval).value()).isEqualTo("7000");
            assertThat(described.get("consumer.session.timeout.ms").value()).isEqualTo("45000");
            assertThat(admin.listConfigResources(Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                            .all()
                            .get(30, TimeUnit.SECONDS))
                    .containsExactly(group);
            AlterConfigOp unset = new AlterConfigOp(new ConfigEntry(interval, ""), AlterConfigOp.OpType.DELETE);
            admin.incrementalAlterConfigs(Map.of(group, List.of(unset))).all().get(30, TimeUnit.SECONDS);
            Await.until("the node's interval", 30_000, () -> beatConfigured() == 5_000);
        }
    }

    private static Future<Void> alter(Admin admin, ConfigResource group, String key, String value) {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
        return admin.incrementalAlterConfigs(Map.of(group, List.of(set)))
                .all()
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static int beatConfigured() {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("configured")
                .setMemberId("member-3")
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of(TOPIC))
                .setTopicPartitions(List.of());
        return ask(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 1, request, new ConsumerGroupHeartbeatResponseData())
                .heartbeatIntervalMs();
    }

    private static Errors beatConsumer(int version) {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("by-feature")
                .setMemberId("member-2")
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of(TOPIC))
                .setTopicPartitions(List.of());
        var answer = ask(ApiKeys.CONSUMER_GROUP_HEARTBEAT, version, request, new ConsumerGroupHeartbeatResponseData());
        return Errors.forCode(answer.errorCode());
    }

    private static void use(Admin admin, String feature, int level, FeatureUpdate.UpgradeType type) throws Exception {
        admin.updateFeatures(Map.of(feature, new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void theNewerProtocolsAreServedWhereTheClusterHasAgreedOnThem() throws Exception {
        try (Admin admin = cluster.clients().admin()) {
            for (String feature : List.of("group.version", "streams.version")) {
                use(admin, feature, 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE);
            }
            Await.until("no consumer groups", 30_000, () -> beatConsumer(0) == Errors.UNSUPPORTED_VERSION);
            Await.until(
                    "no streams groups",
                    30_000,
                    () -> beatStreams(TOPIC, "any", 0).errorCode() == Errors.UNSUPPORTED_VERSION.code());
            for (String feature : List.of("group.version", "streams.version")) {
                use(admin, feature, 1, FeatureUpdate.UpgradeType.UPGRADE);
            }
            Await.until("consumer groups", 30_000, () -> beatConsumer(1) == Errors.NONE);
        }
    }

    static Stream<ApiKeys> apisOfGroups() {
        return Stream.of(
                ApiKeys.FIND_COORDINATOR,
                ApiKeys.JOIN_GROUP,
                ApiKeys.SYNC_GROUP,
                ApiKeys.HEARTBEAT,
                ApiKeys.LEAVE_GROUP,
                ApiKeys.OFFSET_COMMIT,
                ApiKeys.OFFSET_FETCH,
                ApiKeys.OFFSET_DELETE,
                ApiKeys.DESCRIBE_GROUPS,
                ApiKeys.LIST_GROUPS,
                ApiKeys.DELETE_GROUPS,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                ApiKeys.STREAMS_GROUP_HEARTBEAT,
                ApiKeys.STREAMS_GROUP_DESCRIBE);
    }

    /** A request with nothing in it, and the same with bytes changed: answered, or its connection closed. The node's end would fail the class. */
    @ParameterizedTest
    @MethodSource("apisOfGroups")
    void bodiesThatNobodyMeantHurtNobody(ApiKeys api) throws Exception {
        Random random = new Random(api.id);
        for (int version : versions(api).toList()) {
            ApiMessage empty = api.messageType.newRequest();
            byte[] frame = RawClient.frame(api, (short) version, 1, "hostile", empty);
            List<RawClient> open = new ArrayList<>();
            for (int changes = 0; changes < 8; changes++) {
                byte[] changed = frame.clone();
                for (int i = 0; i < changes; i++) {
                    int at = changed.length - 1 - random.nextInt(Math.min(changed.length - 4, 12));
                    changed[at] = (byte) random.nextInt(-8, 24);
                }
                RawClient hostile = new RawClient(cluster.kafkaPort(TestCluster.FIRST_STORAGE_ID));
                open.add(hostile);
                hostile.send(changed);
            }
            assertThat(find(4, GROUP, "group")).isEqualTo(Errors.NONE);
            for (RawClient hostile : open) {
                hostile.close();
            }
        }
        assertThat(find(4, GROUP, "group")).isEqualTo(Errors.NONE);
        assertThat(commit(9, 3)).isEqualTo(Errors.NONE);
    }
}
