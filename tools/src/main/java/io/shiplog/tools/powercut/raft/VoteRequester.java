// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;

/** Stands for election in the name of a peer that does not run, at a voter that does. One thread. */
public final class VoteRequester implements AutoCloseable {
    private static final long CALL_TIMEOUT_MS = 2_000;
    private static final long RETRY_MS = 20;

    private final ManagedChannel channel;
    private final UUID group;
    private final String voter;
    private long calls;

    /**
     * What the voter said.
     *
     * @param granted whether it voted for the candidate
     * @param term its own term afterwards
     */
    public record Answer(boolean granted, long term) {}

    /**
     * @param group id of the Raft group, which is the name of its directory
     * @param voter peer id of the node at that address
     */
    public VoteRequester(String host, int port, UUID group, String voter) {
        this.channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        this.group = group;
        this.voter = voter;
    }

    /** Asks until the voter, which may just be starting, answers; the candidate's log is longer than any. */
    public Answer ask(String candidate, long term, long timeoutMs) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        RequestVoteRequestProto request = request(candidate, term);
        while (true) {
            try {
                RequestVoteReplyProto reply = RaftServerProtocolServiceGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .withDeadlineAfter(CALL_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                        .requestVote(request);
                return new Answer(reply.getServerReply().getSuccess(), reply.getTerm());
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() >= deadlineNs) {
                    throw new IOException(voter + " does not answer a candidate: " + e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            }
        }
    }

    private RequestVoteRequestProto request(String candidate, long term) {
        ByteBuffer id = ByteBuffer.allocate(16);
        id.putLong(group.getMostSignificantBits())
                .putLong(group.getLeastSignificantBits())
                .flip();
        return RequestVoteRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8(candidate))
                        .setReplyId(ByteString.copyFromUtf8(voter))
                        .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(ByteString.copyFrom(id)))
                        .setCallId(++calls))
                .setCandidateTerm(term)
                .setCandidateLastEntry(TermIndexProto.newBuilder().setTerm(term).setIndex(Long.MAX_VALUE / 2))
                .setPreVote(false)
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
