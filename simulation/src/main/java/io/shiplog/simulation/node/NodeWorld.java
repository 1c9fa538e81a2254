// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.network.SimNetwork;
import io.shiplog.simulation.quorum.ImageListener;
import io.shiplog.simulation.quorum.SimQuorum;
import io.shiplog.storage.log.LogSettings;
import org.apache.kafka.common.Uuid;

/** What a storage node lives in. */
public interface NodeWorld {
    Scheduler scheduler();

    SimNetwork network();

    SimQuorum quorum();

    ImageListener images();

    NodeSettings settings();

    LogSettings logDefaults();

    Dice dice();

    /** A number for a new process. */
    int nextProcess();

    /** The life that listens at a port; null when there is none. */
    StorageLife lifeAt(int port);

    /** Whether a machine has power. */
    boolean hasPower(int nodeId);

    /**
     * A leader sends a consumer to a follower (KIP-392).
     *
     * @param to what it knows of the follower; null when it is none
     */
    void onSentAway(int leader, Uuid topicId, int partition, AssignedReplica to);

    /** A process ended by itself. */
    void onEnded(StorageLife life, String why);
}
