// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Rows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, creates and deletes topics. */
@Command(name = "topics", mixinStandardHelpOptions = true, description = "Lists, creates and deletes topics.")
public final class TopicsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    /** Without a subcommand: the list. */
    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        return list(connection, List.of());
    }

    @Command(mixinStandardHelpOptions = true, description = "Lists topics; all of them when none is named.")
    int list(
            @Mixin Connection target,
            @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only these.") List<String> topics)
            throws ExecutionException, InterruptedException {
        Rows rows = new Rows("topic", "id", "partitions", "replicas", "underReplicated", "configs");
        try (Cluster cluster = target.connect()) {
            Admin admin = cluster.admin();
            Collection<String> names = topics == null || topics.isEmpty()
                    ? admin.listTopics().names().get()
                    : topics;
            Map<String, TopicDescription> found =
                    new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
            Map<ConfigResource, Config> configs = configs(admin, found.keySet());
            found.forEach((name, topic) -> rows.add(
                    name,
                    topic.topicId().toString(),
                    topic.partitions().size(),
                    topic.partitions().get(0).replicas().size(),
                    topic.partitions().stream()
                            .filter(TopicsCommand::isUnderReplicated)
                            .count(),
                    overrides(configs.get(resource(name)))));
        }
        target.print(rows, spec.commandLine().getOut());
        return 0;
    }

    @Command(mixinStandardHelpOptions = true, description = "Creates a topic.")
    int create(
            @Mixin Connection target,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
            @Option(names = "--partitions", paramLabel = "N", description = "Default: the cluster's.")
                    Optional<Integer> partitions,
            @Option(names = "--replicas", paramLabel = "N", description = "Default: the cluster's.")
                    Optional<Short> replicas,
            @Option(names = "--config", paramLabel = "KEY=VALUE", description = "May be repeated.")
                    Map<String, String> configs)
            throws ExecutionException, InterruptedException {
        try (Cluster cluster = target.connect()) {
            Admin admin = cluster.admin();
            NewTopic topic = new NewTopic(name, partitions, replicas).configs(configs == null ? Map.of() : configs);
            var created = admin.createTopics(List.of(topic));
            created.all().get();
            Rows rows = new Rows("topic", "id", "partitions", "replicas");
            rows.add(
                    name,
                    created.topicId(name).get().toString(),
                    created.numPartitions(name).get(),
                    created.replicationFactor(name).get());
            target.print(rows, spec.commandLine().getOut());
        }
        return 0;
    }

    @Command(mixinStandardHelpOptions = true, description = "Deletes topics, with all that is in them.")
    int delete(
            @Mixin Connection target,
            @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.") List<String> topics)
            throws ExecutionException, InterruptedException {
        try (Cluster cluster = target.connect()) {
            Admin admin = cluster.admin();
            admin.deleteTopics(topics).all().get();
        }
        return 0;
    }

    private static boolean isUnderReplicated(TopicPartitionInfo partition) {
        return partition.isr().size() < partition.replicas().size();
    }

    private static Map<ConfigResource, Config> configs(Admin admin, Collection<String> topics)
            throws ExecutionException, InterruptedException {
        List<ConfigResource> resources = new ArrayList<>();
        for (String topic : new TreeSet<>(topics)) {
            resources.add(resource(topic));
        }
        return admin.describeConfigs(resources).all().get();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static Map<String, String> overrides(Config config) {
        Map<String, String> overrides = new TreeMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                overrides.put(entry.name(), entry.value());
            }
        }
        return overrides;
    }
}
