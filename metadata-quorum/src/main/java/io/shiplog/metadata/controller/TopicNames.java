// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
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
        if (Topic.hasCollisionChars(name)) {
            for (TopicImage topic : image.topics()) {
                if (Topic.hasCollision(name, topic.name())) {
                    return new Refusal(
                            Errors.INVALID_TOPIC_EXCEPTION,
                            "Topic '" + name + "' would be mistaken for topic '" + topic.name()
                                    + "' in metrics, where '.' and '_' are one.");
                }
            }
        }
        return null;
    }
}
