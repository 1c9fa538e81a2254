// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.CoreSettings;

/**
 * Settings of replication on one node.
 *
 * @param nodeId id of this node
 * @param core settings of the cores
 * @param tickIntervalMs how often time passes for every replica: laggards are looked for, proposals repeated; > 0
 */
public record ReplicationSettings(int nodeId, CoreSettings core, long tickIntervalMs) {
    public ReplicationSettings {
        if (tickIntervalMs <= 0 || tickIntervalMs > core.replicaLagTimeMaxMs() / 2) {
            throw new IllegalArgumentException(
                    "tick interval must be 1 ms to half of replica.lag.time.max.ms: " + tickIntervalMs);
        }
    }

    /** Kafka's defaults where it has them, with our shorter replica.lag.time.max.ms. */
    public static ReplicationSettings defaults(int nodeId) {
        return new ReplicationSettings(nodeId, CoreSettings.DEFAULTS, 500);
    }
}
