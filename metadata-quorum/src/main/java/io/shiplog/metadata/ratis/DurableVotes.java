// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * Ratis' gRPC transport, with a gate on every message that gives away a term or a vote.
 *
 * <p>Ratis writes term and vote to {@code raft-meta} by renaming a synced temporary file, but never syncs the directory: after a power loss
 * the old file may be back, and the node votes a second time in the same term. So the directory is synced before a vote (asked for or given)
 * or an answer of a new term leaves this node. The gate also refuses messages that are addressed to another peer id: an empty disk behind
 * an address that once belonged to another peer must not answer in its name.
 *
 * <p>Named by class in {@code raft.rpc.type}; Ratis makes an instance by reflection.
 */
public final class DurableVotes implements RpcType {
    /** Where {@link Parameters} hold the gate. */
    static final String GATE = "shiplog.vote.gate";

    @Override
    public String name() {
        return "SHIPLOG_GRPC";
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters, parameters.get(GATE, VoteGate.class));
    }

    private static final class Factory extends GrpcFactory {
        private final VoteGate gate;

        Factory(Parameters parameters, VoteGate gate) {
            super(parameters);
            this.gate = gate;
        }

        @Override
        public GrpcServices newRaftServerRpc(RaftServer server) {
            RaftServer gated = (RaftServer) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {RaftServer.class}, new Incoming(server, gate));
            GrpcServicesImpl services = (GrpcServicesImpl) super.newRaftServerRpc(gated);
            return (GrpcServices) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {GrpcServices.class}, new Outgoing(services, gate));
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            return new GatedLogAppender(server, state, follower);
        }
    }

    /** Ratis' appender casts its transport to the class that {@link Outgoing} wraps. */
    private static final class GatedLogAppender extends GrpcLogAppender {
        GatedLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            super(server, state, follower);
        }

        @Override
        public GrpcServicesImpl getServerRpc() {
            RaftServerRpc rpc = getServer().getRaftServer().getServerRpc();
            return ((Outgoing) Proxy.getInvocationHandler(rpc)).services;
        }
    }

    /** What peers ask of this node: checked before, made durable before the answer is handed over. */
    private record Incoming(RaftServer server, VoteGate gate) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            switch (method.getName()) {
                case "requestVote", "appendEntries", "appendEntriesAsync", "installSnapshot", "startLeaderElection" -> {
                    gate.checkAddressee(server.getId(), arguments);
                    Object answer = call(server, method, arguments);
                    gate.makeDurable();
                    return answer;
                }
                default -> {
                    return call(server, method, arguments);
                }
            }
        }
    }

    /** What this node asks of its peers: a vote for itself in a term that it must not forget. */
    private record Outgoing(GrpcServicesImpl services, VoteGate gate) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("requestVote")) {
                gate.makeDurable();
                return VoteRequests.send(services, (RequestVoteRequestProto) arguments[0], gate.patienceMs());
            }
            return call(services, method, arguments);
        }
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
