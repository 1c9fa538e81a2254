// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.endpoint.EndpointCalls;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.NodeHint;
import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that the quorum has taken this node out, where Raft does not tell it. A voter that was away hears of that when it asks the leader for its vote; but it asks
 * those whom it knows as members, and the leader may be none of them. So a member that has had no leader for a while asks the others who votes.
 *
 * <p>{@link #look} is for one thread; answers come on another one.
 */
final class RemovalWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemovalWatch.class);
    /** Several elections. A quorum without a majority has no leader for longer, and then nobody has an answer. */
    private static final long LEADERLESS_MS = 3_000;

    private static final long ASK_EVERY_MS = 1_000;
    private static final long TIMEOUT_MS = 1_000;
    private static final long NEVER = -1;

    private final QuorumNode node;
    private final Collection<Voter> configured;
    private final Clock clock;
    /** Most nodes never ask. */
    private EndpointCalls calls;

    private boolean closed;
    private long leaderlessSinceMs = NEVER;
    private long askedAtMs;
    /** Where somebody says that the leader is. */
    private volatile Endpoint hinted;

    /** @param configured beside the members, others who may know */
    RemovalWatch(QuorumNode node, Collection<Voter> configured, Clock clock) {
        this.node = node;
        this.configured = configured;
        this.clock = clock;
    }

    /** To be called several times a second. */
    void look() {
        RatisQuorum quorum = node.quorum();
        long nowMs = clock.nowMs();
        boolean hasRetired = node.clusterId().isEmpty();
        if (quorum == null || hasRetired || quorum.leaderNodeId() >= 0 || !quorum.isMember()) {
            leaderlessSinceMs = NEVER;
            return;
        }
        leaderlessSinceMs = leaderlessSinceMs == NEVER ? nowMs : leaderlessSinceMs;
        if (nowMs - leaderlessSinceMs >= LEADERLESS_MS && nowMs - askedAtMs >= ASK_EVERY_MS) {
            askedAtMs = nowMs;
            askAll();
        }
    }

    private void askAll() {
        Set<Endpoint> endpoints = new LinkedHashSet<>();
        for (QuorumPeer member : node.members()) {
            if (member.nodeId() != node.nodeId() && member.endpointPort() > 0) {
                endpoints.add(new Endpoint(member.host(), member.endpointPort()));
            }
        }
        for (Voter voter : configured) {
            if (voter.nodeId() != node.nodeId()) {
                endpoints.add(new Endpoint(voter.host(), voter.endpointPort()));
            }
        }
        Endpoint leader = hinted;
        if (leader != null) {
            endpoints.add(leader);
        }
        endpoints.forEach(this::ask);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // who does not answer is asked again
    private synchronized void ask(Endpoint endpoint) {
        if (closed) {
            return;
        }
        calls = calls == null ? new EndpointCalls() : calls;
        HelloRequest hello = HelloRequest.newBuilder()
                .setRole(HelloRequest.Role.QUORUM)
                .setNodeId(node.nodeId())
                .build();
        EndpointRequest.Builder question =
                EndpointRequest.newBuilder().setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance());
        calls.call(endpoint, hello, question, TIMEOUT_MS).thenAccept(this::onAnswer);
    }

    private void onAnswer(EndpointResponse answer) {
        if (answer.hasController()) {
            NodeHint leader = answer.getController();
            hinted = new Endpoint(leader.getHost(), leader.getPort());
        }
        RatisQuorum quorum = node.quorum();
        if (VoterRules.isTakenOut(answer.getDescribeQuorum(), node.clusterId(), node.peerId(), quorum.lastIndex())) {
            LOG.info(
                    "quorum node {} says that this one is no member any more",
                    answer.getDescribeQuorum().getLeaderId());
            quorum.onTakenOut();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (calls != null) {
            calls.close();
        }
    }
}
