// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.Features;
import io.shiplog.server.api.AuthorizedOperations;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.RequestHandler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.requests.ConsumerGroupDescribeRequest;
import org.apache.kafka.common.requests.DeleteGroupsRequest;
import org.apache.kafka.common.requests.DescribeGroupsRequest;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.StreamsGroupDescribeRequest;
import org.apache.kafka.common.requests.SyncGroupRequest;
import org.apache.kafka.common.utils.BufferSupplier;

/** The handlers of the APIs of groups. What Kafka's {@code KafkaApis} does around the coordinator is done here, by version. */
final class GroupHandlers {
    /** The member epoch with which members of consumer and streams groups join. */
    static final int JOINING = 0;

    private static final short FIRST_LEAVE_OF_SEVERAL = 3;
    /** The coordinator has buffers of its own and does not use it. */
    private static final BufferSupplier NO_BUFFERS = BufferSupplier.NO_CACHING;

    private final GroupCoordinators coordinators;
    private final ClusterView cluster;

    private GroupHandlers(GroupCoordinators coordinators, ClusterView cluster) {
        this.coordinators = coordinators;
        this.cluster = cluster;
    }

    /** One for each API of groups. */
    static List<RequestHandler<?>> all(GroupCoordinators coordinators, ClusterView cluster, OffsetsTopic topic) {
        GroupHandlers make = new GroupHandlers(coordinators, cluster);
        return List.of(
                new FindCoordinatorHandler(cluster, topic),
                make.joinGroup(),
                make.syncGroup(),
                make.heartbeat(),
                make.leaveGroup(),
                make.describeGroups(),
                make.listGroups(),
                make.deleteGroups(),
                make.consumerGroupHeartbeat(),
                make.consumerGroupDescribe(),
                make.streamsGroupDescribe(),
                new StreamsGroupHeartbeatHandler(coordinators, cluster, topic),
                new OffsetCommitHandler(coordinators, cluster),
                new OffsetFetchHandler(coordinators, cluster),
                new OffsetDeleteHandler(coordinators, cluster));
    }

    private RequestHandler<JoinGroupRequestData> joinGroup() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.JOIN_GROUP,
                // the first version has no rebalance timeout: the wrapper puts the session timeout there
                (body, version) -> new JoinGroupRequest(new JoinGroupRequestData(body, version), version).data(),
                request -> request.memberId().isEmpty() ? request.groupId() : null,
                (coordinator, context, request) -> {
                    MemberPayloads.check(request);
                    return coordinator
                            .joinGroup(context, request, NO_BUFFERS)
                            .thenApply(answer -> suited(answer, (short) context.requestVersion()));
                },
                (request, error, version) -> (JoinGroupResponseData) new JoinGroupRequest(request, version)
                        .getErrorResponse(0, error.exception())
                        .data());
    }

    /** Before version 7 the protocol's name may not be null. */
    private static JoinGroupResponseData suited(JoinGroupResponseData answer, short version) {
        return new JoinGroupResponse(answer, version).data();
    }

    private RequestHandler<SyncGroupRequestData> syncGroup() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.SYNC_GROUP,
                SyncGroupRequestData::new,
                (coordinator, context, request) -> {
                    short version = (short) context.requestVersion();
                    if (!new SyncGroupRequest(request, version).areMandatoryProtocolTypeAndNamePresent()) {
                        throw Errors.INCONSISTENT_GROUP_PROTOCOL.exception();
                    }
                    MemberPayloads.check(request);
                    return coordinator.syncGroup(context, request, NO_BUFFERS);
                },
                (request, error, version) -> new SyncGroupResponseData().setErrorCode(error.code()));
    }

    private RequestHandler<HeartbeatRequestData> heartbeat() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.HEARTBEAT,
                HeartbeatRequestData::new,
                (coordinator, context, request) -> coordinator.heartbeat(context, request),
                (request, error, version) -> new HeartbeatResponseData().setErrorCode(error.code()));
    }

    private RequestHandler<LeaveGroupRequestData> leaveGroup() {
        return new GroupHandler<LeaveGroupRequestData, LeaveGroupResponseData>(
                coordinators,
                ApiKeys.LEAVE_GROUP,
                GroupHandlers::readLeaveGroup,
                (coordinator, context, request) -> coordinator
                        .leaveGroup(context, request)
                        .thenApply(answer -> new LeaveGroupResponse(answer, (short) context.requestVersion()).data()),
                (request, error, version) -> new LeaveGroupResponseData().setErrorCode(error.code()));
    }

    /** The coordinator wants a list of members, which the first versions do not have. */
    private static LeaveGroupRequestData readLeaveGroup(Readable body, short version) {
        LeaveGroupRequestData request = new LeaveGroupRequestData(body, version);
        if (version < FIRST_LEAVE_OF_SEVERAL) {
            request.setMembers(List.of(new MemberIdentity().setMemberId(request.memberId())));
        }
        return request;
    }

    private RequestHandler<DescribeGroupsRequestData> describeGroups() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.DESCRIBE_GROUPS,
                DescribeGroupsRequestData::new,
                (coordinator, context, request) -> coordinator
                        .describeGroups(context, eachOnce(request.groups()))
                        .thenApply(groups -> new DescribeGroupsResponseData()
                                .setGroups(withOperations(
                                        request.includeAuthorizedOperations(),
                                        groups,
                                        DescribeGroupsResponseData.DescribedGroup::errorCode,
                                        DescribeGroupsResponseData.DescribedGroup::setAuthorizedOperations))),
                (request, error, version) -> new DescribeGroupsResponseData()
                        .setGroups(DescribeGroupsRequest.getErrorDescribedGroupList(request.groups(), error)));
    }

    private RequestHandler<ListGroupsRequestData> listGroups() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.LIST_GROUPS,
                ListGroupsRequestData::new,
                (coordinator, context, request) -> coordinator.listGroups(context, request),
                (request, error, version) -> new ListGroupsResponseData()
                        .setErrorCode(
                                error == Errors.NOT_COORDINATOR
                                        ? withoutGroups().code()
                                        : error.code()));
    }

    /** A node that coordinates nothing has no groups to list; one without a lease may have, and is asked again. */
    private Errors withoutGroups() {
        return coordinators.committer() == null ? Errors.NONE : Errors.COORDINATOR_NOT_AVAILABLE;
    }

    private RequestHandler<DeleteGroupsRequestData> deleteGroups() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.DELETE_GROUPS,
                DeleteGroupsRequestData::new,
                (coordinator, context, request) -> coordinator
                        .deleteGroups(context, eachOnce(request.groupsNames()), NO_BUFFERS)
                        .thenApply(results -> new DeleteGroupsResponseData().setResults(results)),
                (request, error, version) -> new DeleteGroupsResponseData()
                        .setResults(
                                DeleteGroupsRequest.getErrorResultCollection(eachOnce(request.groupsNames()), error)));
    }

    private RequestHandler<ConsumerGroupHeartbeatRequestData> consumerGroupHeartbeat() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                ConsumerGroupHeartbeatRequestData::new,
                request -> request.memberEpoch() == JOINING ? request.groupId() : null,
                (coordinator, context, request) -> {
                    requireInUse(Features.GROUP_VERSION);
                    return coordinator.consumerGroupHeartbeat(context, request);
                },
                (request, error, version) -> new ConsumerGroupHeartbeatResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(error.message()));
    }

    private RequestHandler<ConsumerGroupDescribeRequestData> consumerGroupDescribe() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.CONSUMER_GROUP_DESCRIBE,
                ConsumerGroupDescribeRequestData::new,
                (coordinator, context, request) -> {
                    requireInUse(Features.GROUP_VERSION);
                    return coordinator
                            .consumerGroupDescribe(context, eachOnce(request.groupIds()))
                            .thenApply(groups -> new ConsumerGroupDescribeResponseData()
                                    .setGroups(withOperations(
                                            request.includeAuthorizedOperations(),
                                            groups,
                                            ConsumerGroupDescribeResponseData.DescribedGroup::errorCode,
                                            ConsumerGroupDescribeResponseData.DescribedGroup
                                                    ::setAuthorizedOperations)));
                },
                (request, error, version) -> new ConsumerGroupDescribeResponseData()
                        .setGroups(ConsumerGroupDescribeRequest.getErrorDescribedGroupList(request.groupIds(), error)));
    }

    private RequestHandler<StreamsGroupDescribeRequestData> streamsGroupDescribe() {
        return new GroupHandler<>(
                coordinators,
                ApiKeys.STREAMS_GROUP_DESCRIBE,
                StreamsGroupDescribeRequestData::new,
                (coordinator, context, request) -> {
                    requireInUse(Features.STREAMS_VERSION);
                    return coordinator
                            .streamsGroupDescribe(context, eachOnce(request.groupIds()))
                            .thenApply(groups -> new StreamsGroupDescribeResponseData()
                                    .setGroups(withOperations(
                                            request.includeAuthorizedOperations(),
                                            groups,
                                            StreamsGroupDescribeResponseData.DescribedGroup::errorCode,
                                            StreamsGroupDescribeResponseData.DescribedGroup::setAuthorizedOperations)));
                },
                (request, error, version) -> new StreamsGroupDescribeResponseData()
                        .setGroups(StreamsGroupDescribeRequest.getErrorDescribedGroupList(request.groupIds(), error)));
    }

    /** Tells one who asks for it what may be done with the groups that are there. */
    private static <G> List<G> withOperations(
            boolean asked, List<G> groups, ToIntFunction<G> errorCode, ObjIntConsumer<G> tell) {
        if (asked) {
            for (G group : groups) {
                if (errorCode.applyAsInt(group) == Errors.NONE.code()) {
                    tell.accept(group, AuthorizedOperations.OF_GROUP);
                }
            }
        }
        return groups;
    }

    /** A short request may not ask for a long answer many times. */
    private static List<String> eachOnce(List<String> groups) {
        return new ArrayList<>(new LinkedHashSet<>(groups));
    }

    /** The coordinator itself does not ask which protocols the cluster has agreed on. */
    private void requireInUse(String feature) {
        if (cluster.image().registry().featureLevel(feature) == 0) {
            throw Errors.UNSUPPORTED_VERSION.exception();
        }
    }
}
