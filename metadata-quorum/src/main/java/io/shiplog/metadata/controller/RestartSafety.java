// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.Uuid;

/**
 * May this storage node be restarted now? Yes, when every partition that it is in sync with keeps at least min ISR active in-sync
 * replicas without it: then nothing that clients may do stops. Says nothing of what happens while it is away; another node is
 * to be asked for only when this one is back in sync. Pure.
 */
public final class RestartSafety {
    /** Partitions that a verdict names. */
    public static final int MAX_NAMED = 20;

    /**
     * A partition that would go below min ISR.
     *
     * @param remaining active in-sync replicas without the node
     * @param reason why the others do not count, for people
     */
    public record Forbidding(String topic, int partition, int minIsr, int remaining, String reason) {}

    /**
     * The answer.
     *
     * @param known whether a node of that id is registered; nothing else is said of one that is not
     * @param safe whether it may be restarted
     * @param margin the smallest surplus over min ISR that remains without it, negative when it is not safe; empty when it is in
     *     sync with nothing
     * @param partitions that it is in sync with
     * @param forbidding how many of them forbid it
     * @param named the first {@link #MAX_NAMED} of those
     */
    public record Verdict(
            int brokerId,
            boolean known,
            boolean safe,
            OptionalInt margin,
            int partitions,
            int forbidding,
            List<Forbidding> named) {
        public Verdict {
            named = List.copyOf(named);
        }
    }

    private final MetadataImage image;
    private final int brokerId;
    private final List<Forbidding> named = new ArrayList<>();
    private Uuid policyOf;
    private TopicPolicy policy;
    private int margin = Integer.MAX_VALUE;
    private int partitions;
    private int forbidding;

    private RestartSafety(MetadataImage image, int brokerId) {
        this.image = image;
        this.brokerId = brokerId;
    }

    /** Judges, at the cost of the partitions that the node is in sync with. */
    public static Verdict of(MetadataImage image, int brokerId) {
        if (image.broker(brokerId) == null) {
            return new Verdict(brokerId, false, false, OptionalInt.empty(), 0, 0, List.of());
        }
        RestartSafety safety = new RestartSafety(image, brokerId);
        image.visit(Group.IN_SYNC, brokerId, safety::look);
        return new Verdict(
                brokerId,
                true,
                safety.forbidding == 0,
                safety.partitions == 0 ? OptionalInt.empty() : OptionalInt.of(safety.margin),
                safety.partitions,
                safety.forbidding,
                safety.named);
    }

    private boolean look(TopicImage topic, int number, PartitionImage partition) {
        if (!topic.id().equals(policyOf)) {
            policyOf = topic.id();
            policy = TopicPolicy.of(image, topic.id());
        }
        int remaining = 0;
        for (int i = 0; i < partition.isrSize(); i++) {
            BrokerImage member = image.broker(partition.isrMember(i));
            remaining += member != null && member.id() != brokerId && member.active() ? 1 : 0;
        }
        int minIsr = policy.minIsr(partition.replicationFactor());
        partitions++;
        margin = Math.min(margin, remaining - minIsr);
        if (remaining < minIsr) {
            forbidding++;
            if (named.size() < MAX_NAMED) {
                named.add(new Forbidding(topic.name(), number, minIsr, remaining, reason(partition)));
            }
        }
        return true;
    }

    private String reason(PartitionImage partition) {
        StringBuilder reason = new StringBuilder();
        for (int replica : partition.replicas()) {
            String absent = replica == brokerId ? null : absence(partition, replica);
            if (absent != null) {
                reason.append(reason.length() == 0 ? "" : ", ").append(replica).append(absent);
            }
        }
        return reason.length() == 0 ? "it has too few other replicas" : reason.toString();
    }

    /** Why another replica does not count; null when it does. */
    private String absence(PartitionImage partition, int replica) {
        BrokerImage broker = image.broker(replica);
        if (broker == null) {
            return " is not registered";
        }
        if (broker.fenced()) {
            return " is fenced";
        }
        if (broker.leaving()) {
            return " is stopping";
        }
        return partition.inIsr(replica) ? null : " is not in sync yet";
    }
}
