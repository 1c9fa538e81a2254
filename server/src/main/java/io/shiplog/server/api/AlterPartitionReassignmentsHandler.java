// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.PartitionError;
import io.shiplog.metadata.proto.Reassignment;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.Iterator;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** AlterPartitionReassignments: moves partitions to other nodes, or calls that off (KIP-455, KIP-860). */
final class AlterPartitionReassignmentsHandler implements RequestHandler<AlterPartitionReassignmentsRequestData> {
    private final AdminPort admin;

    AlterPartitionReassignmentsHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public AlterPartitionReassignmentsRequestData read(BoundedReadable body, short version) {
        return new AlterPartitionReassignmentsRequestData(body, version);
    }

    @Override
    public void handle(AlterPartitionReassignmentsRequestData request, Exchange exchange) {
        if (request.topics().isEmpty()) {
            exchange.respond(new AlterPartitionReassignmentsResponseData());
            return;
        }
        var altered = admin.submit(command(request), Origins.of(exchange), request.timeoutMs());
        Later.answered(altered, exchange, answer -> exchange.respond(response(request, answer)));
    }

    private static MetadataCommand.Builder command(AlterPartitionReassignmentsRequestData request) {
        AlterReassignmentsCommand.Builder command = AlterReassignmentsCommand.newBuilder()
                .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
        for (ReassignableTopic topic : request.topics()) {
            for (ReassignablePartition partition : topic.partitions()) {
                Reassignment.Builder reassignment =
                        Reassignment.newBuilder().setTopic(topic.name()).setPartition(partition.partitionIndex());
                if (partition.replicas() == null) {
                    reassignment.setCancel(true);
                } else {
                    reassignment.addAllReplicas(partition.replicas());
                }
                command.addPartitions(reassignment);
            }
        }
        return MetadataCommand.newBuilder().setAlterReassignments(command);
    }

    private static AlterPartitionReassignmentsResponseData response(
            AlterPartitionReassignmentsRequestData request, AdminAnswer answer) {
        AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setAllowReplicationFactorChange(request.allowReplicationFactorChange())
                .setErrorCode(answer.error().code())
                .setErrorMessage(answer.errorMessage());
        Iterator<PartitionError> outcomes =
                answer.result().getAlterReassignments().getPartitionsList().iterator();
        for (ReassignableTopic asked : request.topics()) {
            ReassignableTopicResponse topic = new ReassignableTopicResponse().setName(asked.name());
            for (ReassignablePartition partition : asked.partitions()) {
                // clients look for an error of the whole at its partitions too
                topic.partitions()
                        .add(
                                answer.isRefused()
                                        ? partition(partition, answer.error(), answer.message())
                                        : partition(partition, outcomes.next(), answer));
            }
            response.responses().add(topic);
        }
        return response;
    }

    private static ReassignablePartitionResponse partition(
            ReassignablePartition asked, PartitionError outcome, AdminAnswer answer) {
        Errors found = Errors.forCode((short) outcome.getError());
        Errors error = asked.replicas() == null ? answer.settled(found, Errors.NO_REASSIGNMENT_IN_PROGRESS) : found;
        return partition(asked, error, outcome.getMessage());
    }

    private static ReassignablePartitionResponse partition(ReassignablePartition asked, Errors error, String message) {
        return new ReassignablePartitionResponse()
                .setPartitionIndex(asked.partitionIndex())
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.ownMessage(error, message));
    }
}
