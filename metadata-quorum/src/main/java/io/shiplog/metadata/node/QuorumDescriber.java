// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.controller.BrokerProgress;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.proto.NodeHint;
import io.shiplog.metadata.proto.ObserverState;
import io.shiplog.metadata.proto.VoterState;
import io.shiplog.metadata.ratis.LeaderProgress;
import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The quorum as this node sees it: members and leader on any node, everybody's progress on the active controller. */
final class QuorumDescriber {
    private static final long UNKNOWN = -1;

    private final QuorumNode node;
    private final Clock clock;
    private final VoterProgress progress = new VoterProgress();

    QuorumDescriber(QuorumNode node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    /** To be called again and again: when a voter was caught up can be known by looking in time only. */
    void observe() {
        RatisQuorum quorum = node.quorum();
        Optional<LeaderProgress> known = quorum == null ? Optional.empty() : quorum.progress();
        known.ifPresentOrElse(now -> progress.observe(now, clock.nowMs()), progress::forget);
    }

    /** The description, perhaps on another thread and later. */
    void describe(long metadataOffset, Consumer<DescribeQuorumResponse> reply) {
        DescribeQuorumResponse.Builder description = DescribeQuorumResponse.newBuilder()
                .setLeaderId(node.leaderNodeId())
                .setTerm(node.term())
                .setMetadataOffset(metadataOffset)
                .setCommitIndex(UNKNOWN)
                .setLastIndex(UNKNOWN);
        RatisQuorum quorum = node.quorum();
        // In this order: the members know of all that was committed before, and a change that was under way when they
        // were looked at is either still, or settled for good.
        Optional<LeaderProgress> known = quorum == null ? Optional.empty() : quorum.progress();
        List<QuorumPeer> members = node.members();
        boolean settled = quorum != null && !quorum.isChangingPeers();
        for (QuorumPeer member : members) {
            description.addNodes(NodeHint.newBuilder()
                    .setNodeId(member.nodeId())
                    .setHost(member.host())
                    .setPort(member.endpointPort()));
        }
        ActiveController controller = node.controller();
        if (known.isEmpty() || controller == null) {
            reply.accept(description.build());
            return;
        }
        addVoters(description, members, settled, known.get());
        controller.observers(observers -> {
            for (BrokerProgress observer : observers) {
                description.addObservers(observer(observer));
            }
            reply.accept(description.build());
        });
    }

    private void addVoters(
            DescribeQuorumResponse.Builder description,
            List<QuorumPeer> members,
            boolean settled,
            LeaderProgress known) {
        description
                .setCommitIndex(known.commitIndex())
                .setLastIndex(known.lastIndex())
                .setClusterId(node.clusterId())
                .setSettled(settled);
        for (QuorumPeer member : members) {
            VoterState.Builder voter = VoterState.newBuilder()
                    .setNodeId(member.nodeId())
                    .setPeerId(member.peerId())
                    .setDirectoryId(Uuids.toBytes(member.directoryId()))
                    .setHost(member.host())
                    .setRaftPort(member.raftPort())
                    .setEndpointPort(member.endpointPort())
                    .setMatchIndex(UNKNOWN)
                    .setLastFetchMs(UNKNOWN)
                    .setLastCaughtUpMs(wallClock(progress.caughtUpAtMs(member.peerId())));
            if (member.nodeId() == node.nodeId()) {
                long nowMs = clock.wallClockMs();
                voter.setMatchIndex(known.lastIndex()).setLastFetchMs(nowMs).setLastCaughtUpMs(nowMs);
            }
            for (LeaderProgress.Peer peer : known.peers()) {
                if (peer.peerId().equals(member.peerId())) {
                    voter.setMatchIndex(peer.matchIndex()).setLastFetchMs(clock.wallClockMs() - peer.silentMs());
                }
            }
            description.addVoters(voter);
        }
    }

    private ObserverState observer(BrokerProgress observer) {
        return ObserverState.newBuilder()
                .setBrokerId(observer.brokerId())
                .setAppliedOffset(observer.appliedOffset())
                .setLastHeartbeatMs(wallClock(observer.heartbeatAtMs()))
                .setLastCaughtUpMs(wallClock(observer.caughtUpAtMs()))
                .build();
    }

    private long wallClock(long monotonicMs) {
        return monotonicMs == VoterProgress.NEVER ? UNKNOWN : clock.wallClockMs() - (clock.nowMs() - monotonicMs);
    }
}
