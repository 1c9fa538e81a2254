// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import org.apache.kafka.common.Uuid;

/** A topic by name or by id; the other one is null. */
public record TopicSelector(String name, Uuid topicId) {
    public static TopicSelector byName(String name) {
        return new TopicSelector(name, null);
    }

    public static TopicSelector byId(Uuid topicId) {
        return new TopicSelector(null, topicId);
    }
}
