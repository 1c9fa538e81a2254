// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads what a peer needs for its first election before it needs it: on a busy machine that takes longer than the election itself. Nothing
 * depends on it; a class that Ratis has renamed is loaded when it is used.
 */
final class ElectionClasses {
    private static final Logger LOG = LoggerFactory.getLogger(ElectionClasses.class);
    private static final String SERVER = "org.apache.ratis.server.impl.";
    private static final String GRPC = "org.apache.ratis.grpc.server.";
    private static final List<String> NAMES = List.of(
            SERVER + "LeaderElection",
            SERVER + "LeaderElection$Executor",
            SERVER + "LeaderElection$ResultAndTerm",
            SERVER + "LeaderStateImpl",
            SERVER + "LeaderStateImpl$EventProcessor",
            SERVER + "LeaderStateImpl$SenderList",
            SERVER + "LeaderStateImpl$StartupLogEntry",
            SERVER + "FollowerInfoImpl",
            SERVER + "LeaderLease",
            SERVER + "PendingRequests",
            SERVER + "ReadIndexHeartbeats",
            SERVER + "WatchRequests",
            SERVER + "VoteContext",
            GRPC + "GrpcLogAppender",
            GRPC + "GrpcLogAppender$AppendLogResponseHandler",
            GRPC + "GrpcLogAppender$StreamObservers",
            GRPC + "GrpcServerProtocolClient",
            "org.apache.ratis.server.leader.LogAppenderDaemon",
            "org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder",
            "org.apache.ratis.thirdparty.io.grpc.netty.NettyClientTransport",
            "org.apache.ratis.thirdparty.io.grpc.netty.NettyClientHandler",
            "org.apache.ratis.thirdparty.io.grpc.internal.ManagedChannelImpl",
            "org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls");

    private ElectionClasses() {}

    static void load() {
        for (String name : NAMES) {
            try {
                Class.forName(name);
            } catch (ClassNotFoundException | LinkageError e) {
                LOG.debug("not loaded ahead: {}", name, e);
            }
        }
    }
}
