// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.controller.HeartbeatReply;
import io.shiplog.metadata.endpoint.CommittedEntries;
import io.shiplog.metadata.endpoint.EndpointCaller;
import io.shiplog.metadata.endpoint.EndpointHandler;
import io.shiplog.metadata.history.HistoryRecorder;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FormationResponse;
import io.shiplog.metadata.proto.HeartbeatResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NodeHint;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.VoterChangeResponse;
import io.shiplog.metadata.ratis.QuorumPeer;
import org.apache.kafka.common.protocol.Errors;

/** What a quorum node's endpoint answers. Runs on the endpoint's thread; commands and heartbeats are answered by the controller's. */
final class QuorumEndpoint implements EndpointHandler, AutoCloseable {
    private final QuorumNode node;
    private final Clock clock;
    private final CommittedEntries entries;
    private final VoterRequests voterRequests;
    private final QuorumDescriber describer;
    private final ParkedFetches parked;
    private final ServedSnapshots snapshots;

    QuorumEndpoint(QuorumNode node, Membership membership, CommittedEntries entries, Clock clock) {
        this.node = node;
        this.voterRequests = new VoterRequests(node, membership);
        this.describer = new QuorumDescriber(node, clock);
        this.clock = clock;
        this.entries = entries;
        this.parked = new ParkedFetches(entries);
        this.snapshots = new ServedSnapshots(node::image);
    }

    @Override
    public void onRequest(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        switch (request.getBodyCase()) {
            case HELLO -> hello(caller, id, request.getHello());
            case HEARTBEAT -> heartbeat(caller, request);
            case COMMAND -> command(caller, id, request.getCommand());
            case FETCH_METADATA -> parked.fetch(caller, id, request.getFetchMetadata(), clock.nowMs());
            case FETCH_SNAPSHOT -> snapshot(caller, request);
            case FORMATION -> formation(caller, request);
            case DESCRIBE_QUORUM -> describe(caller, id);
            case ADD_VOTER, REMOVE_VOTER, TRANSFER_LEADERSHIP -> changeVoters(caller, request);
            case DESCRIBE_HISTORY -> history(caller, id, request.getDescribeHistory());
            case DESCRIBE_NODE, DESCRIBE_REPLICAS ->
                caller.answer(error(
                        id,
                        Errors.UNSUPPORTED_VERSION,
                        "a quorum node; storage nodes say that at their admin endpoints"));
            case BODY_NOT_SET -> caller.answer(error(id, Errors.UNSUPPORTED_VERSION, "unknown request"));
        }
    }

    @Override
    public void onClosed(EndpointCaller caller) {
        parked.onClosed(caller);
        ActiveController controller = node.controller();
        if (controller != null) {
            controller.onConnectionClosed(caller);
        }
    }

    /** Time has passed. */
    void observe() {
        describer.observe();
    }

    /** Something was committed, or time has passed. */
    void wake() {
        parked.wake(clock.nowMs());
    }

    private void hello(EndpointCaller caller, long id, HelloRequest hello) {
        String clusterId = node.clusterId();
        boolean foreign = !hello.getClusterId().isEmpty()
                && !clusterId.isEmpty()
                && !hello.getClusterId().equals(clusterId);
        if (foreign) {
            caller.answer(error(
                    id,
                    Errors.INCONSISTENT_CLUSTER_ID,
                    "this is cluster " + clusterId + ", not " + hello.getClusterId()));
            return;
        }
        caller.answer(withHint(id)
                .setHello(HelloResponse.newBuilder()
                        .setClusterId(clusterId)
                        .setNodeId(node.nodeId())
                        .setActiveController(node.isActiveController())
                        .setMetadataOffset(entries.endOffset()))
                .build());
    }

    private void heartbeat(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        HelloRequest hello = caller.hello();
        int brokerId = request.getHeartbeat().getBrokerId();
        if (hello.getRole() != HelloRequest.Role.STORAGE || hello.getNodeId() != brokerId) {
            caller.answer(error(id, Errors.INVALID_REQUEST, "only storage node " + brokerId + " beats for itself"));
            return;
        }
        ActiveController controller = node.controller();
        if (controller == null) {
            caller.answer(notController(id));
            return;
        }
        controller.heartbeat(caller, request.getHeartbeat(), reply -> {
            if (reply == null) {
                caller.answer(notController(id));
            } else {
                caller.answer(EndpointResponse.newBuilder()
                        .setCorrelationId(id)
                        .setError(reply.error().code())
                        .setHeartbeat(toProto(reply))
                        .build());
            }
        });
    }

    private HeartbeatResponse toProto(HeartbeatReply reply) {
        HeartbeatResponse.Builder response = HeartbeatResponse.newBuilder()
                .setCommittedOffset(reply.committedOffset())
                .setFenced(reply.fenced())
                .setCaughtUp(reply.caughtUp())
                .setShouldShutdown(reply.shouldShutdown())
                .setSessionTimeoutMs(node.sessionTimeoutMs());
        if (reply.shutdownWaitsFor() != null) {
            response.setShutdownWaitsFor(reply.shutdownWaitsFor());
        }
        for (PartitionId wanted : reply.logInfoWanted()) {
            response.addLogInfoWanted(PartitionRef.newBuilder()
                    .setTopicId(Uuids.toBytes(wanted.topicId()))
                    .setPartition(wanted.partition()));
        }
        return response.build();
    }

    private void history(EndpointCaller caller, long id, DescribeHistoryRequest request) {
        if (!HistoryRecorder.isValid(request)) {
            caller.answer(
                    error(id, Errors.INVALID_REQUEST, "not a question about the history: limit " + request.getLimit()));
            return;
        }
        boolean asked = node.history()
                .find(
                        request,
                        answer -> caller.answer(EndpointResponse.newBuilder()
                                .setCorrelationId(id)
                                .setDescribeHistory(answer)
                                .build()));
        if (!asked) {
            caller.answer(error(id, Errors.THROTTLING_QUOTA_EXCEEDED, "too many questions about the history wait"));
        }
    }

    private void command(EndpointCaller caller, long id, MetadataCommand command) {
        ActiveController controller = node.controller();
        if (isReserved(command)) {
            caller.answer(error(id, Errors.INVALID_REQUEST, "a command of the controller itself"));
        } else if (controller == null) {
            caller.answer(notController(id));
        } else {
            controller.submit(command, result -> caller.answer(commandAnswer(id, result)));
        }
    }

    /** Fencing, sweeping, balancing, forming and the steps of jobs are nobody's to ask for. */
    private static boolean isReserved(MetadataCommand command) {
        return switch (command.getBodyCase()) {
            case FORM_CLUSTER,
                    CHANGE_BROKER_STATE,
                    SWEEP,
                    BALANCE_LEADERS,
                    RECORD_STATE_HASH,
                    RECORD_VOTERS,
                    ADVANCE_JOBS,
                    BODY_NOT_SET -> true;
            case REGISTER_BROKER,
                    CREATE_TOPICS,
                    DELETE_TOPICS,
                    ALTER_PARTITION,
                    ALLOCATE_PRODUCER_IDS,
                    CREATE_PARTITIONS,
                    ALTER_CONFIGS,
                    ELECT_LEADERS,
                    ALTER_REASSIGNMENTS,
                    DRAIN_BROKER,
                    RECOVER_PARTITIONS,
                    REPORT_LOG_INFO,
                    REPORT_OFFLINE_REPLICAS,
                    REPORT_DAMAGE,
                    REPLACE_CONFIGS,
                    UNREGISTER_BROKER,
                    UPDATE_FEATURES,
                    ALTER_CLIENT_QUOTAS,
                    ALTER_SCRAM_CREDENTIALS,
                    CREATE_ACLS,
                    DELETE_ACLS,
                    START_JOB,
                    CONTROL_JOB,
                    CORDON_BROKER -> false;
        };
    }

    private EndpointResponse commandAnswer(long id, MetadataResult result) {
        if (result.getError() == Errors.NOT_CONTROLLER.code()) {
            return notController(id);
        }
        return EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setResult(result)
                .build();
    }

    private void snapshot(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        snapshots.read(
                request.getFetchSnapshot(),
                chunk -> caller.answer(
                        chunk == null
                                ? error(id, Errors.SNAPSHOT_NOT_FOUND, "")
                                : EndpointResponse.newBuilder()
                                        .setCorrelationId(id)
                                        .setFetchSnapshot(chunk)
                                        .build()));
    }

    private void formation(EndpointCaller caller, EndpointRequest request) {
        if (caller.hello().getRole() != HelloRequest.Role.QUORUM) {
            caller.answer(error(
                    request.getCorrelationId(), Errors.INVALID_REQUEST, "only quorum nodes ask about the formation"));
            return;
        }
        FormationResponse answer = node.onFormationRequest(request.getFormation());
        caller.answer(withHint(request.getCorrelationId()).setFormation(answer).build());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the outcome is a value; the future does not fail
    private void changeVoters(EndpointCaller caller, EndpointRequest request) {
        long id = request.getCorrelationId();
        voterRequests.handle(request).thenAccept(outcome -> {
            EndpointResponse.Builder answer = outcome.error() == Errors.NOT_CONTROLLER
                    ? withHint(id)
                    : EndpointResponse.newBuilder().setCorrelationId(id);
            caller.answer(answer.setError(outcome.error().code())
                    .setMessage(outcome.message())
                    .setVoterChange(VoterChangeResponse.newBuilder().setLeaderId(node.leaderNodeId()))
                    .build());
        });
    }

    private void describe(EndpointCaller caller, long id) {
        describer.describe(
                entries.endOffset(),
                description -> caller.answer(
                        withHint(id).setDescribeQuorum(description).build()));
    }

    private EndpointResponse notController(long id) {
        return withHint(id).setError(Errors.NOT_CONTROLLER.code()).build();
    }

    private EndpointResponse.Builder withHint(long id) {
        EndpointResponse.Builder response = EndpointResponse.newBuilder().setCorrelationId(id);
        QuorumPeer leader = node.leader();
        if (leader != null && leader.endpointPort() > 0) {
            response.setController(NodeHint.newBuilder()
                    .setNodeId(leader.nodeId())
                    .setHost(leader.host())
                    .setPort(leader.endpointPort()));
        }
        return response;
    }

    private static EndpointResponse error(long id, Errors error, String message) {
        return EndpointResponse.newBuilder()
                .setCorrelationId(id)
                .setError(error.code())
                .setMessage(message)
                .build();
    }

    @Override
    public void close() {
        snapshots.close();
    }
}
