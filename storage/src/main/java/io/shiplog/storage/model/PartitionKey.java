// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

import org.apache.kafka.common.Uuid;

/** Names a partition on disk: by topic id, so that a topic that was deleted and created again never meets old bytes. */
public record PartitionKey(Uuid topicId, int partition) {
    /** The name of the partition's directory. */
    public String directoryName() {
        return topicId + "-" + partition;
    }

    /** The same key; with the other's topic id when they are of one topic, so that a node's keys share what can be shared. */
    public PartitionKey sharing(PartitionKey other) {
        return other != null && other.topicId.equals(topicId) ? new PartitionKey(other.topicId, partition) : this;
    }

    /** The partition whose directory has this name, or null when it is not a name of a partition directory. */
    public static PartitionKey parse(String directoryName) {
        int dash = directoryName.lastIndexOf('-');
        if (dash != 22) return null;
        try {
            int partition = Integer.parseInt(directoryName.substring(dash + 1));
            PartitionKey key = new PartitionKey(Uuid.fromString(directoryName.substring(0, dash)), partition);
            return partition >= 0 && key.directoryName().equals(directoryName) ? key : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
