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
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists topics; commands that create, describe, change and delete them stand below it. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = "Lists topics with size and settings; describe, create, alter, delete.",
        footer = {
            "",
            "Examples:",
            "  shiplog topics                                 all of them",
            "  shiplog topics list orders payments            these two",
            "  shiplog topics --matching 'audit-.*' --json",
            "  shiplog topics create orders --partitions 12 --replicas 3"
        })
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private Listing listing;

    @Override
    public Integer call() throws Exception {
        return listing.run(List.of());
    }

    /** The same by its name, for topics that are named. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists topics; all of them when none is named.",
            footer = {"", "Examples:", "  shiplog topics list orders payments", "  shiplog topics list --watch=5"})
    public static final class ListTopics implements Callable<Integer> {
        @Mixin
        private Listing listing;

        @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only these.")
        private List<String> topics = List.of();

        @Override
        public Integer call() throws Exception {
            return listing.run(topics == null ? List.of() : topics);
        }
    }

    /** The options of the list, and how it is made. */
    static final class Listing {
        @Mixin
        private Connection connection;

        @Mixin
        private Watch watch;

        @Option(names = "--matching", paramLabel = "REGEX", description = "Only topics whose whole name matches.")
        private String matching;

        @Option(
                names = "--internal",
                description = "The cluster's own topics, too, whose names begin with two underscores.")
        private boolean internal;

        int run(List<String> named) throws Exception {
            Pattern pattern = pattern();
            try (Cluster cluster = connection.connect();
                    NodeTalks talks = new NodeTalks()) {
                return connection.show(watch, out -> {
                    MetadataImage image = cluster.imageAsItIs(connection);
                    print(image, chosen(image, named, pattern), talks, out);
                    return 0;
                });
            }
        }

        private Pattern pattern() {
            try {
                return matching == null ? null : Pattern.compile(matching);
            } catch (PatternSyntaxException e) {
                throw connection.usage("--matching: " + e.getDescription() + " in '" + matching
                        + "'; a regular expression such as 'audit-.*' is expected");
            }
        }

        private List<TopicImage> chosen(MetadataImage image, Collection<String> named, Pattern pattern) {
            List<TopicImage> topics = new ArrayList<>();
            for (String name : named) {
                topics.add(Names.topic(name, image));
            }
            if (named.isEmpty()) {
                topics.addAll(image.topics());
                topics.removeIf(topic -> !internal && topic.name().startsWith("__"));
            }
            topics.removeIf(
                    topic -> pattern != null && !pattern.matcher(topic.name()).matches());
            topics.sort(Comparator.comparing(TopicImage::name));
            return topics;
        }

        private void print(MetadataImage image, List<TopicImage> topics, NodeTalks talks, PrintWriter out)
                throws InterruptedException {
            List<PartitionHealth> partitions = new ArrayList<>();
            topics.forEach(topic -> PartitionHealth.visit(image, topic, partitions::add));
            Map<PartitionId, ReplicaReport> leaders = talks.leaders(image, partitions);
            Rows rows = new Rows("topic", "partitions", "replicas", "bytes", "records", "problems", "configs", "id");
            for (TopicImage topic : topics) {
                TopicSize size = TopicSize.of(topic, leaders);
                rows.add(
                        topic.name(),
                        topic.partitionCount(),
                        replicas(topic),
                        size.bytesCell(),
                        size.records(),
                        problems(image, topic),
                        image.topicConfigs(topic.id()),
                        topic.id().toString());
            }
            connection.print(rows, out);
        }

        /** How many replicas its partitions have; the least when they differ, as while that is being changed. */
        static Cell replicas(TopicImage topic) {
            int least = Integer.MAX_VALUE;
            int most = 0;
            for (int number = 0; number < topic.partitionCount(); number++) {
                int factor = topic.partition(number).replicationFactor();
                least = Math.min(least, factor);
                most = Math.max(most, factor);
            }
            return new Cell(Math.min(least, most), least < most ? least + " to " + most : String.valueOf(most));
        }

        /** How many of its partitions are not well. */
        private static Cell problems(MetadataImage image, TopicImage topic) {
            int[] count = {0};
            String[] worst = {null};
            PartitionHealth.visit(image, topic, each -> {
                if (each.offline() || each.belowMinIsr() || each.underReplicated()) {
                    count[0]++;
                    worst[0] = worst[0] == null || each.offline() ? each.problem() : worst[0];
                }
            });
            return new Cell(count[0], count[0] == 0 ? "-" : count[0] + " " + worst[0]);
        }
    }

    /** What leaders say of a topic's size: bytes of one copy, and offsets from first to last. */
    record TopicSize(long bytes, long records, boolean whole) {
        static TopicSize of(TopicImage topic, Map<PartitionId, ReplicaReport> leaders) {
            long bytes = 0;
            long records = 0;
            int told = 0;
            for (int number = 0; number < topic.partitionCount(); number++) {
                ReplicaReport leader = leaders.get(new PartitionId(topic.id(), number));
                if (leader != null) {
                    told++;
                    bytes += leader.getBytes();
                    records += Math.max(0, leader.getHighWatermark() - leader.getLogStartOffset());
                }
            }
            return new TopicSize(bytes, told == 0 ? 0 : records, told == topic.partitionCount());
        }

        /** A sum that lacks partitions is marked as "at least". */
        Cell bytesCell() {
            Cell all = Cell.bytes(bytes);
            return whole ? all : new Cell(bytes, ">= " + all.text());
        }
    }
}
