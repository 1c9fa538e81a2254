// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;

/** Members of groups, under the classic and the consumer protocol: a whole life in each version. */
final class MemberSteps {
    private static final int SESSION_MS = 30_000;
    private static final int MEMBER_ID_REQUIRED_FROM = 4;
    private static final int STATIC_FROM = 5;
    private static final Step.Then NOTHING = (cluster, answer, version) -> {};

    private MemberSteps() {}

    static void addTo(Script script) {
        for (int version = ApiKeys.JOIN_GROUP.oldestVersion();
                version <= ApiKeys.JOIN_GROUP.latestVersion();
                version++) {
            classicLife(script, version);
        }
        classicRefusals(script);
        for (int version = 0; version <= 1; version++) {
            consumerLife(script, version);
        }
        consumerRefusals(script);
    }

    private static void classicLife(Script script, int version) {
        String group = "classic-" + version;
        Step.Then keep = (cluster, answer, v) -> cluster.keep(group, ((JoinGroupResponseData) answer).memberId());
        script.converse(group, ApiKeys.JOIN_GROUP, version, "a new member", (cluster, v) -> join(group, ""), keep);
        if (version >= MEMBER_ID_REQUIRED_FROM) {
            script.converse(
                    group,
                    ApiKeys.JOIN_GROUP,
                    version,
                    "with the member id",
                    (cluster, v) -> join(group, cluster.kept(group)),
                    keep);
        }
        int other = Math.min(version, 4);
        int sync = Math.min(version, ApiKeys.SYNC_GROUP.latestVersion());
        script.converse(
                group,
                ApiKeys.SYNC_GROUP,
                sync,
                "of the leader, JoinGroup " + version,
                (cluster, v) -> sync(group, cluster.kept(group), 1),
                NOTHING);
        script.converse(
                group,
                ApiKeys.HEARTBEAT,
                other,
                "of a member, JoinGroup " + version,
                (cluster, v) -> beat(group, cluster.kept(group), 1),
                NOTHING);
        script.converse(
                group,
                ApiKeys.HEARTBEAT,
                other,
                "of another generation, JoinGroup " + version,
                (cluster, v) -> beat(group, cluster.kept(group), 7),
                NOTHING);
        script.converse(
                group,
                ApiKeys.SYNC_GROUP,
                sync,
                "of another generation, JoinGroup " + version,
                (cluster, v) -> sync(group, cluster.kept(group), 7),
                NOTHING);
        script.converse(
                group,
                ApiKeys.DESCRIBE_GROUPS,
                Math.min(version, 6),
                "with a member, JoinGroup " + version,
                (cluster, v) -> new DescribeGroupsRequestData().setGroups(List.of(group)),
                NOTHING);
        script.converse(
                group,
                ApiKeys.JOIN_GROUP,
                version,
                "with another protocol",
                (cluster, v) -> {
                    var request = join(group, "");
                    return request.setProtocolType("connect");
                },
                NOTHING);
        script.converse(
                group,
                ApiKeys.LEAVE_GROUP,
                Math.min(version, 5),
                "a member, JoinGroup " + version,
                (cluster, v) -> leave(v, group, cluster.kept(group)),
                NOTHING);
        script.converse(
                group,
                ApiKeys.LEAVE_GROUP,
                Math.min(version, 5),
                "who has left, JoinGroup " + version,
                (cluster, v) -> leave(v, group, cluster.kept(group)),
                NOTHING);
        if (version >= STATIC_FROM) {
            script.converse(
                    group,
                    ApiKeys.JOIN_GROUP,
                    version,
                    "a static member",
                    (cluster, v) -> join(group, "").setGroupInstanceId("one"),
                    keep);
        }
    }

    private static void classicRefusals(Script script) {
        String group = "refused";
        script.askCoordinator(group, ApiKeys.JOIN_GROUP, "an unknown member", (cluster, v) -> join(group, "someone"));
        script.askCoordinator(group, ApiKeys.JOIN_GROUP, "no protocol", (cluster, v) -> {
            var request = join(group, "");
            request.protocols().clear();
            return request;
        });
        script.askCoordinator(
                group,
                ApiKeys.JOIN_GROUP,
                "no protocol type",
                (cluster, v) -> join(group, "").setProtocolType(""));
        script.askCoordinator(
                group,
                ApiKeys.JOIN_GROUP,
                "too short a session",
                (cluster, v) -> join(group, "").setSessionTimeoutMs(1));
        script.askCoordinator(
                group,
                ApiKeys.JOIN_GROUP,
                "too long a session",
                (cluster, v) -> join(group, "").setSessionTimeoutMs(Integer.MAX_VALUE));
        script.ask(ApiKeys.JOIN_GROUP, "a group without a name", (cluster, v) -> join("", ""));
        script.askCoordinator(
                group, ApiKeys.SYNC_GROUP, "an unknown member", (cluster, v) -> sync(group, "someone", 1));
        script.askCoordinator(
                group,
                ApiKeys.SYNC_GROUP,
                "without its protocol",
                (cluster, v) -> sync(group, "someone", 1).setProtocolName(null));
        script.ask(ApiKeys.SYNC_GROUP, "a group without a name", (cluster, v) -> sync("", "someone", 1));
        script.askCoordinator(group, ApiKeys.HEARTBEAT, "an unknown member", (cluster, v) -> beat(group, "someone", 1));
        script.ask(ApiKeys.HEARTBEAT, "a group without a name", (cluster, v) -> beat("", "someone", 1));
        script.askCoordinator(
                group, ApiKeys.LEAVE_GROUP, "an unknown member", (cluster, v) -> leave(v, group, "someone"));
        script.ask(ApiKeys.LEAVE_GROUP, "a group without a name", (cluster, v) -> leave(v, "", "someone"));
    }

    private static JoinGroupRequestData join(String group, String member) {
        var request = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setSessionTimeoutMs(SESSION_MS)
                .setRebalanceTimeoutMs(SESSION_MS)
                .setProtocolType("consumer");
        request.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {0, 0}));
        return request;
    }

    private static SyncGroupRequestData sync(String group, String member, int generation) {
        return new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range")
                .setAssignments(List.of(
                        new SyncGroupRequestAssignment().setMemberId(member).setAssignment(new byte[] {1, 2, 3})));
    }

    private static HeartbeatRequestData beat(String group, String member, int generation) {
        return new HeartbeatRequestData().setGroupId(group).setMemberId(member).setGenerationId(generation);
    }

    private static LeaveGroupRequestData leave(short version, String group, String member) {
        var request = new LeaveGroupRequestData().setGroupId(group);
        return version >= 3
                ? request.setMembers(List.of(new MemberIdentity().setMemberId(member)))
                : request.setMemberId(member);
    }

    private static void consumerLife(Script script, int version) {
        String group = "consumer-" + version;
        String member = "AAAAAAAAAAAAAAAAAAAAA" + version;
        Step.Then keep = (cluster, answer, v) ->
                cluster.keep(group, Integer.toString(((ConsumerGroupHeartbeatResponseData) answer).memberEpoch()));
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version,
                "a new member",
                (cluster, v) -> enter(group, member),
                keep);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version,
                "nothing new",
                (cluster, v) -> again(group, member, Integer.parseInt(cluster.kept(group))),
                NOTHING);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version,
                "an epoch to come",
                (cluster, v) -> again(group, member, 99),
                NOTHING);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                version,
                "with a member",
                (cluster, v) -> describe(group),
                NOTHING);
        script.converse(
                group,
                ApiKeys.OFFSET_COMMIT,
                9,
                "in a consumer group, by nobody, ConsumerGroupHeartbeat " + version,
                (cluster, v) -> new org.apache.kafka.common.message.OffsetCommitRequestData().setGroupId(group),
                NOTHING);
        script.converse(
                group,
                ApiKeys.JOIN_GROUP,
                9,
                "a consumer group, ConsumerGroupHeartbeat " + version,
                (cluster, v) -> join(group, "someone"),
                NOTHING);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version,
                "leaves",
                (cluster, v) -> again(group, member, -1),
                NOTHING);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                version,
                "has left",
                (cluster, v) -> again(group, member, 1),
                NOTHING);
        script.converse(
                group,
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                version,
                "without members",
                (cluster, v) -> describe(group),
                NOTHING);
    }

    private static void consumerRefusals(Script script) {
        String group = "refused-too";
        String member = "AAAAAAAAAAAAAAAAAAAAAg";
        script.askCoordinator(
                group, ApiKeys.CONSUMER_GROUP_HEARTBEAT, "an unknown member", (cluster, v) -> again(group, member, 3));
        script.askCoordinator(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                "no subscription",
                (cluster, v) -> enter(group, member).setSubscribedTopicNames(null));
        script.askCoordinator(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                "no timeout",
                (cluster, v) -> enter(group, member).setRebalanceTimeoutMs(-1));
        script.askCoordinator(
                group, ApiKeys.CONSUMER_GROUP_HEARTBEAT, "no member id", (cluster, v) -> enter(group, ""));
        script.askCoordinator(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                "an unknown assignor",
                (cluster, v) -> enter(group, member).setServerAssignor("no-such"));
        script.askCoordinator(
                group, ApiKeys.CONSUMER_GROUP_HEARTBEAT, "a negative epoch", (cluster, v) -> again(group, member, -9));
        script.askCoordinator(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                "a pattern that cannot be",
                (cluster, v) ->
                        enter(group, member).setSubscribedTopicNames(null).setSubscribedTopicRegex("a(("));
        script.askCoordinator(
                group,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                "an empty instance id",
                (cluster, v) -> enter(group, member).setInstanceId(""));
        script.ask(ApiKeys.CONSUMER_GROUP_HEARTBEAT, "a group without a name", (cluster, v) -> enter("", member));
        script.askCoordinator(
                "nobody", ApiKeys.CONSUMER_GROUP_DESCRIBE, "an unknown group", (cluster, v) -> describe("nobody"));
        script.askCoordinator(
                "classic-9", ApiKeys.CONSUMER_GROUP_DESCRIBE, "a classic group", (cluster, v) -> describe("classic-9"));
        script.ask(ApiKeys.CONSUMER_GROUP_DESCRIBE, "a group without a name", (cluster, v) -> describe(""));
        script.askCoordinator(
                "nobody",
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                "an unknown group",
                (cluster, v) -> new StreamsGroupDescribeRequestData().setGroupIds(List.of("nobody")));
    }

    private static ConsumerGroupHeartbeatRequestData enter(String group, String member) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(SESSION_MS)
                .setSubscribedTopicNames(List.of(TopicSteps.TOPIC))
                .setTopicPartitions(List.of());
    }

    private static ConsumerGroupHeartbeatRequestData again(String group, String member, int epoch) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setMemberEpoch(epoch);
    }

    private static ConsumerGroupDescribeRequestData describe(String group) {
        return new ConsumerGroupDescribeRequestData()
                .setGroupIds(List.of(group))
                .setIncludeAuthorizedOperations(true);
    }
}
