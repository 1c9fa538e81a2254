// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.ReplicaReport;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.quorum.NodeTalks;
import io.shiplog.tools.quorum.PartitionHealth;
import io.shiplog.tools.text.Cell;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** One topic with its settings and every partition. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        description = "Shows one topic: its settings, its size, and every partition.",
        footer = {"", "Examples:", "  shiplog topics describe orders", "  shiplog topics describe orders --json"})
public final class DescribeTopicCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Parameters(paramLabel = "TOPIC", description = "Its name.")
    private String name;

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect();
                NodeTalks talks = new NodeTalks()) {
            return connection.show(watch, out -> {
                MetadataImage image = cluster.imageAsItIs(connection);
                look(image, Names.topic(name, image), talks, out);
                return 0;
            });
        }
    }

    private void look(MetadataImage image, TopicImage topic, NodeTalks talks, PrintWriter out)
            throws InterruptedException {
        List<PartitionHealth> partitions = new ArrayList<>();
        PartitionHealth.visit(image, topic, partitions::add);
        Map<PartitionId, ReplicaReport> leaders = talks.leaders(image, partitions);
        TopicsCommand.TopicSize size = TopicsCommand.TopicSize.of(topic, leaders);
        Rows rows =
                new Rows("partition", "leader", "replicas", "isr", "startOffset", "highWatermark", "bytes", "problem");
        for (PartitionHealth each : partitions) {
            ReplicaReport leader = leaders.get(new PartitionId(topic.id(), each.number()));
            rows.add(
                    each.number(),
                    each.offline() ? null : each.state().leader(),
                    Arrays.stream(each.state().replicas()).boxed().toList(),
                    Arrays.stream(each.state().isr()).boxed().toList(),
                    leader == null ? null : leader.getLogStartOffset(),
                    leader == null ? null : leader.getHighWatermark(),
                    leader == null ? null : Cell.bytes(leader.getBytes()),
                    each.problem());
        }
        Map<String, String> own = new TreeMap<>(image.topicConfigs(topic.id()));
        Map<String, String> inherited = new TreeMap<>(EffectiveTopicConfigs.agreed(image, topic.id()));
        own.keySet().forEach(inherited::remove);
        Cell replicas = TopicsCommand.Listing.replicas(topic);
        int minIsr = partitions.isEmpty() ? 0 : partitions.get(0).minIsr();
        if (connection.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("topic", topic.name());
            object.put("id", topic.id().toString());
            object.put("replicas", replicas.value());
            object.put("minIsr", minIsr);
            object.put("bytes", size.bytes());
            object.put("records", size.records());
            object.put("configs", own);
            object.put("configsOfAllBrokers", inherited);
            object.put("partitions", rows.objects());
            out.println(Json.write(object));
            return;
        }
        out.println("topic     " + topic.name() + " (" + topic.id() + ")");
        out.println("size      " + size.bytesCell().text() + " in each copy, " + size.records() + " records");
        out.println("replicas  " + replicas.text() + ", at least " + minIsr + " in sync");
        out.println("settings  " + (own.isEmpty() ? "none of its own" : own));
        if (!inherited.isEmpty()) {
            out.println("          " + inherited + " for all brokers");
        }
        out.println();
        out.print(rows.table());
    }
}
