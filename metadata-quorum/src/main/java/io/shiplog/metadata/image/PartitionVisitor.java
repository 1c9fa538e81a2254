// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** Is shown partitions. */
@FunctionalInterface
public interface PartitionVisitor {
    /** Whether to go on. */
    boolean visit(TopicImage topic, int partition, PartitionImage state);
}
