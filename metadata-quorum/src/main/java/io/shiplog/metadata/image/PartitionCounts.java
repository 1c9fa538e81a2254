// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * Counts over all partitions of an image.
 *
 * @param offline without a leader
 * @param notOnPreferredLeader led by another replica than the first of the assignment, or by none
 */
public record PartitionCounts(int partitions, int offline, int notOnPreferredLeader) {
    static final PartitionCounts NONE = new PartitionCounts(0, 0, 0);

    PartitionCounts plus(PartitionImage partition) {
        return add(partition, 1);
    }

    PartitionCounts minus(PartitionImage partition) {
        return add(partition, -1);
    }

    private PartitionCounts add(PartitionImage partition, int sign) {
        return new PartitionCounts(
                partitions + sign,
                offline + (partition.hasLeader() ? 0 : sign),
                notOnPreferredLeader + (partition.isLedByPreferred() ? 0 : sign));
    }
}
