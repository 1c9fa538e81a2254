// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicResult;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** CreatePartitions: more partitions for topics that exist, all in one command, each topic for itself (KIP-195). */
final class CreatePartitionsHandler implements RequestHandler<CreatePartitionsRequestData> {
    /** A topic gets one partition at least, and Kafka creates so many in one request (ReplicationControlManager). */
    private static final int MAX_TOPICS = 10_000;

    private final ClusterView cluster;
    private final AdminPort admin;

    CreatePartitionsHandler(ClusterView cluster, AdminPort admin) {
        this.cluster = cluster;
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public CreatePartitionsRequestData read(BoundedReadable body, short version) {
        return new CreatePartitionsRequestData(body, version);
    }

    /** A topic that will be asked for, with the partitions that it had as far as this node knew. */
    private record Asked(CreatePartitionsTopic topic, int before) {}

    @Override
    public void handle(CreatePartitionsRequestData request, Exchange exchange) {
        CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        List<Asked> asked = sort(request, response);
        if (asked.isEmpty()) {
            exchange.respond(response);
            return;
        }
        CreatePartitionsCommand.Builder command =
                CreatePartitionsCommand.newBuilder().setValidateOnly(request.validateOnly());
        asked.forEach(each -> command.addTopics(growth(each)));
        var created = admin.submit(
                MetadataCommand.newBuilder().setCreatePartitions(command), Origins.of(exchange), request.timeoutMs());
        Later.answered(created, exchange, answer -> {
            List<TopicResult> results = answer.result().getCreatePartitions().getTopicsList();
            for (int i = 0; i < asked.size(); i++) {
                Asked each = asked.get(i);
                response.results()
                        .add(answer.isRefused() ? refusal(each, answer) : outcome(each, results.get(i), answer));
            }
            exchange.respond(response);
        });
    }

    /** Those that the controller decides; the others are answered. */
    private List<Asked> sort(CreatePartitionsRequestData request, CreatePartitionsResponseData response) {
        Map<String, Integer> named = new HashMap<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            named.merge(topic.name(), 1, Integer::sum);
        }
        List<Asked> asked = new ArrayList<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            int times = named.getOrDefault(topic.name(), 0);
            if (named.size() > MAX_TOPICS) {
                String message = "Excessively large number of partitions per request.";
                response.results().add(result(topic, Errors.POLICY_VIOLATION, message));
            } else if (topic.name().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
                String message = "With more partitions groups would be looked for where their offsets are not.";
                response.results().add(result(topic, Errors.INVALID_REQUEST, message));
            } else if (times == 1) {
                asked.add(new Asked(topic, partitionCount(topic.name())));
            } else if (times > 1) {
                response.results().add(result(topic, Errors.INVALID_REQUEST, "Duplicate topic name."));
                named.put(topic.name(), 0);
            }
        }
        return asked;
    }

    private int partitionCount(String topic) {
        TopicImage known = cluster.image().topic(topic);
        return known == null ? 0 : known.partitionCount();
    }

    private static TopicGrowth.Builder growth(Asked asked) {
        CreatePartitionsTopic topic = asked.topic();
        TopicGrowth.Builder growth =
                TopicGrowth.newBuilder().setTopic(topic.name()).setCount(topic.count());
        if (topic.assignments() != null) {
            int partition = asked.before();
            for (CreatePartitionsAssignment assignment : topic.assignments()) {
                growth.addAssignments(
                        Assignment.newBuilder().setPartition(partition++).addAllReplicas(assignment.brokerIds()));
            }
        }
        return growth;
    }

    private static CreatePartitionsTopicResult refusal(Asked asked, AdminAnswer answer) {
        return result(asked.topic(), answer.error(), answer.message());
    }

    /** A repeated command finds what it did the first time: that the topic has grown so is a success. */
    private CreatePartitionsTopicResult outcome(Asked asked, TopicResult result, AdminAnswer answer) {
        CreatePartitionsTopic topic = asked.topic();
        Errors error = Errors.forCode((short) result.getError());
        boolean grew = asked.before() < topic.count() && partitionCount(topic.name()) == topic.count();
        return result(topic, grew ? answer.settled(error, Errors.INVALID_PARTITIONS) : error, result.getMessage());
    }

    private static CreatePartitionsTopicResult result(CreatePartitionsTopic topic, Errors error, String message) {
        return new CreatePartitionsTopicResult()
                .setName(topic.name())
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.ownMessage(error, message));
    }
}
