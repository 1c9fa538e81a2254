// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimConnection;
import io.shiplog.simulation.network.SimNetwork;

/** Connections of one process to quorum nodes. */
final class QuorumLinks {
    private final SimQuorum quorum;
    private final SimNetwork network;
    private final SimProcess process;
    private final SimLoop loop;

    QuorumLinks(SimQuorum quorum, SimNetwork network, SimProcess process, SimLoop loop) {
        this.quorum = quorum;
        this.network = network;
        this.process = process;
        this.loop = loop;
    }

    SimQuorum quorum() {
        return quorum;
    }

    /**
     * Opens a connection to a quorum node.
     *
     * @param onClosed run on the loop when it breaks
     */
    SimConnection connect(int quorumNode, Runnable onClosed) {
        SimConnection connection = network.connect(process, quorumNode, quorum.process(quorumNode), true);
        connection.onClosedAtClient(() -> loop.execute(onClosed));
        return connection;
    }
}
