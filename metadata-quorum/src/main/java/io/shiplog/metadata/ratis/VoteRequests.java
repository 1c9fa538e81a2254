// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;

/**
 * Asks for a vote, of a peer that may just have come back.
 *
 * <p>A gRPC channel whose peer was away waits longer and longer between two attempts to connect, up to two minutes, and fails every request in
 * between without trying. Ratis resets that wait for its log appenders only, so a candidate could not reach a peer that had long been back:
 * with one node away before, an election took many seconds.
 */
final class VoteRequests {
    private static final long RETRY_MS = 25;

    private VoteRequests() {}

    /** Tries again while the peer cannot be connected to, for so long; runs on a thread that the election has for this peer. */
    static RequestVoteReplyProto send(GrpcServicesImpl services, RequestVoteRequestProto request, long patienceMs)
            throws IOException {
        RaftPeerId peer = RaftPeerId.valueOf(request.getServerRequest().getReplyId());
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        while (true) {
            try {
                return services.requestVote(request);
            } catch (StatusRuntimeException e) {
                boolean unreachable = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
                if (!unreachable || System.nanoTime() - deadlineNs > 0 || !waited()) {
                    throw e;
                }
                services.getProxies().resetProxy(peer);
            }
        }
    }

    /** False when the election is over. */
    private static boolean waited() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MS));
        return !Thread.currentThread().isInterrupted();
    }
}
