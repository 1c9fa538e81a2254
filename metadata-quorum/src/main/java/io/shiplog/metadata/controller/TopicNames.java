// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/** Which names a new topic may have: Kafka's rules. */
final class TopicNames {
    private TopicNames() {}

    /** Why a topic cannot be created under that name; null when it can. */
    static Refusal refusal(MetadataImage image, String name) {
        try {
            Topic.validate(name);
        } catch (InvalidTopicException e) {
            return new Refusal(Errors.INVALID_TOPIC_EXCEPTION, e.getMessage());
        }
        if (image.topic(name) != null) {
            return new Refusal(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        if (name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
            return new Refusal(
                    Errors.TOPIC_AUTHORIZATION_FAILED, "Topic '" + name + "' is kept for the metadata of the cluster.");
        }
        String colliding = image.collidingTopic(name);
        if (colliding != null) {
            return new Refusal(
                    Errors.INVALID_TOPIC_EXCEPTION,
                    "Topic '" + name + "' collides with existing topic: " + colliding
                            + ", because in metrics '.' and '_' are one.");
        }
        return null;
    }
}
