// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * The settings of a topic that its partitions' states depend on.
 *
 * @param overrides in force, of the topic or of all brokers; its min ISR follows from them and the number of replicas
 * @param commit acknowledged means flushed on every in-sync replica
 * @param uncleanElection a replica that may lack committed records may lead when no other can
 * @param recovery whose logs are compared by the controller itself before somebody leads who may lack committed records
 */
record TopicPolicy(Map<String, String> overrides, boolean commit, boolean uncleanElection, Recovery recovery) {
    /** {@link TopicConfigs#UNCLEAN_RECOVERY_STRATEGY} (KIP-966). */
    enum Recovery {
        /** The controller does nothing by itself. */
        NONE,
        /** When all have answered that were in sync or eligible when the partition was last served. */
        BALANCED,
        /** Whoever has answered. */
        AGGRESSIVE
    }

    static TopicPolicy of(MetadataImage image, Uuid topicId) {
        return of(EffectiveTopicConfigs.agreed(image, topicId));
    }

    /** The policy of a topic that has these settings of its own. */
    static TopicPolicy of(MetadataImage image, Map<String, String> configs) {
        return of(EffectiveTopicConfigs.agreed(image, configs));
    }

    /** {@code overrides} are {@link EffectiveTopicConfigs#agreed}. */
    static TopicPolicy of(Map<String, String> overrides) {
        return new TopicPolicy(
                overrides,
                TopicConfigs.flushesBeforeAck(overrides),
                TopicConfigs.electsUncleanly(overrides),
                recovery(overrides));
    }

    private static Recovery recovery(Map<String, String> overrides) {
        return switch (overrides.getOrDefault(TopicConfigs.UNCLEAN_RECOVERY_STRATEGY, "none")) {
            case "balanced" -> Recovery.BALANCED;
            case "aggressive" -> Recovery.AGGRESSIVE;
            default -> Recovery.NONE;
        };
    }

    int minIsr(int replicationFactor) {
        return TopicConfigs.effectiveMinIsr(overrides, replicationFactor);
    }
}
