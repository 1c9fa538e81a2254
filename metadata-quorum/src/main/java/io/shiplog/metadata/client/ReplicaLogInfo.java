// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.image.PartitionId;

/**
 * How far one replica's log goes, for the controller that looks for the longest one.
 *
 * @param lastEpoch the newest leader epoch that the log knows; -1: none
 * @param highWatermark what this replica knows to be committed
 * @param failed the node has no usable log of the partition; the other values say nothing then
 * @param shortened something was cut off its end at a start that may have been promised, and it has not been in sync since
 */
public record ReplicaLogInfo(
        PartitionId partition,
        int lastEpoch,
        long logEndOffset,
        long highWatermark,
        boolean failed,
        boolean shortened) {}
