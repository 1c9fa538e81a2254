// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the cluster and the storage nodes that serve. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Shows the cluster's id and its serving storage nodes.")
public final class ClusterCommand implements Callable<Integer> {
    private static final long POLL_MS = 100;

    @Mixin
    private Connection connection;

    @Option(names = "--wait", paramLabel = "N", description = "First wait until N storage nodes serve.")
    private int wait;

    @Spec
    private CommandSpec spec;

    /** How many partitions a node leads, holds, and is in sync with. */
    private static final class Load {
        private int leads;
        private int replicas;
        private int inSync;
    }

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        try (Cluster cluster = connection.connect()) {
            Admin admin = cluster.admin();
            Collection<Node> nodes = serving(admin);
            String clusterId = admin.describeCluster().clusterId().get();
            Map<Integer, Load> loads = loads(admin);
            Rows rows = new Rows("node", "address", "rack", "leads", "replicas", "inSync");
            nodes.stream().sorted(Comparator.comparingInt(Node::id)).forEach(node -> {
                Load load = loads.getOrDefault(node.id(), new Load());
                rows.add(
                        node.id(),
                        node.host() + ":" + node.port(),
                        node.rack(),
                        load.leads,
                        load.replicas,
                        load.inSync);
            });
            print(clusterId, rows);
        }
        return 0;
    }

    private void print(String clusterId, Rows rows) {
        var out = spec.commandLine().getOut();
        if (connection.json()) {
            Map<String, Object> cluster = new LinkedHashMap<>();
            cluster.put("clusterId", clusterId);
            cluster.put("nodes", rows.objects());
            out.println(Json.write(cluster));
        } else {
            out.println("cluster " + clusterId);
            connection.print(rows, out);
        }
    }

    private Collection<Node> serving(Admin admin) throws ExecutionException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(connection.timeoutMs());
        while (true) {
            Collection<Node> nodes = admin.describeCluster().nodes().get();
            if (nodes.size() >= wait) {
                return nodes;
            }
            if (System.nanoTime() >= deadlineNs) {
                throw new TimeoutException(
                        nodes.size() + " of " + wait + " storage nodes serve after " + connection.timeoutMs() + " ms");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private static Map<Integer, Load> loads(Admin admin) throws ExecutionException, InterruptedException {
        Map<Integer, Load> loads = new LinkedHashMap<>();
        var topics = admin.describeTopics(admin.listTopics().names().get())
                .allTopicNames()
                .get();
        for (TopicDescription topic : topics.values()) {
            for (TopicPartitionInfo partition : topic.partitions()) {
                if (partition.leader() != null) {
                    load(loads, partition.leader()).leads++;
                }
                List<Node> replicas = partition.replicas();
                replicas.forEach(node -> load(loads, node).replicas++);
                partition.isr().forEach(node -> load(loads, node).inSync++);
            }
        }
        return loads;
    }

    private static Load load(Map<Integer, Load> loads, Node node) {
        return loads.computeIfAbsent(node.id(), id -> new Load());
    }
}
