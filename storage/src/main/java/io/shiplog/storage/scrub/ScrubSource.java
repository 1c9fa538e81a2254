// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import io.shiplog.storage.model.PartitionKey;
import java.util.List;

/** The logs of a data directory, as a scrub goes over them. */
public interface ScrubSource {
    /** The partitions that are here now, sorted by the names of their directories. */
    List<PartitionKey> partitions();

    /** Begins the check of the first segment of the partition that has bytes and begins above the offset; null when there is none. */
    SegmentCheck next(PartitionKey partition, long aboveBase);
}
