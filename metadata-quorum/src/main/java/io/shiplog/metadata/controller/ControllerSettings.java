// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * Settings of the cluster that decisions depend on.
 *
 * @param defaultPartitions partitions of a new topic that does not say (Kafka: {@code num.partitions})
 * @param defaultReplicationFactor at most so many replicas, as brokers permit, for a new topic that does not say (Kafka:
 *     {@code default.replication.factor})
 * @param maxPartitionsPerCall partitions that one call may create (Kafka: 10,000)
 * @param maxChangesPerDecision partition changes of one fencing, registration or shutdown; a sweep does the rest
 */
public record ControllerSettings(
        int defaultPartitions, int defaultReplicationFactor, int maxPartitionsPerCall, int maxChangesPerDecision) {

    public static ControllerSettings defaults() {
        return new ControllerSettings(1, 3, 10_000, 5_000);
    }
}
