// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.controller.RestartSafety;
import io.shiplog.metadata.proto.DrainBrokerCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.ClusterNodes;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.quorum.QuorumSafety;
import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists all nodes, says whether one may be restarted, and drains storage nodes of their leaderships. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Lists storage and quorum nodes; may-restart, drain, undrain.")
public final class NodesCommand implements Callable<Integer> {
    private static final int YES = 0;
    private static final int NO = 1;
    private static final long POLL_MS = 50;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    /** Without a subcommand: the list. */
    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        return list(connection);
    }

    @Command(mixinStandardHelpOptions = true, description = "Lists all nodes with their state.")
    int list(@Mixin Connection target) throws ExecutionException, InterruptedException {
        Rows rows = new Rows("node", "state", "address", "rack", "leads", "replicas", "inSync");
        try (Cluster cluster = target.connect()) {
            QuorumClient quorum = cluster.quorum();
            for (ClusterNodes.Row row :
                    ClusterNodes.of(quorum.image(), quorum.await(quorum.client().describeQuorum()))) {
                boolean storage = row.role().equals("storage");
                rows.add(
                        row.role() + "-" + row.id(),
                        row.state(),
                        row.address(),
                        row.rack(),
                        storage ? row.leads() : null,
                        storage ? row.replicas() : null,
                        storage ? row.inSync() : null);
            }
        }
        target.print(rows, spec.commandLine().getOut());
        return YES;
    }

    @Command(
            name = "may-restart",
            mixinStandardHelpOptions = true,
            description = "Says whether a node may be restarted now: exit 0 yes, 1 no.")
    int mayRestart(
            @Mixin Connection target,
            @Parameters(paramLabel = "NODE", description = "storage-2, quorum-1, or the number of a storage node.")
                    String name)
            throws ExecutionException, InterruptedException {
        NodeName node = node(name);
        try (Cluster cluster = target.connect()) {
            QuorumClient quorum = cluster.quorum();
            List<String> objections = new ArrayList<>();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("node", node.toString());
            if (node.isStorage()) {
                addStorage(RestartSafety.of(quorum.image(), node.id()), node, objections, answer);
            }
            if (node.isQuorum()) {
                QuorumSafety.Verdict verdict = QuorumSafety.of(
                        quorum.await(quorum.client().describeQuorum()), node.id(), System.currentTimeMillis());
                objections.addAll(verdict.objections());
                answer.put("votersKeepingUp", verdict.keepingUp());
                answer.put("votersNeeded", verdict.needed());
            }
            answer.put("safe", objections.isEmpty());
            answer.put("objections", objections);
            print(target, answer, objections);
            return objections.isEmpty() ? YES : NO;
        }
    }

    private static void addStorage(
            RestartSafety.Verdict verdict, NodeName node, List<String> objections, Map<String, Object> answer) {
        answer.put("margin", verdict.margin().isPresent() ? verdict.margin().getAsInt() : null);
        answer.put("partitions", verdict.partitions());
        answer.put("forbidding", verdict.forbidding());
        if (!verdict.known()) {
            objections.add(node + " is not registered");
        }
        for (RestartSafety.Forbidding each : verdict.named()) {
            objections.add(each.topic() + "-" + each.partition() + ": " + each.remaining()
                    + " in-sync replicas would remain, " + each.minIsr() + " are needed (" + each.reason() + ")");
        }
        if (verdict.forbidding() > verdict.named().size()) {
            objections.add("and " + (verdict.forbidding() - verdict.named().size()) + " more partitions");
        }
    }

    private void print(Connection target, Map<String, Object> answer, List<String> objections) {
        var out = spec.commandLine().getOut();
        if (target.json()) {
            out.println(Json.write(answer));
        } else if (objections.isEmpty()) {
            out.println("yes: " + answer.get("node") + " may be restarted" + marginText(answer));
        } else {
            out.println("no: " + answer.get("node") + " must not be restarted now");
            objections.forEach(objection -> out.println("  " + objection));
        }
        out.flush();
    }

    private static String marginText(Map<String, Object> answer) {
        if (answer.get("margin") != null) {
            return " (margin " + answer.get("margin") + ": so many more replicas of any of its "
                    + answer.get("partitions") + " partitions could be lost)";
        }
        return answer.containsKey("partitions") ? " (it is in sync with nothing)" : "";
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Moves all leaderships off a storage node and keeps new ones away; it stays in sync.")
    int drain(
            @Mixin Connection target,
            @Parameters(paramLabel = "NODE", description = "storage-2, or its number.") String name,
            @Option(names = "--wait", description = "Until it leads nothing any more.") boolean wait)
            throws ExecutionException, InterruptedException {
        return setDraining(target, name, true, wait);
    }

    @Command(mixinStandardHelpOptions = true, description = "Lets a drained storage node lead again.")
    int undrain(
            @Mixin Connection target,
            @Parameters(paramLabel = "NODE", description = "storage-2, or its number.") String name)
            throws ExecutionException, InterruptedException {
        return setDraining(target, name, false, false);
    }

    private int setDraining(Connection target, String name, boolean draining, boolean wait)
            throws ExecutionException, InterruptedException {
        NodeName node = node(name);
        try (Cluster cluster = target.connect()) {
            QuorumClient quorum = cluster.quorum();
            MetadataCommand.Builder command = MetadataCommand.newBuilder()
                    .setDrainBroker(DrainBrokerCommand.newBuilder()
                            .setTargetBrokerId(node.id())
                            .setDraining(draining));
            int left = quorum.await(quorum.client().submit(command, Cluster.origin(), target.timeoutMs()))
                    .getDrainBroker()
                    .getLeadershipsLeft();
            long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(target.timeoutMs());
            while (wait && left > 0 && System.nanoTime() < deadlineNs) {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
                left = leads(quorum, node.id());
            }
            Rows rows = new Rows("node", "draining", "leads");
            rows.add("storage-" + node.id(), draining, draining ? left : leads(quorum, node.id()));
            target.print(rows, spec.commandLine().getOut());
            return wait && left > 0 ? NO : YES;
        }
    }

    private static int leads(QuorumClient quorum, int nodeId) throws InterruptedException {
        for (ClusterNodes.Row row :
                ClusterNodes.of(quorum.image(), quorum.await(quorum.client().describeQuorum()))) {
            if (row.role().equals("storage") && row.id() == nodeId) {
                return row.leads();
            }
        }
        return 0;
    }

    private NodeName node(String text) {
        try {
            return NodeName.parse(text.matches("\\d+") ? "storage-" + text : text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }
}
