// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A partition as an operator judges it. Pure.
 *
 * @param minIsr in force for it
 */
public record PartitionHealth(TopicImage topic, int number, PartitionImage state, int minIsr) {
    /**
     * How many there are of each kind; one partition may be of several.
     *
     * @param reassigning whose replicas are being changed
     */
    public record Counts(int partitions, int offline, int belowMinIsr, int underReplicated, int reassigning) {}

    /** Hands out every partition, by topic and number. */
    public static void visit(MetadataImage image, Consumer<PartitionHealth> visitor) {
        List<TopicImage> topics = new ArrayList<>(image.topics());
        topics.sort((a, b) -> a.name().compareTo(b.name()));
        topics.forEach(topic -> visit(image, topic, visitor));
    }

    /** Hands out the partitions of one topic, by number. */
    public static void visit(MetadataImage image, TopicImage topic, Consumer<PartitionHealth> visitor) {
        Map<String, String> configs = EffectiveTopicConfigs.agreed(image, topic.id());
        for (int number = 0; number < topic.partitionCount(); number++) {
            PartitionImage state = topic.partition(number);
            int minIsr = TopicConfigs.effectiveMinIsr(configs, state.replicationFactor());
            visitor.accept(new PartitionHealth(topic, number, state, minIsr));
        }
    }

    /** Counts all partitions of the cluster. */
    public static Counts count(MetadataImage image) {
        int[] counts = new int[5];
        visit(image, each -> {
            counts[0]++;
            counts[1] += each.offline() ? 1 : 0;
            counts[2] += each.belowMinIsr() ? 1 : 0;
            counts[3] += each.underReplicated() ? 1 : 0;
            counts[4] += each.state.reassigning() ? 1 : 0;
        });
        return new Counts(counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    /** Nobody leads it: it can be neither written nor read. */
    public boolean offline() {
        return !state.hasLeader();
    }

    /** Led, and so few are in sync that produce requests with acks=all are refused. */
    public boolean belowMinIsr() {
        return state.hasLeader() && state.isrSize() < minIsr;
    }

    /** Fewer are in sync than there should be replicas. */
    public boolean underReplicated() {
        return state.isrSize() < state.replicationFactor();
    }

    /** The worst that is to be said of it; null when all is well. */
    public String problem() {
        if (offline()) {
            return "offline";
        }
        if (belowMinIsr()) {
            return "below min ISR";
        }
        if (underReplicated()) {
            return "under-replicated";
        }
        return state.reassigning() ? "moving" : null;
    }

    /** Topic, hyphen, number. */
    public String name() {
        return topic.name() + "-" + number;
    }
}
