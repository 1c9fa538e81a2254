// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.simulation.engine.SimProcess;

/** The machines of the storage nodes, as whoever connects to them finds them. */
public interface BrokerHosts {
    /** The process that listens at a port; null when none does. */
    SimProcess listener(int port);

    /** Whether the machine of a node answers at all. */
    boolean hasPower(int node);
}
