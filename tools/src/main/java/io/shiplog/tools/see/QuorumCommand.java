// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Rows;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The metadata quorum: who votes, who leads, and how far everybody is. */
@Command(
        name = "quorum",
        mixinStandardHelpOptions = true,
        description = "Shows the metadata quorum, changes its voters and its leader.")
public final class QuorumCommand {
    private static final int ANY_NODE = -1;

    @Spec
    private CommandSpec spec;

    @Command(mixinStandardHelpOptions = true, description = "Shows the voters: who leads, and how far each one is.")
    int describe(@Mixin Connection connection) throws ExecutionException, InterruptedException {
        Rows rows = new Rows("node", "state", "directoryId", "endpoint", "index", "lag", "lastFetch", "lastCaughtUp");
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            QuorumDescription now = quorum.await(quorum.client().describeQuorum());
            for (QuorumDescription.Voter voter : now.voters()) {
                rows.add(
                        voter.nodeId(),
                        voter.nodeId() == now.leaderId() ? "leader" : "follower",
                        voter.directoryId().toString(),
                        voter.host() + ":" + voter.endpointPort(),
                        voter.matchIndex(),
                        now.lastIndex() - voter.matchIndex(),
                        time(voter.lastFetchMs()),
                        time(voter.lastCaughtUpMs()));
            }
        }
        connection.print(rows, spec.commandLine().getOut());
        return 0;
    }

    private static String time(long ms) {
        return ms == QuorumDescription.UNKNOWN ? null : Instant.ofEpochMilli(ms).toString();
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a quorum node a voter. It must run with an empty data.dir, with quorum.voters of the cluster and its own",
                "entry in quorum.self: then it waits to be added."
            })
    int add(
            @Mixin Connection connection,
            @Parameters(paramLabel = "NODE", description = "Its node.id.") int nodeId,
            @Option(names = "--directory-id", paramLabel = "ID", description = "Only with this disk.")
                    String directoryId)
            throws ExecutionException, InterruptedException {
        return change(
                connection,
                client -> client.addQuorumVoter("", nodeId, directory(directoryId), connection.timeoutMs()),
                "quorum node " + nodeId + " is a voter");
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a voter out of the quorum, running or not. Its disk must be emptied before it can be added again.")
    int remove(
            @Mixin Connection connection,
            @Parameters(paramLabel = "NODE", description = "Its node.id.") int nodeId,
            @Option(names = "--directory-id", paramLabel = "ID", description = "Only with this disk.")
                    String directoryId)
            throws ExecutionException, InterruptedException {
        return change(
                connection,
                client -> client.removeQuorumVoter("", nodeId, directory(directoryId), connection.timeoutMs()),
                "quorum node " + nodeId + " is no voter any more");
    }

    @Command(
            name = "transfer",
            mixinStandardHelpOptions = true,
            description = "Makes another quorum node the active controller.")
    int transfer(
            @Mixin Connection connection,
            @Parameters(
                            paramLabel = "NODE",
                            arity = "0..1",
                            description = "Its node.id; without one, whichever has most of the log.")
                    Integer nodeId)
            throws ExecutionException, InterruptedException {
        return change(
                connection,
                client -> client.transferQuorumLeadership(nodeId == null ? ANY_NODE : nodeId, connection.timeoutMs()),
                "leadership of the quorum was handed over");
    }

    private static Uuid directory(String id) {
        return id == null ? Uuid.ZERO_UUID : Uuid.fromString(id);
    }

    private int change(Connection connection, Function<MetadataClient, CompletableFuture<Void>> asked, String done)
            throws ExecutionException, InterruptedException {
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            quorum.await(asked.apply(quorum.client()));
        }
        spec.commandLine().getOut().println(done);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
