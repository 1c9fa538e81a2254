// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

/**
 * What a partition's segments cannot tell.
 *
 * @param flushedOffset everything below is on the disk (and never cut by recovery)
 * @param logStartOffset the first offset that may be read
 * @param highWatermark a lower bound of the high watermark that this replica knew
 */
public record PartitionMarks(long flushedOffset, long logStartOffset, long highWatermark) {}
