// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** CreatePartitions: more partitions for topics that exist, one topic after the other, each for itself (KIP-195). */
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

    @Override
    public void handle(CreatePartitionsRequestData request, Exchange exchange) {
        new Call(request, exchange).begin();
    }

    private static CreatePartitionsTopicResult result(String topic, Errors error, String message) {
        return new CreatePartitionsTopicResult()
                .setName(topic)
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }

    private static MetadataCommand.Builder command(CreatePartitionsTopic topic, int first, boolean validateOnly) {
        CreatePartitionsCommand.Builder command = CreatePartitionsCommand.newBuilder()
                .setTopic(topic.name())
                .setCount(topic.count())
                .setValidateOnly(validateOnly);
        if (topic.assignments() != null) {
            int partition = first;
            for (CreatePartitionsAssignment assignment : topic.assignments()) {
                command.addAssignments(
                        Assignment.newBuilder().setPartition(partition++).addAllReplicas(assignment.brokerIds()));
            }
        }
        return MetadataCommand.newBuilder().setCreatePartitions(command);
    }

    /** One request; on the connection's loop. */
    private final class Call {
        private final CreatePartitionsRequestData request;
        private final Exchange exchange;
        private final CreatePartitionsResponseData response = new CreatePartitionsResponseData();
        private final Queue<CreatePartitionsTopic> open = new ArrayDeque<>();
        private final long deadlineNs;

        Call(CreatePartitionsRequestData request, Exchange exchange) {
            this.request = request;
            this.exchange = exchange;
            this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.timeoutMs());
        }

        void begin() {
            Map<String, Integer> named = new HashMap<>();
            for (CreatePartitionsTopic topic : request.topics()) {
                named.merge(topic.name(), 1, Integer::sum);
            }
            for (CreatePartitionsTopic topic : request.topics()) {
                int times = named.getOrDefault(topic.name(), 0);
                if (named.size() > MAX_TOPICS) {
                    refuse(topic, Errors.POLICY_VIOLATION, "Excessively large number of partitions per request.");
                } else if (times == 1) {
                    open.add(topic);
                } else if (times > 1) {
                    refuse(topic, Errors.INVALID_REQUEST, "Duplicate topic name.");
                    named.put(topic.name(), 0);
                }
            }
            next();
        }

        private void refuse(CreatePartitionsTopic topic, Errors error, String message) {
            response.results().add(result(topic.name(), error, message));
        }

        private void next() {
            CreatePartitionsTopic topic = open.poll();
            if (topic == null) {
                exchange.respond(response);
                return;
            }
            TopicImage known = cluster.image().topic(topic.name());
            int before = known == null ? 0 : known.partitionCount();
            var created =
                    admin.submit(command(topic, before, request.validateOnly()), Origins.of(exchange), timeLeftMs());
            Later.answered(created, exchange, answer -> {
                boolean grew = before < topic.count() && partitionCount(topic.name()) == topic.count();
                Errors error = grew ? answer.settled(answer.error(), Errors.INVALID_PARTITIONS) : answer.error();
                response.results().add(result(topic.name(), error, answer.message()));
                next();
            });
        }

        private int partitionCount(String topic) {
            TopicImage known = cluster.image().topic(topic);
            return known == null ? 0 : known.partitionCount();
        }

        private int timeLeftMs() {
            return request.timeoutMs() <= 0
                    ? 0
                    : (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
        }
    }
}
