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
        return fault(name) == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    }

    /** Why no topic can have this name, as a sentence; null when one can. */
    static String fault(String name) {
        try {
            Topic.validate(name);
            return null;
        } catch (InvalidTopicException invalid) {
            return invalid.getMessage();
        }
    }
}
