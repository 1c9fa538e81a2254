// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.network.SimNetwork;
import io.shiplog.simulation.quorum.ImageListener;
import io.shiplog.simulation.quorum.SimQuorum;
import io.shiplog.storage.log.LogSettings;

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

    /** A process ended by itself. */
    void onEnded(StorageLife life, String why);
}
