// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.admin;

import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.endpoint.EndpointCaller;
import io.shiplog.metadata.endpoint.EndpointHandler;
import io.shiplog.metadata.endpoint.EndpointLimits;
import io.shiplog.metadata.endpoint.EndpointServer;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeReplicasRequest;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.ReplicaCounts;
import io.shiplog.metadata.proto.ReplicaName;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.server.adapter.LogDirectories;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever asks how this node is, on a thread and a port of its own: when the event loop hangs it says so. What it asks of that loop is
 * bounded: a number of questions at a time, some replicas in a turn.
 */
public final class AdminEndpoint implements EndpointHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminEndpoint.class);
    /** Partitions that one question may name. */
    static final int MAX_PARTITIONS = 1_000;

    static final int MAX_QUESTIONS = 8;
    /** Less than tools wait. */
    private static final long LOOP_TIMEOUT_MS = 1_000;

    private final NodeReport node;
    private final ReplicaReports replicas;
    private final AtomicInteger questions = new AtomicInteger();
    private EndpointServer server;

    /**
     * What there is to be told; nothing listens yet.
     *
     * @param brokerEpoch of this node's registration; -1 before it
     * @param judgement what the node's watchdog thinks of it
     */
    public AdminEndpoint(
            int nodeId,
            Uuid incarnationId,
            LongSupplier brokerEpoch,
            Supplier<MetadataImage> image,
            Lease lease,
            LogDirectories directories,
            ReplicaSet replicas,
            EventLoop loop,
            Supplier<NodeJudgement> judgement) {
        this.node = new NodeReport(
                nodeId, incarnationId, brokerEpoch, image, lease, directories, replicas.throttles(), judgement);
        this.replicas = new ReplicaReports(replicas, directories, loop);
    }

    /**
     * Listens, and answers from now on.
     *
     * @param port 0: any free one
     * @return the port
     * @throws IOException when the port cannot be bound; says which
     */
    public int bind(String host, int port) throws IOException {
        server = new EndpointServer(host, port, this, EndpointLimits.ADMIN);
        return server.port();
    }

    @Override
    public void onRequest(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        switch (request.getBodyCase()) {
            case HELLO -> caller.answer(hello(id, request.getHello()));
            case DESCRIBE_NODE -> describeNode(caller, id);
            case DESCRIBE_REPLICAS -> describeReplicas(caller, id, request.getDescribeReplicas());
            case HEARTBEAT,
                    COMMAND,
                    FETCH_METADATA,
                    FETCH_SNAPSHOT,
                    FORMATION,
                    DESCRIBE_QUORUM,
                    DESCRIBE_HISTORY,
                    ADD_VOTER,
                    REMOVE_VOTER,
                    TRANSFER_LEADERSHIP,
                    BODY_NOT_SET ->
                caller.answer(error(
                        id,
                        Errors.UNSUPPORTED_VERSION,
                        "this is the admin endpoint of storage node " + node.nodeId()
                                + "; quorum nodes answer that at their metadata endpoints"));
        }
    }

    private EndpointResponse hello(long id, HelloRequest hello) {
        String clusterId = node.clusterId();
        if (!hello.getClusterId().isEmpty()
                && !clusterId.isEmpty()
                && !hello.getClusterId().equals(clusterId)) {
            return error(id, Errors.INCONSISTENT_CLUSTER_ID, "this is cluster " + clusterId + ", not another one");
        }
        return EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setHello(HelloResponse.newBuilder()
                        .setClusterId(clusterId)
                        .setNodeId(node.nodeId())
                        .setMetadataOffset(node.metadataOffset()))
                .build();
    }

    /** Without the replicas' counts when the loop does not run, or has too many questions already: who asks hears the rest. */
    private void describeNode(EndpointCaller caller, long id) {
        CompletableFuture<ReplicaCounts> counts = admitted(replicas::counts);
        answer(caller, id, counts == null ? CompletableFuture.completedFuture(null) : counts, known -> {
            DescribeNodeResponse.Builder answer = node.now();
            if (known != null) {
                answer.setReplicas(known);
            }
            return EndpointResponse.newBuilder()
                    .setCorrelationId(id)
                    .setDescribeNode(answer)
                    .build();
        });
    }

    private void describeReplicas(EndpointCaller caller, long id, DescribeReplicasRequest request) {
        if (request.getPartitionsCount() > MAX_PARTITIONS) {
            caller.answer(error(
                    id,
                    Errors.INVALID_REQUEST,
                    request.getPartitionsCount() + " partitions at once; at most " + MAX_PARTITIONS + " are told of"));
            return;
        }
        List<PartitionId> partitions = new ArrayList<>(request.getPartitionsCount());
        for (ReplicaName name : request.getPartitionsList()) {
            partitions.add(new PartitionId(Uuids.fromBytes(name.getTopicId()), name.getPartition()));
        }
        CompletableFuture<DescribeReplicasResponse> reports = admitted(() -> replicas.of(partitions));
        if (reports == null) {
            caller.answer(error(id, Errors.THROTTLING_QUOTA_EXCEEDED, "too many questions at once; ask again"));
            return;
        }
        answer(
                caller,
                id,
                reports,
                known -> known == null
                        ? error(id, Errors.REQUEST_TIMED_OUT, "the event loop of the node does not run")
                        : EndpointResponse.newBuilder()
                                .setCorrelationId(id)
                                .setDescribeReplicas(known)
                                .build());
    }

    /** Says what comes of a question to the loop, of null when it does not run. A look that fails is told of, too, and costs the node nothing. */
    @SuppressWarnings("FutureReturnValueIgnored") // it does not fail
    private <T> void answer(
            EndpointCaller caller, long id, CompletableFuture<T> asked, Function<T, EndpointResponse> response) {
        asked.copy()
                .completeOnTimeout(null, LOOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                // Here again: the loop has told what it alone knows.
                .thenApplyAsync(response, server::execute)
                .exceptionally(failure -> {
                    LOG.error("the admin endpoint cannot answer {}", caller, failure);
                    return error(
                            id, Errors.UNKNOWN_SERVER_ERROR, "the node failed to look at itself; its log says how");
                })
                .thenAccept(caller::answer);
    }

    /** Asks the loop, unless it has so many questions already that it owes answers to; null then. */
    @SuppressWarnings("FutureReturnValueIgnored") // counts only
    private <T> CompletableFuture<T> admitted(Supplier<CompletableFuture<T>> question) {
        if (questions.incrementAndGet() > MAX_QUESTIONS) {
            questions.decrementAndGet();
            return null;
        }
        CompletableFuture<T> answer;
        try {
            answer = question.get();
        } catch (RuntimeException e) {
            // A loop that has ended takes no tasks.
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((value, failure) -> questions.decrementAndGet());
        return answer;
    }

    private static EndpointResponse error(long id, Errors error, String message) {
        return EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setError(error.code())
                .setMessage(message)
                .build();
    }

    @Override
    public void onClosed(EndpointCaller caller) {
        // Whatever it asked for is answered to nobody.
    }

    /** Ends the connections and the thread; nothing is answered any more. */
    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
