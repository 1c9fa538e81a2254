// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.SealedSegment;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a replica gives of its sealed segments.
 *
 * @param error NONE, or why there is nothing
 * @param segment what was asked for; null with an error
 * @param bytes with one reference that the caller has to release; empty with an error, and when only a description was asked for
 */
public record SegmentOutcome(Errors error, SealedSegment segment, LogSlice bytes) {
    static SegmentOutcome refused(Errors error) {
        return new SegmentOutcome(error, null, LogSlice.EMPTY);
    }

    static SegmentOutcome description(SealedSegment segment) {
        return new SegmentOutcome(Errors.NONE, segment, LogSlice.EMPTY);
    }
}
