// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Replica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** What a fetch needs to know about topics: from names to ids to the partitions of this node. On the loop. */
public interface PartitionLookup {
    /** Id of the topic that has this name now, or null. */
    Uuid topicId(String name);

    /** The partition's replica on this node, or null. */
    Replica replica(Uuid topicId, int partition);

    /**
     * Why {@link #replica} gave null: {@code UNKNOWN_TOPIC_ID}, {@code UNKNOWN_TOPIC_OR_PARTITION},
     * {@code NOT_LEADER_OR_FOLLOWER} when other nodes hold the partition, {@code KAFKA_STORAGE_ERROR} when its directory here is
     * offline.
     */
    Errors absence(Uuid topicId, int partition);
}
