// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.admin;

import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.endpoint.CommandCodec;
import io.shiplog.metadata.endpoint.EndpointCalls;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.DescribeNodeRequest;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.DescribeReplicasRequest;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.ReplicaName;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks storage nodes about themselves, and quorum nodes for what each of them can tell without the others. Every question has a connection of its own and a bounded wait, and a node that does not answer is an
 * answer as well: the futures never fail. They complete on this object's thread. Any thread.
 */
public final class NodeClient implements AutoCloseable {
    /** Partitions that one question may name. */
    public static final int MAX_PARTITIONS = 1_000;

    private static final int TOOL = -1;

    private final EndpointCalls calls = new EndpointCalls();
    private final long timeoutMs;

    /** @param timeoutMs how long a node may take for an answer; above 0 */
    public NodeClient(long timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /**
     * Directories, throttles, health.
     *
     * @param admin as the node has registered it; null when it has not
     */
    public CompletableFuture<NodeAnswer<DescribeNodeResponse>> describe(ListenerEndpoint admin) {
        return ask(
                admin,
                EndpointRequest.newBuilder().setDescribeNode(DescribeNodeRequest.getDefaultInstance()),
                EndpointResponse::hasDescribeNode,
                EndpointResponse::getDescribeNode);
    }

    /**
     * How the node's replicas of these partitions stand, in their order.
     *
     * @param admin as the node has registered it; null when it has not
     * @param partitions at most {@link #MAX_PARTITIONS}
     */
    public CompletableFuture<NodeAnswer<DescribeReplicasResponse>> replicas(
            ListenerEndpoint admin, List<PartitionId> partitions) {
        DescribeReplicasRequest.Builder question = DescribeReplicasRequest.newBuilder();
        for (PartitionId partition : partitions) {
            question.addPartitions(ReplicaName.newBuilder()
                    .setTopicId(Uuids.toBytes(partition.topicId()))
                    .setPartition(partition.partition()));
        }
        return ask(
                admin,
                EndpointRequest.newBuilder().setDescribeReplicas(question),
                EndpointResponse::hasDescribeReplicas,
                EndpointResponse::getDescribeReplicas);
    }

    /** The quorum as one of its nodes sees it; everybody's progress is told by the active controller only. */
    public CompletableFuture<NodeAnswer<QuorumDescription>> describeQuorum(Endpoint quorumNode) {
        return ask(
                listener(quorumNode),
                EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance()),
                EndpointResponse::hasDescribeQuorum,
                answer -> CommandCodec.quorum(answer.getDescribeQuorum()));
    }

    /** What changed lately, from the files of one quorum node. */
    public CompletableFuture<NodeAnswer<DescribeHistoryResponse>> history(
            Endpoint quorumNode, DescribeHistoryRequest question) {
        return ask(
                listener(quorumNode),
                EndpointRequest.newBuilder().setDescribeHistory(question),
                EndpointResponse::hasDescribeHistory,
                EndpointResponse::getDescribeHistory);
    }

    private static ListenerEndpoint listener(Endpoint endpoint) {
        return new ListenerEndpoint("", endpoint.host(), endpoint.port());
    }

    private <T> CompletableFuture<NodeAnswer<T>> ask(
            ListenerEndpoint admin,
            EndpointRequest.Builder question,
            Function<EndpointResponse, Boolean> isAnswer,
            Function<EndpointResponse, T> value) {
        if (admin == null) {
            return CompletableFuture.completedFuture(
                    NodeAnswer.silent(Silence.NOT_TOLD, "the node has registered no admin endpoint"));
        }
        HelloRequest hello = HelloRequest.newBuilder()
                .setRole(HelloRequest.Role.TOOL)
                .setNodeId(TOOL)
                .build();
        return calls.call(new Endpoint(admin.host(), admin.port()), hello, question, timeoutMs)
                .handle((answer, failure) -> {
                    if (failure != null) {
                        return silent(failure, admin);
                    }
                    if (answer.getError() != Errors.NONE.code() || !isAnswer.apply(answer)) {
                        String why = Errors.forCode((short) answer.getError()) + " " + answer.getMessage();
                        return NodeAnswer.silent(Silence.DECLINED, why.trim());
                    }
                    return NodeAnswer.of(value.apply(answer));
                });
    }

    private <T> NodeAnswer<T> silent(Throwable failure, ListenerEndpoint admin) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String text = String.valueOf(cause.getMessage());
        String address = admin.host() + ":" + admin.port();
        if (text.contains("refused")) {
            return NodeAnswer.silent(Silence.REFUSED, "connection refused, no process listens on " + address);
        }
        if (text.startsWith("no answer")) {
            return NodeAnswer.silent(
                    Silence.HANGS,
                    "timed out, " + address + " takes connections but says nothing for " + timeoutMs + " ms");
        }
        if (text.contains("timed out")) {
            return NodeAnswer.silent(Silence.UNREACHABLE, "connecting to " + address + " timed out");
        }
        return NodeAnswer.silent(Silence.UNREACHABLE, text);
    }

    @Override
    public void close() {
        calls.close();
    }
}
