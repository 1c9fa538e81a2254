// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What lies on which disk: of running nodes as they tell it, of a stopped one from its directory. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description =
                "Shows log directories and logs: sizes, segments, flush marks; of a stopped node from its directory.",
        footer = {
            "",
            "Examples:",
            "  shiplog logs                                 every directory of every node",
            "  shiplog logs orders --node 2                 replicas of a topic on one node",
            "  shiplog logs --dir /disks/a/log              of a node that is down; nothing is changed",
            "  shiplog logs --dir /disks/a/log --verify     reads it all, checks every CRC, names the first bad offset"
        })
public final class LogsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Option(names = "--node", paramLabel = "NODE", description = "Only of this storage node.")
    private String node;

    @Option(names = "--all", description = "Every replica, not only the directories.")
    private boolean all;

    @Option(
            names = "--dir",
            paramLabel = "PATH",
            description = "A log directory whose node is down, instead of a cluster.")
    private Path directory;

    @Option(
            names = "--verify",
            description = "With --dir: read every batch and check it; exit 1 when something is wrong.")
    private boolean verify;

    @Parameters(
            paramLabel = "TOPIC",
            arity = "0..*",
            description = "Every replica of these topics (with --dir: of these topic ids).")
    private List<String> topics = List.of();

    @Override
    public Integer call() throws Exception {
        List<String> named = topics == null ? List.of() : topics;
        if (directory != null) {
            if (node != null) {
                throw connection.usage("--dir is one directory of one node: --node goes without it");
            }
            if (watch.on()) {
                throw connection.usage(
                        "--dir is of a node that is down: nothing changes there, --watch goes without it");
            }
            return new StoredLogs(connection).show(directory, named, verify, all);
        }
        if (verify) {
            throw connection.usage("--verify reads a directory whose node is down; --dir PATH names it"
                    + " (a running node checks its own disks, see docs/corruption.md)");
        }
        try (Cluster cluster = connection.connect();
                NodeTalks talks = new NodeTalks()) {
            return connection.show(watch, out -> look(cluster.imageAsItIs(connection), named, talks, out));
        }
    }

    private int look(MetadataImage image, List<String> named, NodeTalks talks, PrintWriter out)
            throws InterruptedException {
        int only = node == null ? -1 : Names.storageNode(node, image);
        if (named.isEmpty() && !all) {
            connection.print(directories(talks.nodes(image), only), out);
        } else {
            connection.print(replicas(image, named, only, talks), out);
        }
        return 0;
    }

    private static Rows directories(Map<Integer, NodeAnswer<DescribeNodeResponse>> answers, int only) {
        Rows rows =
                new Rows("node", "directory", "state", "logs", "usable", "total", "syncP99Ms", "damages", "problem");
        answers.forEach((id, answer) -> {
            if (only >= 0 && id != only) {
                return;
            }
            if (!answer.answered()) {
                rows.add("storage-" + id, null, null, null, null, null, null, null, "did not answer: " + answer.why());
                return;
            }
            for (DirectoryState each : answer.value().getDirectoriesList()) {
                rows.add(
                        "storage-" + id,
                        each.getPath(),
                        each.getState().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        each.getLogs(),
                        each.getUsableBytes() < 0 ? null : Cell.bytes(each.getUsableBytes()),
                        each.getTotalBytes() < 0 ? null : Cell.bytes(each.getTotalBytes()),
                        each.getSyncP99Ms(),
                        each.getDamagesFound(),
                        problem(each));
            }
        });
        return rows;
    }

    private static String problem(DirectoryState directory) {
        if (!directory.getReason().isEmpty()) {
            return directory.getReason();
        }
        return directory.getHung() ? "hangs" : directory.getFull() ? "full" : directory.getSlow() ? "slow" : null;
    }

    private Rows replicas(MetadataImage image, List<String> named, int only, NodeTalks talks)
            throws InterruptedException {
        List<PartitionHealth> partitions = new ArrayList<>();
        if (named.isEmpty()) {
            PartitionHealth.visit(image, partitions::add);
        }
        for (String name : named) {
            TopicImage topic = Names.topic(name, image);
            PartitionHealth.visit(image, topic, partitions::add);
        }
        Map<Integer, List<PartitionId>> wanted = new TreeMap<>();
        for (PartitionHealth each : partitions) {
            for (int replica : each.state().replicas()) {
                if (only < 0 || replica == only) {
                    wanted.computeIfAbsent(replica, id -> new ArrayList<>())
                            .add(new PartitionId(each.topic().id(), each.number()));
                }
            }
        }
        Map<Integer, Map<PartitionId, ReplicaReport>> told = talks.replicas(image, wanted);
        Rows rows = new Rows(
                "node",
                "topic",
                "partition",
                "role",
                "bytes",
                "segments",
                "startOffset",
                "endOffset",
                "flushedOffset",
                "highWatermark",
                "lastEpoch",
                "directory",
                "problem");
        wanted.forEach((id, list) -> list.forEach(partition ->
                add(rows, image, id, partition, told.getOrDefault(id, Map.of()).get(partition))));
        return rows;
    }

    private static void add(Rows rows, MetadataImage image, int id, PartitionId partition, ReplicaReport report) {
        String topic = image.topic(partition.topicId()).name();
        String name = "storage-" + id;
        if (report == null) {
            BrokerImage broker = image.broker(id);
            String why = broker == null || broker.fenced() ? "the node is fenced" : "the node does not tell";
            rows.add(name, topic, partition.partition(), null, null, null, null, null, null, null, null, null, why);
            return;
        }
        rows.add(
                name,
                topic,
                partition.partition(),
                report.getRole().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                Cell.bytes(report.getBytes()),
                report.getSegments(),
                report.getLogStartOffset(),
                report.getLogEndOffset(),
                report.getFlushedOffset(),
                report.getHighWatermark(),
                report.getLastEpoch(),
                report.getDirectory().isEmpty() ? null : report.getDirectory(),
                report.getProblem().isEmpty()
                        ? report.getDamagedFrom() < 0 ? null : "damaged from " + report.getDamagedFrom()
                        : report.getProblem());
    }
}
