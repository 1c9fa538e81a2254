// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.plan.PlanInput;
import io.shiplog.tools.plan.PlanNode;
import io.shiplog.tools.plan.PlanPartition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** A cluster as the planner wants to see it: the metadata, and what storage nodes say of their disks. */
final class PlanInputs {
    private PlanInputs() {}

    /** As it is now. */
    static PlanInput gather(Cluster cluster) throws InterruptedException {
        MetadataImage image = cluster.image();
        List<Integer> alive = image.brokers().stream()
                .filter(broker -> !broker.fenced())
                .map(BrokerImage::id)
                .toList();
        return of(image, alive.isEmpty() ? LogDirs.none() : LogDirs.of(cluster.admin(), alive));
    }

    static PlanInput of(MetadataImage image, LogDirs logDirs) {
        List<PlanNode> nodes = new ArrayList<>();
        for (BrokerImage broker : image.brokers()) {
            nodes.add(new PlanNode(broker.id(), broker.rack(), state(broker), logDirs.directories(broker.id())));
        }
        List<PlanPartition> partitions = new ArrayList<>();
        for (TopicImage topic : image.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                partitions.add(partition(image, topic, p, logDirs));
            }
        }
        partitions.sort((a, b) -> a.topic().equals(b.topic())
                ? Integer.compare(a.partition(), b.partition())
                : a.topic().compareTo(b.topic()));
        return new PlanInput(nodes, partitions);
    }

    private static PlanNode.State state(BrokerImage broker) {
        if (broker.fenced()) {
            return PlanNode.State.FENCED;
        }
        if (broker.inControlledShutdown()) {
            return PlanNode.State.STOPPING;
        }
        if (broker.cordoned()) {
            return PlanNode.State.CORDONED;
        }
        return broker.draining() ? PlanNode.State.DRAINING : PlanNode.State.SERVING;
    }

    private static PlanPartition partition(MetadataImage image, TopicImage topic, int number, LogDirs logDirs) {
        PartitionImage partition = topic.partition(number);
        TopicPartition name = new TopicPartition(topic.name(), number);
        TreeMap<Integer, String> directories = new TreeMap<>();
        long largest = 0;
        for (int node : partition.replicas()) {
            largest = Math.max(largest, logDirs.bytes(node, name));
            if (logDirs.directory(node, name) != null) {
                directories.put(node, logDirs.directory(node, name));
            }
        }
        long ofLeader = partition.hasLeader() ? logDirs.bytes(partition.leader(), name) : -1;
        return new PlanPartition(
                topic.name(),
                number,
                Arrays.stream(partition.replicas()).boxed().toList(),
                partition.leader(),
                Arrays.stream(partition.isr()).boxed().toList(),
                ofLeader >= 0 ? ofLeader : largest,
                busy(image, topic, number, partition),
                directories);
    }

    private static String busy(MetadataImage image, TopicImage topic, int number, PartitionImage partition) {
        JobImage job = image.jobs().jobOf(topic.id(), number);
        if (job != null) {
            return "is part of job " + job.id();
        }
        return partition.reassigning() ? "is being reassigned already" : null;
    }
}
