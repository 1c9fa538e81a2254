// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * The settings of a topic that its partitions' states depend on.
 *
 * @param overrides of the topic; its min ISR follows from them and the number of replicas
 * @param commit acknowledged means flushed on every in-sync replica
 * @param uncleanElection a replica that may lack committed records may lead when no other can
 */
record TopicPolicy(Map<String, String> overrides, boolean commit, boolean uncleanElection) {
    static TopicPolicy of(MetadataImage image, Uuid topicId) {
        return of(image.topicConfigs(topicId));
    }

    static TopicPolicy of(Map<String, String> overrides) {
        return new TopicPolicy(
                overrides, TopicConfigs.flushesBeforeAck(overrides), TopicConfigs.electsUncleanly(overrides));
    }

    int minIsr(int replicationFactor) {
        return TopicConfigs.effectiveMinIsr(overrides, replicationFactor);
    }
}
