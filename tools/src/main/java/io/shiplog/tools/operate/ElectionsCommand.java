// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Rows;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Elects leaders by hand, as Kafka's own tool does. */
@Command(
        name = "elections",
        mixinStandardHelpOptions = true,
        description = "Elects leaders by hand: preferred ones, or uncleanly.")
public final class ElectionsCommand {
    private static final int ALL_WELL = 0;
    private static final int SOME_REFUSED = 1;

    @Spec
    private CommandSpec spec;

    @Command(
            mixinStandardHelpOptions = true,
            description = "Makes the first replica of each partition its leader again, where it is in sync.")
    int preferred(
            @Mixin Connection target,
            @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only of these; all without any.")
                    List<String> topics,
            @Option(names = "--partition", paramLabel = "N", description = "Only this one of each topic.")
                    Optional<Integer> partition)
            throws ExecutionException, InterruptedException {
        return elect(target, ElectionType.PREFERRED, topics, partition);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = {
                "Lets any live replica lead partitions that have no leader. Acknowledged records may be lost:",
                "bin/shiplog partitions recover shows first what would be, and takes the longest log."
            })
    int unclean(
            @Mixin Connection target,
            @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Of these topics.") List<String> topics,
            @Option(names = "--partition", paramLabel = "N", description = "Only this one of each topic.")
                    Optional<Integer> partition)
            throws ExecutionException, InterruptedException {
        return elect(target, ElectionType.UNCLEAN, topics, partition);
    }

    private int elect(Connection target, ElectionType type, List<String> topics, Optional<Integer> partition)
            throws ExecutionException, InterruptedException {
        Rows rows = new Rows("topic", "partition", "outcome");
        boolean refused = false;
        try (Cluster cluster = target.connect()) {
            Admin admin = cluster.admin();
            Map<TopicPartition, Optional<Throwable>> outcomes =
                    new TreeMap<>((a, b) -> a.topic().equals(b.topic())
                            ? Integer.compare(a.partition(), b.partition())
                            : a.topic().compareTo(b.topic()));
            outcomes.putAll(admin.electLeaders(type, partitions(admin, topics, partition))
                    .partitions()
                    .get());
            for (Map.Entry<TopicPartition, Optional<Throwable>> outcome : outcomes.entrySet()) {
                Throwable failure = outcome.getValue().orElse(null);
                boolean needless = failure instanceof ElectionNotNeededException;
                refused |= failure != null && !needless;
                rows.add(
                        outcome.getKey().topic(),
                        outcome.getKey().partition(),
                        failure == null ? "elected" : needless ? "not needed" : failure.getMessage());
            }
        }
        target.print(rows, spec.commandLine().getOut());
        return refused ? SOME_REFUSED : ALL_WELL;
    }

    /** Null means all partitions of all topics. */
    private static Set<TopicPartition> partitions(Admin admin, List<String> topics, Optional<Integer> partition)
            throws ExecutionException, InterruptedException {
        if (topics == null || topics.isEmpty()) {
            return null;
        }
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        for (TopicDescription topic :
                admin.describeTopics(topics).allTopicNames().get().values()) {
            topic.partitions().stream()
                    .filter(each -> partition.isEmpty() || each.partition() == partition.get())
                    .forEach(each -> partitions.add(new TopicPartition(topic.name(), each.partition())));
        }
        return partitions;
    }
}
