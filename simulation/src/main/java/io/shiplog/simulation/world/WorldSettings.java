// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.LivenessSettings;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.node.NodeSettings;
import io.shiplog.simulation.quorum.ClientSettings;
import io.shiplog.simulation.quorum.QuorumSettings;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;

/** The settings of all parts, from those of a run. */
final class WorldSettings {
    private final QuorumSettings quorum;
    private final NodeSettings node;
    private final LogSettings logDefaults = LogSettings.defaults();

    WorldSettings(Setup setup) {
        quorum = new QuorumSettings(
                setup.quorumNodes(),
                ControllerSettings.defaults().withSessionTimeoutMs(setup.sessionMs()),
                new LivenessSettings(setup.sessionMs(), 60, 150, 3_000, 1_000, 10_000, 6, 100, 100, 100),
                setup.balances(),
                setup.ringEntries(),
                setup.lossRate(),
                setup.uncertainRate(),
                setup.twiceRate(),
                setup.metadataLagMs() * 1_000L);
        node = new NodeSettings(
                setup.lagTimeMs(),
                Math.max(20, setup.lagTimeMs() / 6),
                500,
                new ClientSettings(setup.sessionMs() / 8, setup.sessionMs() * 9 / 10, 40, 800),
                disks(setup),
                setup.racks(),
                setup.shipBytes());
    }

    private LogDirectoryConfig disks(Setup setup) {
        return new LogDirectoryConfig(
                logDefaults,
                1,
                1,
                24 * 3_600_000L,
                1_000,
                2_048,
                setup.checkpointMs(),
                setup.marksMs(),
                1 << 20,
                Long.MAX_VALUE,
                64);
    }

    QuorumSettings quorum() {
        return quorum;
    }

    NodeSettings node() {
        return node;
    }

    LogSettings logDefaults() {
        return logDefaults;
    }
}
