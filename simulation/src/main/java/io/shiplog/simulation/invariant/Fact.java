// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.List;

/** Something that changed by one event. */
public sealed interface Fact {
    /** A replica takes more for committed. */
    record HighWatermarkMoved(PartitionTruth partition, ReplicaTruth replica, ReplicaSight sight, long from, long to)
            implements Fact {}

    /** Records are at the end of a log that were not there. */
    record Appended(PartitionTruth partition, ReplicaTruth replica, ReplicaSight sight, List<Entry> entries)
            implements Fact {}

    /** Records are not at the end of a log any more. */
    record Cut(
            PartitionTruth partition,
            ReplicaTruth replica,
            ReplicaSight sight,
            List<Entry> entries,
            long knownCommitted)
            implements Fact {}

    /** A log begins elsewhere. */
    record LogStartMoved(PartitionTruth partition, ReplicaTruth replica, long from, long to) implements Fact {}

    /** A process has opened its log; what it holds is in the replica. */
    record Opened(PartitionTruth partition, ReplicaTruth replica, ReplicaSight sight, long endBefore) implements Fact {}

    /** A replica leads, which did not, or not in this epoch. */
    record Leads(PartitionTruth partition, ReplicaTruth replica, ReplicaSight sight) implements Fact {}

    /** What the metadata say of a partition changed; before is null for a new one, after for one that is gone. */
    record PartitionChanged(PartitionTruth partition, MetadataImage image, PartitionImage before, PartitionImage after)
            implements Fact {}

    /** One command, among others maybe that were agreed on with it, changed who is to have the partition. */
    record AssignmentChanged(PartitionTruth partition, MetadataImage image, PartitionImage before, PartitionImage after)
            implements Fact {}

    /** What the metadata say of a broker changed; before is null for a new one, after for one that is forgotten. */
    record BrokerChanged(int brokerId, MetadataImage image, BrokerImage before, BrokerImage after) implements Fact {}

    /** One command, among others maybe that were agreed on with it, let a broker in under a new epoch; the image is that of just after it. */
    record Registered(int brokerId, MetadataImage image) implements Fact {}

    /** One command, among others maybe that were agreed on with it, changed a job, or what it is doing. */
    record JobsChanged(MetadataImage before, MetadataImage after) implements Fact {}

    /** A replica gave up, or takes its log for damaged. */
    record GaveUp(PartitionTruth partition, ReplicaTruth replica, String why, boolean damaged) implements Fact {}

    /** Somebody leads from now on who may lack records, although no more was lost than is promised to be survived. */
    record LostWithinBudget(PartitionTruth partition, PartitionImage after) implements Fact {}

    /** All that an event changed of a partition has been told: the truth is up to date. */
    record Settled(PartitionTruth partition) implements Fact {}

    /** A client heard of something. */
    record Heard(Observation observation) implements Fact {}
}
