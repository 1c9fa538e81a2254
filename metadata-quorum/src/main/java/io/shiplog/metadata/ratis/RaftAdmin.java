// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;

/** Changes of the group's members and leader, asked of the Raft server of this process. */
final class RaftAdmin {
    private static final long SNAPSHOT_TIMEOUT_MS = 10_000;

    private final RaftServer server;
    private final RaftGroupId groupId;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();

    RaftAdmin(RaftServer server, RaftGroupId groupId) {
        this.server = server;
        this.groupId = groupId;
    }

    /**
     * Replaces the members, on the leader: new ones catch up first, then majorities of both the old and the new members agree. Only with the
     * argument builder: another overload of Ratis takes the members for listeners.
     */
    CompletableFuture<Void> setPeers(List<QuorumPeer> current, List<QuorumPeer> next) {
        SetConfigurationRequest request = new SetConfigurationRequest(
                clientId,
                server.getId(),
                groupId,
                callIds.incrementAndGet(),
                SetConfigurationRequest.Arguments.newBuilder()
                        .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(RaftPeers.toRaft(current))
                        .setServersInNewConf(RaftPeers.toRaft(next))
                        .build());
        try {
            return server.setConfigurationAsync(request).thenAccept(RaftAdmin::requireSuccess);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Makes another member the leader: it is told to stand for election as soon as it has the whole log. */
    CompletableFuture<Void> transferTo(String peerId, long timeoutMs) {
        TransferLeadershipRequest request = new TransferLeadershipRequest(
                clientId, server.getId(), groupId, callIds.incrementAndGet(), RaftPeerId.valueOf(peerId), timeoutMs);
        try {
            return server.transferLeadershipAsync(request).thenAccept(RaftAdmin::requireSuccess);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Stands for election as if {@code leader} had asked for it, which Ratis takes only while this node follows that leader in that term and
     * has an entry of it.
     *
     * @return whether an election began
     */
    boolean standForElection(RaftPeerId leader, TermIndex lastEntry) throws IOException {
        StartLeaderElectionRequestProto request = StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(leader.toByteString())
                        .setReplyId(server.getId().toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(groupId))
                        .setCallId(callIds.incrementAndGet()))
                .setLeaderLastEntry(lastEntry.toProto())
                .build();
        return server.startLeaderElection(request).getServerReply().getSuccess();
    }

    /** Has Ratis ask the state machine for its snapshot, after which it purges the log. */
    CompletableFuture<RaftClientReply> askForSnapshot() {
        return server.snapshotManagementAsync(SnapshotManagementRequest.newCreate(
                clientId, server.getId(), groupId, callIds.incrementAndGet(), SNAPSHOT_TIMEOUT_MS, 1));
    }

    private static void requireSuccess(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new IllegalStateException("not agreed on: " + reply.getException());
        }
    }
}
