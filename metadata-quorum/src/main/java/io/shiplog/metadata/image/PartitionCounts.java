// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * Counts over all partitions of an image.
 *
 * @param offline without a leader
 * @param notOnPreferredLeader led by another replica than the first of the assignment, or by none
 */
public record PartitionCounts(int partitions, int offline, int notOnPreferredLeader) {}
