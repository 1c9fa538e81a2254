// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * Settings of the cluster that decisions depend on.
 *
 * @param defaultPartitions partitions of a new topic that does not say (Kafka: {@code num.partitions})
 * @param defaultReplicationFactor replicas of a new topic that does not say, or as many as there are brokers when those are
 *     fewer (Kafka: {@code default.replication.factor})
 * @param maxPartitionsPerCall partitions that one call may create (Kafka: 10,000)
 * @param maxAtomicBytes size of the records of a decision that must stay in one entry
 * @param maxChangesPerDecision partition changes of one fencing, unfencing or shutdown; sweeps do the rest
 * @param limits how much there may be of things that only grow
 * @param sessionTimeoutMs told to brokers when they register (Kafka: {@code broker.session.timeout.ms})
 */
public record ControllerSettings(
        int defaultPartitions,
        int defaultReplicationFactor,
        int maxPartitionsPerCall,
        int maxAtomicBytes,
        int maxChangesPerDecision,
        Limits limits,
        int sessionTimeoutMs) {

    /**
     * How much there may be.
     *
     * @param partitions of all topics ({@code max.partitions.per.cluster})
     * @param partitionsPerBroker replicas on one broker ({@code max.partitions.per.broker})
     * @param entries access control entries, entities with quotas, and credentials: so many of each
     */
    public record Limits(int partitions, int partitionsPerBroker, int entries) {
        public static Limits defaults() {
            return new Limits(1_000_000, 100_000, 100_000);
        }
    }

    /** With the default limits. */
    public ControllerSettings(
            int defaultPartitions,
            int defaultReplicationFactor,
            int maxPartitionsPerCall,
            int maxAtomicBytes,
            int maxChangesPerDecision) {
        this(
                defaultPartitions,
                defaultReplicationFactor,
                maxPartitionsPerCall,
                maxAtomicBytes,
                maxChangesPerDecision,
                Limits.defaults(),
                2_000);
    }

    public static ControllerSettings defaults() {
        return new ControllerSettings(1, 3, 10_000, 900 * 1024, 5_000);
    }

    public ControllerSettings withLimits(Limits others) {
        return new ControllerSettings(
                defaultPartitions,
                defaultReplicationFactor,
                maxPartitionsPerCall,
                maxAtomicBytes,
                maxChangesPerDecision,
                others,
                sessionTimeoutMs);
    }

    public ControllerSettings withSessionTimeoutMs(int timeoutMs) {
        return new ControllerSettings(
                defaultPartitions,
                defaultReplicationFactor,
                maxPartitionsPerCall,
                maxAtomicBytes,
                maxChangesPerDecision,
                limits,
                timeoutMs);
    }
}
