// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.InvariantViolation;

/** The order of the offsets of one replica, as {@code docs/log-offsets.md} states it. */
final class LogOffsets {
    private LogOffsets() {}

    /** log start ≤ high watermark ≤ log end, and flushed ≤ log end. */
    static void check(ReplicatedLog log, long highWatermark) {
        long start = log.logStartOffset();
        long end = log.logEndOffset();
        long flushed = log.flushedOffset();
        if (start < 0 || start > highWatermark || highWatermark > end || flushed > end) {
            throw new InvariantViolation("offsets out of order: log start " + start + ", high watermark "
                    + highWatermark + ", log end " + end + ", flushed " + flushed);
        }
    }
}
