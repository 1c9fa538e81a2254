// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * Settings of the cluster that decisions depend on.
 *
 * @param defaultPartitions partitions of a new topic that does not say (Kafka: {@code num.partitions})
 * @param defaultReplicationFactor replicas of a new topic that does not say, or as many as there are usable brokers when those
 *     are fewer (Kafka: {@code default.replication.factor})
 * @param maxPartitionsPerCall partitions that one call may create (Kafka: 10,000)
 * @param maxAtomicBytes size of the records of a decision that must stay in one entry
 * @param maxChangesPerDecision partition changes of one fencing, unfencing or shutdown; sweeps do the rest
 */
public record ControllerSettings(
        int defaultPartitions,
        int defaultReplicationFactor,
        int maxPartitionsPerCall,
        int maxAtomicBytes,
        int maxChangesPerDecision) {

    public static ControllerSettings defaults() {
        return new ControllerSettings(1, 3, 10_000, 900 * 1024, 5_000);
    }
}
