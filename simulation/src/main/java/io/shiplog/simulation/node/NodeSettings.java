// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.simulation.quorum.ClientSettings;
import io.shiplog.storage.log.LogDirectoryConfig;

/**
 * Settings of all storage nodes of a run.
 *
 * @param lagTimeMs replica.lag.time.max.ms
 * @param tickMs how often time passes for replicas
 * @param retentionCheckMs how often old segments are looked for
 * @param disks of the data directory
 * @param racks whether every node is in a rack of its own
 * @param shipBytes replica.bulk.min.bytes; −1: segments are not shipped
 */
public record NodeSettings(
        int lagTimeMs,
        int tickMs,
        int retentionCheckMs,
        ClientSettings client,
        LogDirectoryConfig disks,
        boolean racks,
        int shipBytes) {
    /** Where a node is; null: nowhere. */
    public String rack(int nodeId) {
        return racks ? "rack-" + nodeId : null;
    }

    CoreSettings core() {
        return new CoreSettings(lagTimeMs, 50, 1_000);
    }

    FetcherSettings fetcher(int nodeId) {
        return new FetcherSettings(nodeId, 200, 1, 1 << 20, 16 * 1024, 2_000, 10, 100, 200);
    }
}
