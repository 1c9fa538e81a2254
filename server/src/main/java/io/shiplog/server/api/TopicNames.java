// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/** What is said of topics that do not exist. */
final class TopicNames {
    private TopicNames() {}

    /** INVALID_TOPIC_EXCEPTION when no topic can have this name, else UNKNOWN_TOPIC_OR_PARTITION. */
    static Errors errorForUnknown(String name) {
        try {
            Topic.validate(name);
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        } catch (InvalidTopicException invalid) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
    }
}
