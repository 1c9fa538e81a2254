// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.history.History;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;

/** A run as an observer sees it, who knows everything at once. */
public interface WorldView {
    Setup setup();

    History history();

    /** Microseconds since the start. */
    long nowUs();

    /** Number of storage nodes; their ids are 1 to this. */
    int storageNodes();

    /** Whether the process of a storage node is there. */
    boolean isUp(int node);

    /** Every partition that there was, those of deleted topics too, in the order of creation. */
    List<TopicIdPartition> partitions();

    /** The replicas of a partition that were ever seen, by node. */
    List<ReplicaView> replicas(TopicIdPartition partition);

    /** The replica on a node; null when none was ever seen there. */
    ReplicaView replica(TopicIdPartition partition, int node);

    /** The newest metadata of any quorum node. */
    MetadataImage metadata();

    /** What happened to the disks so far: how much of what was promised may be gone without a fault of the code. */
    DiskLosses diskLosses();

    /** Whether an election that may lose records was carried out for the partition. */
    boolean hadUncleanElection(TopicIdPartition partition);

    /** Faults that took effect, of all kinds. */
    int effectiveFaults();
}
