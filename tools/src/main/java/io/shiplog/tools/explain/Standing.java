// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How a partition stands by its metadata.
 *
 * @param wantedMinIsr {@code min.insync.replicas} as it is set
 * @param minIsr as it is in force: never more than replicas
 */
record Standing(TopicImage topic, int number, PartitionImage partition, int wantedMinIsr, int minIsr) {
    static Standing of(MetadataImage image, TopicImage topic, int number) {
        PartitionImage partition = topic.partition(number);
        Map<String, String> configs = EffectiveTopicConfigs.agreed(image, topic.id());
        int replicas = partition.replicationFactor();
        String wanted = TopicConfigs.value(configs, replicas, TopicConfigs.MIN_INSYNC_REPLICAS);
        return new Standing(
                topic,
                number,
                partition,
                Integer.parseInt(wanted.trim()),
                TopicConfigs.effectiveMinIsr(configs, replicas));
    }

    PartitionId id() {
        return new PartitionId(topic.id(), number);
    }

    String name() {
        return topic.name() + "-" + number;
    }

    boolean leaderless() {
        return !partition.hasLeader();
    }

    boolean belowMinIsr() {
        return partition.isrSize() < minIsr;
    }

    /** In-sync replicas that may still go before writes are refused; negative when they are. */
    int margin() {
        return partition.isrSize() - minIsr;
    }

    /** Replicas that are not in sync, those on their way here by a reassignment too. */
    List<Integer> missing() {
        return Arrays.stream(partition.replicas())
                .filter(node -> !partition.inIsr(node))
                .boxed()
                .toList();
    }

    boolean well() {
        return !leaderless() && !belowMinIsr() && missing().isEmpty() && !partition.reassigning();
    }

    /** How much it matters that something of this partition is missing. */
    Severity severity() {
        return leaderless() || belowMinIsr() ? Severity.CRITICAL : Severity.WARNING;
    }

    /** Replicas whose nodes are registered and not fenced. */
    List<Integer> alive(MetadataImage image) {
        List<Integer> alive = new ArrayList<>();
        for (int node : partition.replicas()) {
            BrokerImage broker = image.broker(node);
            if (broker != null && !broker.fenced()) {
                alive.add(node);
            }
        }
        return alive;
    }

    /** In a few words, what clients notice. */
    String status() {
        if (leaderless()) {
            return "without a leader, so nothing can be read or written";
        }
        if (belowMinIsr()) {
            return "below min ISR, so writes with acks=all are refused";
        }
        if (partition.reassigning()) {
            return "being reassigned; reads and writes go on";
        }
        return missing().isEmpty() ? "healthy" : "under-replicated; reads and writes go on";
    }

    /** Who leads and who is in sync. */
    String assignment() {
        String led = leaderless()
                ? "no leader"
                : "led by " + partition.leader() + " (epoch " + partition.leaderEpoch() + ")";
        String eligible = partition.elrSize() == 0 ? "" : ", eligible " + ids(partition.elr());
        String moving = partition.reassigning()
                ? ", adding " + ids(partition.adding()) + ", removing " + ids(partition.removing())
                : "";
        return led + "; in sync " + ids(partition.isr()) + " of " + ids(partition.replicas()) + eligible + moving
                + "; min ISR " + minIsr;
    }

    /** Whether it is safe to wait as far as this partition goes, and why. */
    Finding.Builder weigh(Finding.Builder finding) {
        if (leaderless()) {
            return finding.waiting(false, "nothing can be read or written until somebody leads");
        }
        if (belowMinIsr()) {
            return finding.waiting(
                    false,
                    "writes with acks=all are refused: " + partition.isrSize() + " in sync, " + minIsr + " needed");
        }
        if (partition.isrSize() == 1 && partition.replicaCount() > 1) {
            return finding.waiting(false, "the only copy in sync is on node " + partition.isrMember(0));
        }
        return finding.waiting(
                true,
                partition.isrSize() + " replicas are in sync and " + minIsr + " needed: "
                        + (margin() == 0
                                ? "writes go on, but stop with the next failure"
                                : margin() + " more may fail"));
    }

    static String ids(int... nodes) {
        if (nodes.length == 0) {
            return "nobody";
        }
        return String.join(",", Arrays.stream(nodes).mapToObj(Integer::toString).toList());
    }
}
