// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.ReplicaView;
import io.shiplog.replication.port.PartitionState;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;

/**
 * A snapshot of one replica for people ({@code explain}). Times are monotonic milliseconds of this node.
 *
 * @param role what this node is for the partition
 * @param roleSinceMs since when
 * @param state latest metadata; null before the first
 * @param flushedOffset what is on the disk, as far as the present role was told
 * @param problem why nothing works here (stopped, offline), or the last error of the follower; null for none
 * @param shipment segments that are on their way to it; null for none
 * @param followers how the leader sees its followers; empty elsewhere
 */
public record ReplicaStatus(
        TopicIdPartition id,
        Role role,
        long roleSinceMs,
        PartitionState state,
        long logStartOffset,
        long highWatermark,
        long logEndOffset,
        long flushedOffset,
        String problem,
        ShipmentStatus shipment,
        List<ReplicaView> followers) {

    /**
     * How far a shipment is.
     *
     * @param adoptedBytes in the log by now
     * @param endOffset where it ends at the latest
     */
    public record ShipmentStatus(long adoptedBytes, long endOffset) {}

    /** What a replica is at a time. */
    public enum Role {
        /** No metadata yet, or no leader known. */
        IDLE,
        LEADER,
        FOLLOWER,
        /** Its log failed or must not be touched; a person has to look. */
        OFFLINE
    }

    public ReplicaStatus {
        followers = List.copyOf(followers);
    }
}
