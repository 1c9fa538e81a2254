// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Rows;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates a topic. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = "Creates a topic.",
        footer = {
            "",
            "Examples:",
            "  shiplog topics create orders --partitions 12 --replicas 3",
            "  shiplog topics create audit --config retention.ms=604800000 --config min.insync.replicas=2"
        })
public final class CreateTopicCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Parameters(paramLabel = "TOPIC", description = "Its name.")
    private String name;

    @Option(names = "--partitions", paramLabel = "N", description = "Default: the cluster's.")
    private Optional<Integer> partitions = Optional.empty();

    @Option(
            names = {"--replication-factor", "--replicas"},
            paramLabel = "N",
            description = "Default: the cluster's.")
    private Optional<Short> replicas = Optional.empty();

    @Option(names = "--config", paramLabel = "KEY=VALUE", description = "A setting of it; may be repeated.")
    private Map<String, String> configs = Map.of();

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect()) {
            NewTopic topic = new NewTopic(name, partitions, replicas).configs(configs);
            var created = cluster.admin().createTopics(List.of(topic));
            created.all().get();
            Rows rows = new Rows("topic", "id", "partitions", "replicas");
            rows.add(
                    name,
                    created.topicId(name).get().toString(),
                    created.numPartitions(name).get(),
                    created.replicationFactor(name).get());
            connection.print(rows);
        }
        return 0;
    }
}
