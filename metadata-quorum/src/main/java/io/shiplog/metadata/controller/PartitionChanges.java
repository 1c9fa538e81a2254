// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import java.util.List;
import java.util.function.IntPredicate;
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

    /** Applies {@code rule} to all partitions, in a fixed order, until the limit is passed. */
    void walkAll(Rule rule) {
        for (TopicImage topic : image.topics()) {
            if (more) {
                return;
            }
            walk(topic, rule);
        }
    }

    /** Applies {@code rule} to the partitions of one topic. */
    void walk(TopicImage topic, Rule rule) {
        TopicPolicy policy = TopicPolicy.of(image, topic.id());
        int partition = 0;
        for (PartitionImage before : topic.partitions()) {
            PartitionImage after = rule.next(topic, partition, before, policy);
            if (!after.equals(before)) {
                if (changed == limit) {
                    more = true;
                    return;
                }
                changed++;
                records.add(record(topic.id(), partition, before, after, cause));
            }
            partition++;
        }
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
    static Rule settle(IntPredicate active) {
        return (topic, partition, before, policy) ->
                settled(before, active) ? before : new PartitionTransition(before, policy, active).next();
    }

    /** Whether a partition surely needs no change, judged without garbage: it has a leader, and its ISR is active. */
    static boolean settled(PartitionImage partition, IntPredicate active) {
        for (int i = 0; i < partition.isrSize(); i++) {
            if (!active.test(partition.isrMember(i))) {
                return false;
            }
        }
        return partition.hasLeader();
    }

    static MetadataRecord record(
            Uuid topicId, int partition, PartitionImage before, PartitionImage after, ChangeCause cause) {
        return ImageRecords.record()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(topicId))
                        .setPartition(partition)
                        .setState(ImageRecords.state(after))
                        .setCause(after.unclean() && !before.unclean() ? ChangeCause.UNCLEAN_ELECTION : cause))
                .build();
    }
}
