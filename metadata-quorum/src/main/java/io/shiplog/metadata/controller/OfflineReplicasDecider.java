// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.ReportOfflineReplicasCommand;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a broker that lives on out of the partitions that it can no longer serve: a disk of it failed, or a replica is damaged. Where nobody
 * else could lead nothing changes: to have no leader serves nobody, and when the disk comes back the broker leads on.
 */
final class OfflineReplicasDecider {
    Decision decide(MetadataImage image, int brokerId, ReportOfflineReplicasCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        BrokerView brokers = BrokerView.of(image);
        PartitionChanges changes = new PartitionChanges(image, records, ChangeCause.REPLICA_OFFLINE, Integer.MAX_VALUE);
        for (PartitionRef ref : command.getPartitionsList()) {
            TopicImage topic = image.topic(Uuids.fromBytes(ref.getTopicId()));
            PartitionImage before = topic == null ? null : topic.partition(ref.getPartition());
            if (before != null && (before.inIsr(brokerId) || before.inElr(brokerId))) {
                changes.look(
                        topic,
                        ref.getPartition(),
                        before,
                        (t, partition, state, policy) -> without(brokerId, state, policy, brokers));
            }
        }
        return Decision.divisible(image.offset(), records, MetadataResult.newBuilder());
    }

    private static PartitionImage without(int brokerId, PartitionImage before, TopicPolicy policy, BrokerView brokers) {
        PartitionImage next = new PartitionTransition(before, policy, brokers)
                .distrusting(brokerId, false)
                .next();
        return next.hasLeader() || !before.hasLeader() ? next : before;
    }
}
