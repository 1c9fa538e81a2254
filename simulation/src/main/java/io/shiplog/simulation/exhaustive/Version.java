// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.server.adapter.PartitionStates;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** The metadata after so many decisions. One object for equal ones ({@link Decisions}), which remembers what was decided on it. */
final class Version {
    static final Uuid TOPIC_ID = new Uuid(0x70, 1);

    final MetadataImage image;
    final PartitionImage partition;
    final PartitionState state;
    /** Leader epochs so far in which somebody led. */
    final int leaderships;

    final Map<Object, Decisions.Outcome> decided = new HashMap<>();
    private final Map<Version, PartitionState> newer = new HashMap<>();

    Version(MetadataImage image, int leaderships) {
        this.image = image;
        this.leaderships = leaderships;
        this.partition = image.partition(TOPIC_ID, 0);
        this.state = partition == null ? null : PartitionStates.of(image, TOPIC_ID, partition);
    }

    /** The partition as the controller's answer tells it to a node that has this version: nodes and settings are still its own. */
    PartitionState told(Version decision) {
        return newer.computeIfAbsent(decision, unknown -> PartitionStates.of(image, TOPIC_ID, decision.partition));
    }

    boolean isActive(int id) {
        return image.broker(id).active();
    }

    long epoch(int id) {
        return image.broker(id).epoch();
    }

    boolean mayBeElected(int id) {
        return partition.inIsr(id) || partition.inElr(id);
    }
}
