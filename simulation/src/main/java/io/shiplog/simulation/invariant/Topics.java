// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** What the metadata promise of a partition. */
final class Topics {
    private Topics() {}

    static int minIsr(MetadataImage image, Uuid topicId, PartitionImage partition) {
        Map<String, String> configs = EffectiveTopicConfigs.agreed(image, topicId);
        return TopicConfigs.effectiveMinIsr(configs, partition.replicationFactor());
    }

    static boolean flushesBeforeAck(MetadataImage image, Uuid topicId) {
        return TopicConfigs.flushesBeforeAck(EffectiveTopicConfigs.agreed(image, topicId));
    }

    /** Whether what is committed is on the disk of everybody who may be elected, so that no power loss takes it. */
    static boolean isOnDisks(MetadataImage image, Uuid topicId, PartitionImage partition) {
        return partition.durable() && flushesBeforeAck(image, topicId);
    }

    /** What the newest metadata say of a partition; null when it is no more. */
    static PartitionImage agreed(Scene scene, PartitionTruth partition) {
        return scene.cluster().agreed().partition(partition.topicId(), partition.partition());
    }

    static boolean mayBeElected(PartitionImage partition, int brokerId) {
        return partition.inIsr(brokerId) || partition.inElr(brokerId);
    }
}
