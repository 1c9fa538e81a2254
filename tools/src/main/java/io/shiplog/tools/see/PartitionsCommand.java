// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Rows;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows partitions: who leads, who is in sync, and from where to where they can be read. */
@Command(
        name = "partitions",
        mixinStandardHelpOptions = true,
        description = "Shows partitions: leader, replicas, in-sync replicas, offsets.")
public final class PartitionsCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Option(names = "--under-replicated", description = "Only those with fewer in-sync replicas than replicas.")
    private boolean underReplicated;

    @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Only of these topics.")
    private List<String> topics;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        Rows rows =
                new Rows("topic", "partition", "leader", "replicas", "isr", "eligible", "startOffset", "highWatermark");
        try (Cluster cluster = connection.connect()) {
            Admin admin = cluster.admin();
            Map<TopicPartition, TopicPartitionInfo> shown = partitions(admin);
            ListOffsetsResult starts = admin.listOffsets(offsets(shown, OffsetSpec.earliest()));
            ListOffsetsResult ends = admin.listOffsets(offsets(shown, OffsetSpec.latest()));
            for (Map.Entry<TopicPartition, TopicPartitionInfo> entry : shown.entrySet()) {
                TopicPartition id = entry.getKey();
                TopicPartitionInfo partition = entry.getValue();
                boolean led = isLed(partition);
                rows.add(
                        id.topic(),
                        id.partition(),
                        led ? partition.leader().id() : null,
                        ids(partition.replicas()),
                        ids(partition.isr()),
                        ids(partition.elr()),
                        led ? offset(starts, id) : null,
                        led ? offset(ends, id) : null);
            }
        }
        connection.print(rows, spec.commandLine().getOut());
        return 0;
    }

    private Map<TopicPartition, TopicPartitionInfo> partitions(Admin admin)
            throws ExecutionException, InterruptedException {
        Collection<String> names =
                topics == null || topics.isEmpty() ? admin.listTopics().names().get() : topics;
        Map<String, TopicDescription> found =
                new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
        Map<TopicPartition, TopicPartitionInfo> shown = new LinkedHashMap<>();
        found.forEach((name, topic) -> topic.partitions().forEach(partition -> {
            if (!underReplicated
                    || partition.isr().size() < partition.replicas().size()) {
                shown.put(new TopicPartition(name, partition.partition()), partition);
            }
        }));
        return shown;
    }

    /** A partition without a leader has nobody to ask: it is shown without offsets. */
    private static Map<TopicPartition, OffsetSpec> offsets(
            Map<TopicPartition, TopicPartitionInfo> partitions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = new LinkedHashMap<>();
        partitions.forEach((id, partition) -> {
            if (isLed(partition)) {
                asked.put(id, which);
            }
        });
        return asked;
    }

    private static boolean isLed(TopicPartitionInfo partition) {
        return partition.leader() != null && !partition.leader().isEmpty();
    }

    private static Long offset(ListOffsetsResult offsets, TopicPartition id)
            throws ExecutionException, InterruptedException {
        return offsets.partitionResult(id).get().offset();
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes == null ? List.of() : nodes.stream().map(Node::id).toList();
    }
}
