// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/** Walks partitions and writes down what changes, up to a limit. */
final class PartitionChanges {
    /** The next state of a partition; the state given, when it stays as it is. */
    interface Rule {
        PartitionImage next(TopicImage topic, int partition, PartitionImage before, TopicPolicy policy);
    }

    private final MetadataImage image;
    private final List<MetadataRecord> records;
    private final ChangeCause cause;
    private final int limit;
    private final Set<PartitionId> seen = new HashSet<>();
    private Uuid policyOf;
    private TopicPolicy policy;
    private int changed;
    private boolean more;

    /**
     * @param records where the changes are appended
     * @param cause of those that are not unclean elections
     * @param limit at most so many changes
     */
    PartitionChanges(MetadataImage image, List<MetadataRecord> records, ChangeCause cause, int limit) {
        this.image = image;
        this.records = records;
        this.cause = cause;
        this.limit = limit;
    }

    /**
     * Applies {@code rule} to the partitions of a group, in a fixed order, until the limit is passed. A partition that changed
     * is not looked at again.
     *
     * @param brokerId whose group; of no meaning for the groups that are nobody's own
     */
    void walk(PartitionIndex.Group group, int brokerId, Rule rule) {
        if (more) {
            return;
        }
        image.visit(group, brokerId, (topic, partition, before) -> {
            look(topic, partition, before, rule);
            return !more;
        });
    }

    /** Applies {@code rule} to the partitions of one topic. */
    void walk(TopicImage topic, Rule rule) {
        int partition = 0;
        for (PartitionImage before : topic.partitions()) {
            look(topic, partition++, before, rule);
            if (more) {
                return;
            }
        }
    }

    /** Applies {@code rule} to one partition. */
    void look(TopicImage topic, int partition, PartitionImage before, Rule rule) {
        if (!topic.id().equals(policyOf)) {
            policyOf = topic.id();
            policy = TopicPolicy.of(image, topic.id());
        }
        PartitionImage after = rule.next(topic, partition, before, policy);
        if (after.equals(before) || !seen.add(new PartitionId(topic.id(), partition))) {
            return;
        }
        if (changed == limit) {
            more = true;
            return;
        }
        changed++;
        records.add(record(topic.id(), partition, before, after, cause));
    }

    /** How many changes were written down. */
    int changed() {
        return changed;
    }

    /** Whether the limit kept at least one change out. */
    boolean more() {
        return more;
    }

    /** Takes inactive brokers out of ISRs and leaderships and elects where there is no leader. */
    static Rule settle(BrokerView brokers) {
        return (topic, partition, before, policy) ->
                settled(before, brokers) ? before : new PartitionTransition(before, policy, brokers).next();
    }

    /** Whether a partition surely needs no change, judged without garbage: it has a leader, and its ISR is active. */
    static boolean settled(PartitionImage partition, BrokerView brokers) {
        for (int i = 0; i < partition.isrSize(); i++) {
            if (!brokers.test(partition.isrMember(i))) {
                return false;
            }
        }
        return partition.hasLeader() && !brokers.draining(partition.leader());
    }

    private static ChangeCause causeOf(PartitionImage before, PartitionImage after, ChangeCause cause) {
        boolean uncleanly = after.unclean() && !before.unclean() && cause != ChangeCause.UNCLEAN_RECOVERY;
        return uncleanly ? ChangeCause.UNCLEAN_ELECTION : cause;
    }

    static MetadataRecord record(
            Uuid topicId, int partition, PartitionImage before, PartitionImage after, ChangeCause cause) {
        PartitionChangeRecord.Builder change = PartitionChangeRecord.newBuilder()
                .setTopicId(Uuids.toBytes(topicId))
                .setPartition(partition)
                .setState(ImageRecords.state(after))
                .setCause(causeOf(before, after, cause));
        if (!Arrays.equals(before.replicas(), after.replicas())) {
            for (int replica : after.replicas()) {
                change.addReplicas(replica);
            }
        }
        return ImageRecords.record().setPartitionChange(change).build();
    }
}
