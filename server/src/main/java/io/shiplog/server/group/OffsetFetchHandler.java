// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.Later;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * OffsetFetch. Before version 8 a request is about one group; from version 10 on topics go by id, while the coordinator knows them by name: names are filled
 * in before, ids after.
 */
final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequestData> {
    private static final short FIRST_OF_SEVERAL_GROUPS = OffsetFetchRequest.BATCH_MIN_VERSION;

    private final GroupCoordinators coordinators;
    private final ClusterView cluster;

    OffsetFetchHandler(GroupCoordinators coordinators, ClusterView cluster) {
        this.coordinators = coordinators;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public OffsetFetchRequestData read(BoundedReadable body, short version) {
        return new OffsetFetchRequestData(body, version);
    }

    @Override
    public void handle(OffsetFetchRequestData request, Exchange exchange) {
        short version = exchange.header().version();
        List<CompletableFuture<OffsetFetchResponseGroup>> answers = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (OffsetFetchRequestGroup group : groups(request, version)) {
            // a short request may not ask for a long answer many times
            answers.add(
                    seen.add(group.groupId())
                            ? fetch(group, request.requireStable(), RequestContext.of(exchange))
                            : CompletableFuture.completedFuture(
                                    OffsetFetchResponse.groupError(group, Errors.INVALID_REQUEST, version)));
        }
        var all = CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]));
        Later.on(all, exchange, (nothing, neverFails) -> {
            List<OffsetFetchResponseGroup> groups = new ArrayList<>();
            for (CompletableFuture<OffsetFetchResponseGroup> answer : answers) {
                groups.add(answer.join());
            }
            exchange.respond(
                    new OffsetFetchResponse.Builder(groups).build(version).data());
        });
    }

    private static List<OffsetFetchRequestGroup> groups(OffsetFetchRequestData request, short version) {
        if (version >= FIRST_OF_SEVERAL_GROUPS) {
            return request.groups();
        }
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        if (request.topics() == null) {
            return List.of(group.setTopics(null));
        }
        for (OffsetFetchRequestTopic topic : request.topics()) {
            group.topics()
                    .add(new OffsetFetchRequestTopics()
                            .setName(topic.name())
                            .setPartitionIndexes(topic.partitionIndexes()));
        }
        return List.of(group);
    }

    /** Never fails: what goes wrong becomes an error of the group. */
    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            OffsetFetchRequestGroup group, boolean requireStable, RequestContext context) {
        short version = (short) context.requestVersion();
        GroupCoordinator coordinator = coordinators.coordinator();
        if (coordinator == null) {
            return CompletableFuture.completedFuture(
                    OffsetFetchResponse.groupError(group, Errors.NOT_COORDINATOR, version));
        }
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        OffsetFetchRequestGroup asked = known(group, OffsetFetchRequest.useTopicIds(version), unknown);
        var fetched = GroupHandler.asked(() -> coordinator.fetchOffsets(context, asked, requireStable));
        return fetched.handle((answer, failure) -> {
            if (failure != null) {
                return OffsetFetchResponse.groupError(group, GroupHandler.error(failure), version);
            }
            return answer.errorCode() == Errors.NONE.code() ? complete(answer, asked, unknown, version) : answer;
        });
    }

    private OffsetFetchRequestGroup known(
            OffsetFetchRequestGroup group, boolean byId, List<OffsetFetchResponseTopics> unknown) {
        OffsetFetchRequestGroup known = new OffsetFetchRequestGroup()
                .setGroupId(group.groupId())
                .setMemberId(group.memberId())
                .setMemberEpoch(group.memberEpoch());
        if (OffsetFetchRequest.requestAllOffsets(group)) {
            return known.setTopics(null);
        }
        for (OffsetFetchRequestTopics topic : group.topics()) {
            TopicImage image = byId ? cluster.image().topic(topic.topicId()) : null;
            if (byId && image == null) {
                unknown.add(refused(topic));
            } else {
                known.topics().add(byId ? topic.setName(image.name()) : topic);
            }
        }
        return known;
    }

    private static OffsetFetchResponseTopics refused(OffsetFetchRequestTopics topic) {
        OffsetFetchResponseTopics refused =
                new OffsetFetchResponseTopics().setTopicId(topic.topicId()).setName(topic.name());
        for (int partition : topic.partitionIndexes()) {
            refused.partitions()
                    .add(new OffsetFetchResponsePartitions()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()));
        }
        return refused;
    }

    private OffsetFetchResponseGroup complete(
            OffsetFetchResponseGroup answer,
            OffsetFetchRequestGroup asked,
            List<OffsetFetchResponseTopics> unknown,
            short version) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        boolean addIds = asked.topics() == null && OffsetFetchRequest.useTopicIds(version);
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            if (!addIds || withId(topic)) {
                topics.add(topic);
            }
        }
        topics.addAll(unknown);
        return answer.setTopics(topics);
    }

    /** Whether there is an id: a topic without one cannot be named in the response, and is left out as in Kafka. */
    private boolean withId(OffsetFetchResponseTopics topic) {
        if (topic.topicId().equals(Uuid.ZERO_UUID)) {
            TopicImage image = cluster.image().topic(topic.name());
            topic.setTopicId(image == null ? Uuid.ZERO_UUID : image.id());
        }
        return !topic.topicId().equals(Uuid.ZERO_UUID);
    }
}
