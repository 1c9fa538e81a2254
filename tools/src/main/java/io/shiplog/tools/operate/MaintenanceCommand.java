// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DrainBrokerCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.quorum.Leaderships;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.text.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a node out of leadership so that it can be stopped without anybody noticing, and gives it back. */
@Command(
        name = "maintenance",
        mixinStandardHelpOptions = true,
        description = "Moves all leaderships off a node before it is stopped, and back to it afterwards: on, off.",
        footer = {
            "",
            "Examples:",
            "  shiplog maintenance on storage-2 --wait      until it leads nothing; says what to do next",
            "  shiplog maintenance off storage-2 --wait     until it serves and all its replicas are in sync"
        })
public final class MaintenanceCommand implements Callable<Integer> {
    private static final int MAX_NAMED = 10;
    private static final int ANYBODY = -1;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "on or off? shiplog maintenance on storage-2 --wait");
    }

    /** Drains. */
    @Command(
            name = "on",
            mixinStandardHelpOptions = true,
            description =
                    "Moves all leaderships off a node and keeps new ones away; it stays in sync. Lasts over restarts.",
            footer = {
                "",
                "Examples:",
                "  shiplog maintenance on storage-2 --wait",
                "  shiplog maintenance on quorum-1            the active controller hands its office over"
            })
    public static final class On extends Change {
        @Override
        public Integer call() throws Exception {
            return change(true);
        }
    }

    /** Ends it. */
    @Command(
            name = "off",
            mixinStandardHelpOptions = true,
            description = "Lets a node lead again.",
            footer = {"", "Examples:", "  shiplog maintenance off storage-2 --wait"})
    public static final class Off extends Change {
        @Override
        public Integer call() throws Exception {
            return change(false);
        }
    }

    /** What both do. */
    abstract static class Change implements Callable<Integer> {
        @Mixin
        private Connection connection;

        @Mixin
        private Patience patience;

        @Parameters(paramLabel = "NODE", description = "storage-2, its number, quorum-1, or node-3 for both roles.")
        private String name;

        final int change(boolean on) throws Exception {
            NodeName node = Names.node(name);
            patience.waitMs();
            try (Cluster cluster = connection.connect()) {
                QuorumClient quorum = cluster.quorum();
                if (node.isStorage()) {
                    Names.storageNode("storage-" + node.id(), quorum.image());
                    drain(quorum, node.id(), on);
                }
                if (node.isQuorum() && on) {
                    handOver(quorum, node);
                }
                List<String> left = new ArrayList<>();
                boolean done = patience.until(() -> {
                    left.clear();
                    left.addAll(left(quorum, node, on));
                    return left.isEmpty();
                });
                print(node, on, left, connection.out());
                return done || !patience.on() ? 0 : 1;
            }
        }

        private void drain(QuorumClient quorum, int nodeId, boolean draining) throws InterruptedException {
            MetadataCommand.Builder command = MetadataCommand.newBuilder()
                    .setDrainBroker(DrainBrokerCommand.newBuilder()
                            .setTargetBrokerId(nodeId)
                            .setDraining(draining));
            quorum.await(quorum.client().submit(command, Cluster.origin(), connection.timeoutMs()));
        }

        private void handOver(QuorumClient quorum, NodeName node) throws InterruptedException {
            try {
                QuorumDescription now = quorum.await(quorum.client().describeQuorum());
                if (now.leaderId() == node.id() && now.voters().size() > 1) {
                    quorum.await(quorum.client().transferQuorumLeadership(ANYBODY, connection.timeoutMs()));
                }
            } catch (MetadataRefusal | MetadataUnavailable kept) {
                throw Unreachable.because("quorum-" + node.id() + " keeps the office of the controller: "
                        + Failures.sentence(kept)
                        + (node.isStorage() ? "; storage-" + node.id() + " is in maintenance already" : "")
                        + "; the same command again tries once more");
            }
        }

        /** What is still to happen, a sentence each. */
        private static List<String> left(QuorumClient quorum, NodeName node, boolean on) throws InterruptedException {
            List<String> left = new ArrayList<>();
            MetadataImage image = quorum.image();
            if (node.isStorage()) {
                left.addAll(on ? Leaderships.left(image, node.id()) : notBack(image, node.id()));
            }
            QuorumDescription now = on && node.isQuorum() ? quorum.describedOrNull() : null;
            if (on && node.isQuorum() && now == null) {
                left.add("an active controller is to be elected");
            } else if (now != null && now.leaderId() == node.id()) {
                left.add("quorum-" + node.id() + " is still the active controller");
            }
            return left;
        }

        private static List<String> notBack(MetadataImage image, int nodeId) {
            BrokerImage broker = image.broker(nodeId);
            if (broker == null || !broker.active()) {
                return List.of(
                        "storage-" + nodeId + (broker != null && broker.fenced() ? " is fenced" : " does not serve"));
            }
            return Leaderships.notInSync(image, nodeId).stream()
                    .map(partition -> partition + " is not in sync yet")
                    .toList();
        }

        private void print(NodeName node, boolean on, List<String> left, PrintWriter out) {
            if (connection.json()) {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("node", node.toString());
                answer.put("maintenance", on);
                answer.put("done", left.isEmpty());
                answer.put("left", left);
                out.println(Json.write(answer));
                out.flush();
                return;
            }
            out.println(node
                    + (on ? " is in maintenance" : " is out of maintenance")
                    + (left.isEmpty() ? "" : "; " + left.size() + " things are still to happen:"));
            left.stream().limit(MAX_NAMED).forEach(each -> out.println("  " + each));
            if (left.size() > MAX_NAMED) {
                out.println("  and " + (left.size() - MAX_NAMED) + " more");
            }
            hint(node, on, left.isEmpty(), out);
            out.flush();
        }

        private static void hint(NodeName node, boolean on, boolean done, PrintWriter out) {
            if (!done) {
                out.println("next: shiplog maintenance " + (on ? "on " : "off ") + node + " --wait");
            } else if (on) {
                out.println("it leads nothing. next: shiplog may-restart " + node + ", stop it, start it, then shiplog"
                        + " maintenance off " + node + " --wait");
            } else if (node.isStorage()) {
                out.println(
                        "all its replicas are in sync. next: shiplog leaders balance --wait gives it its leaderships back"
                                + " (the controller does so by itself, too)");
            }
        }
    }
}
