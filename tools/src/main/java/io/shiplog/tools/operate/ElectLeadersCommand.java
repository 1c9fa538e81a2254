// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.text.Rows;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Elects leaders of topics by hand, as Kafka's own tool does. */
@Command(
        name = "elect",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the first replica of partitions their leader again; or, with --unclean, any live replica of those that nobody",
            "leads: acknowledged records may be lost. \"recover plan\" shows first what would be, and takes the longest log."
        },
        footer = {
            "",
            "Examples:",
            "  shiplog leaders elect orders",
            "  shiplog leaders elect orders --partition 3",
            "  shiplog leaders elect orders --partition 3 --unclean --yes"
        })
public final class ElectLeadersCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Of these topics.")
    private List<String> topics;

    @Option(names = "--partition", paramLabel = "N", description = "Only this one of each topic.")
    private Integer partition;

    @Option(names = "--unclean", description = "Whoever lives may lead what has no leader.")
    private boolean unclean;

    @Option(names = "--yes", description = "Records may be lost, and that is understood.")
    private boolean yes;

    @Override
    public Integer call() throws Exception {
        if (unclean && !yes) {
            throw connection.usage(
                    "an unclean election may lose acknowledged records; shiplog recover plan shows how many,"
                            + " --yes does it all the same");
        }
        Rows rows = new Rows("topic", "partition", "outcome");
        boolean well = true;
        try (Cluster cluster = connection.connect()) {
            Set<TopicPartition> partitions = new LinkedHashSet<>();
            for (String name : topics) {
                add(Names.topic(name, cluster.image()), partitions);
            }
            ElectionType type = unclean ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
            for (Map.Entry<TopicPartition, Elections.Outcome> each :
                    Elections.elect(cluster, type, partitions).entrySet()) {
                well &= each.getValue().well();
                rows.add(
                        each.getKey().topic(),
                        each.getKey().partition(),
                        each.getValue().text());
            }
        }
        connection.print(rows);
        return well ? 0 : 1;
    }

    private void add(TopicImage topic, Set<TopicPartition> partitions) {
        if (partition != null) {
            Names.partition(topic, partition);
            partitions.add(new TopicPartition(topic.name(), partition));
            return;
        }
        for (int number = 0; number < topic.partitionCount(); number++) {
            partitions.add(new TopicPartition(topic.name(), number));
        }
    }
}
