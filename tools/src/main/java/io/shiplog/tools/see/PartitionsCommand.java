// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

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
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows partitions: who leads, who is in sync, and from where to where they can be read. */
@Command(
        name = "partitions",
        mixinStandardHelpOptions = true,
        description = "Shows partitions: leader, replicas, in-sync replicas, offsets, bytes, and what is wrong.",
        footer = {
            "",
            "Several filters show what any of them finds; topics and --node narrow it down.",
            "",
            "Examples:",
            "  shiplog partitions orders                     those of one topic",
            "  shiplog partitions --under-replicated --watch",
            "  shiplog partitions --offline --below-min-isr  what clients suffer from",
            "  shiplog partitions --node 3 --json            replicas of storage-3"
        })
public final class PartitionsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Option(names = "--under-replicated", description = "Those with fewer in-sync replicas than replicas.")
    private boolean underReplicated;

    @Option(names = "--offline", description = "Those without a leader.")
    private boolean offline;

    @Option(names = "--below-min-isr", description = "Those where produce requests with acks=all are refused.")
    private boolean belowMinIsr;

    @Option(names = "--moving", description = "Those whose replicas are being changed.")
    private boolean moving;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only of this topic; may be repeated.")
    private List<String> topicOptions = List.of();

    @Option(names = "--node", paramLabel = "NODE", description = "Only those with a replica on this storage node.")
    private String node;

    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only of these topics.")
    private List<String> topics = List.of();

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect();
                NodeTalks talks = new NodeTalks()) {
            return connection.show(watch, out -> look(cluster.imageAsItIs(connection), talks, out));
        }
    }

    private int look(MetadataImage image, NodeTalks talks, PrintWriter out) throws InterruptedException {
        int nodeId = node == null ? -1 : Names.storageNode(node, image);
        List<PartitionHealth> shown = new ArrayList<>();
        TreeSet<String> named = new TreeSet<>(topics == null ? List.of() : topics);
        named.addAll(topicOptions);
        if (named.isEmpty()) {
            PartitionHealth.visit(image, each -> addWanted(each, nodeId, shown));
        }
        for (String name : named) {
            TopicImage topic = Names.topic(name, image);
            PartitionHealth.visit(image, topic, each -> addWanted(each, nodeId, shown));
        }
        Map<PartitionId, ReplicaReport> leaders = talks.leaders(image, shown);
        Rows rows = new Rows(
                "topic",
                "partition",
                "leader",
                "replicas",
                "isr",
                "eligible",
                "startOffset",
                "highWatermark",
                "bytes",
                "problem");
        for (PartitionHealth each : shown) {
            add(rows, each, leaders.get(new PartitionId(each.topic().id(), each.number())));
        }
        connection.print(rows, out);
        return 0;
    }

    private void addWanted(PartitionHealth each, int nodeId, List<PartitionHealth> shown) {
        boolean any = !(underReplicated || offline || belowMinIsr || moving);
        boolean wanted = any
                || (underReplicated && each.underReplicated())
                || (offline && each.offline())
                || (belowMinIsr && each.belowMinIsr())
                || (moving && each.state().reassigning());
        if (wanted && (nodeId < 0 || each.state().isReplica(nodeId))) {
            shown.add(each);
        }
    }

    private static void add(Rows rows, PartitionHealth each, ReplicaReport leader) {
        rows.add(
                each.topic().name(),
                each.number(),
                each.offline() ? null : each.state().leader(),
                list(each.state().replicas()),
                list(each.state().isr()),
                list(each.state().elr()),
                leader == null ? null : leader.getLogStartOffset(),
                leader == null ? null : leader.getHighWatermark(),
                leader == null ? null : Cell.bytes(leader.getBytes()),
                each.problem());
    }

    private static List<Integer> list(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
