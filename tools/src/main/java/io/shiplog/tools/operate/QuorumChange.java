// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes of the quorum: its voters and its leader. */
public abstract class QuorumChange implements Callable<Integer> {
    private static final int ANY_NODE = -1;

    @Mixin
    private Connection connection;

    /** Which voter. */
    abstract static class OfOneVoter extends QuorumChange {
        @Parameters(paramLabel = "NODE", description = "quorum-4, or its node.id.")
        private String name;

        @Option(names = "--directory-id", paramLabel = "ID", description = "Only with this disk.")
        private String directoryId;

        final int nodeId() {
            return Names.quorumNumber(name);
        }

        /** {@link Uuid#ZERO_UUID}: whichever it has. */
        final Uuid disk() {
            return directory(directoryId);
        }
    }

    /** Makes a quorum node a voter. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a quorum node a voter. It must run with an empty data.dir, with quorum.voters of the cluster and its own",
                "entry in quorum.self: then it waits to be added."
            },
            footer = {"", "Examples:", "  shiplog quorum add 4"})
    public static final class Add extends OfOneVoter {
        @Override
        public Integer call() throws Exception {
            int nodeId = nodeId();
            Uuid disk = disk();
            return change(
                    (client, timeoutMs) -> client.addQuorumVoter("", nodeId, disk, timeoutMs),
                    "quorum node " + nodeId + " is a voter");
        }
    }

    /** Takes a voter out. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Takes a voter out of the quorum, running or not. Its disk must be emptied before it can be added again.",
            footer = {"", "Examples:", "  shiplog quorum remove 3"})
    public static final class Remove extends OfOneVoter {
        @Override
        public Integer call() throws Exception {
            int nodeId = nodeId();
            Uuid disk = disk();
            return change(
                    (client, timeoutMs) -> client.removeQuorumVoter("", nodeId, disk, timeoutMs),
                    "quorum node " + nodeId + " is no voter any more");
        }
    }

    /** Hands leadership over. */
    @Command(
            name = "transfer",
            mixinStandardHelpOptions = true,
            description = "Makes another quorum node the active controller.",
            footer = {
                "",
                "Examples:",
                "  shiplog quorum transfer        whichever is best fit",
                "  shiplog quorum transfer 2"
            })
    public static final class Transfer extends QuorumChange {
        @Parameters(
                paramLabel = "NODE",
                arity = "0..1",
                description = "quorum-2, or its node.id; without one, whichever has most of the log.")
        private String name;

        @Override
        public Integer call() throws Exception {
            int nodeId = name == null ? ANY_NODE : Names.quorumNumber(name);
            return change(
                    (client, timeoutMs) -> client.transferQuorumLeadership(nodeId, timeoutMs),
                    "leadership of the quorum was handed over");
        }
    }

    /** A change, asked for with a time limit. */
    @FunctionalInterface
    interface Asked {
        CompletableFuture<Void> ask(MetadataClient client, int timeoutMs);
    }

    final int change(Asked asked, String done) throws InterruptedException {
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            quorum.await(asked.ask(quorum.client(), connection.timeoutMs()));
        }
        if (connection.json()) {
            Map<String, Object> outcome = new LinkedHashMap<>();
            outcome.put("done", true);
            outcome.put("message", done);
            connection.out().println(Json.write(outcome));
        } else {
            connection.out().println(done);
        }
        connection.out().flush();
        return 0;
    }

    static Uuid directory(String id) {
        try {
            return id == null ? Uuid.ZERO_UUID : Uuid.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + id + "' is no directory id; bin/shiplog quorum shows those of the voters", e);
        }
    }
}
