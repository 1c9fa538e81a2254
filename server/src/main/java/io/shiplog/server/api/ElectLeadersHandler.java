// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.PartitionError;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** ElectLeaders: the preferred leader, or uncleanly any that lives, of some or of all partitions (KIP-183, KIP-460). */
final class ElectLeadersHandler implements RequestHandler<ElectLeadersRequestData> {
    private static final short FIRST_WITH_TOP_LEVEL_ERROR = 1;

    private final ClusterView cluster;
    private final AdminPort admin;

    ElectLeadersHandler(ClusterView cluster, AdminPort admin) {
        this.cluster = cluster;
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public ElectLeadersRequestData read(BoundedReadable body, short version) {
        return new ElectLeadersRequestData(body, version);
    }

    @Override
    public void handle(ElectLeadersRequestData request, Exchange exchange) {
        ElectLeadersCommand.Type type = type(request.electionType());
        if (type == null) {
            String message = "Unknown election type " + request.electionType() + ".";
            exchange.respond(refusal(request, exchange, Errors.INVALID_REQUEST, message));
            return;
        }
        MetadataCommand.Builder command = MetadataCommand.newBuilder().setElectLeaders(command(request, type));
        Later.answered(
                admin.submit(command, Origins.of(exchange), request.timeoutMs()),
                exchange,
                answer -> exchange.respond(
                        answer.isRefused()
                                ? refusal(request, exchange, answer.error(), answer.message())
                                : response(request, answer)));
    }

    private static ElectLeadersCommand.Type type(byte electionType) {
        if (electionType == ElectionType.PREFERRED.value) {
            return ElectLeadersCommand.Type.PREFERRED;
        }
        return electionType == ElectionType.UNCLEAN.value ? ElectLeadersCommand.Type.UNCLEAN : null;
    }

    private static ElectLeadersCommand.Builder command(ElectLeadersRequestData request, ElectLeadersCommand.Type type) {
        ElectLeadersCommand.Builder command = ElectLeadersCommand.newBuilder().setType(type);
        if (request.topicPartitions() == null) {
            return command.setAll(true);
        }
        for (TopicPartitions topic : request.topicPartitions()) {
            for (int partition : topic.partitions()) {
                command.addPartitions(
                        TopicPartitionName.newBuilder().setTopic(topic.topic()).setPartition(partition));
            }
        }
        return command;
    }

    /** Who asks for all partitions hears of all topics, of most of them nothing, as from Kafka. */
    private ElectLeadersResponseData response(ElectLeadersRequestData request, AdminAnswer answer) {
        Map<String, ReplicaElectionResult> topics = new LinkedHashMap<>();
        if (request.topicPartitions() == null) {
            for (TopicImage topic : cluster.image().topics()) {
                topics.put(topic.name(), topic(topic.name()));
            }
        }
        for (PartitionError partition : answer.result().getElectLeaders().getPartitionsList()) {
            Errors error = answer.settled(Errors.forCode((short) partition.getError()), Errors.ELECTION_NOT_NEEDED);
            topics.computeIfAbsent(partition.getTopic(), ElectLeadersHandler::topic)
                    .partitionResult()
                    .add(partition(partition.getPartition(), error, partition.getMessage()));
        }
        ElectLeadersResponseData response = new ElectLeadersResponseData();
        response.replicaElectionResults().addAll(topics.values());
        return response;
    }

    /** A refusal of the whole is also told for each partition: version 0 has no other place for it. */
    private static ElectLeadersResponseData refusal(
            ElectLeadersRequestData request, Exchange exchange, Errors error, String message) {
        ElectLeadersResponseData response = new ElectLeadersResponseData();
        if (exchange.header().version() >= FIRST_WITH_TOP_LEVEL_ERROR) {
            response.setErrorCode(error.code());
        }
        if (request.topicPartitions() != null) {
            for (TopicPartitions asked : request.topicPartitions()) {
                ReplicaElectionResult topic = topic(asked.topic());
                for (int partition : asked.partitions()) {
                    topic.partitionResult().add(partition(partition, error, message));
                }
                response.replicaElectionResults().add(topic);
            }
        }
        return response;
    }

    private static ReplicaElectionResult topic(String name) {
        return new ReplicaElectionResult().setTopic(name);
    }

    private static PartitionResult partition(int index, Errors error, String message) {
        return new PartitionResult()
                .setPartitionId(index)
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }
}
