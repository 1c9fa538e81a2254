// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import org.apache.kafka.common.protocol.Errors;

/**
 * Answer of an offset look-up.
 *
 * @param error NONE, or why there is no answer
 * @param offset offset found; −1 when there is none (no record at or after the timestamp)
 * @param timestampMs timestamp of the record found; −1 when not looked up by time
 * @param leaderEpoch leader epoch of the offset; −1 when unknown
 */
public record OffsetLookup(Errors error, long offset, long timestampMs, int leaderEpoch) {
    static OffsetLookup refused(Errors error) {
        return new OffsetLookup(error, -1, -1, -1);
    }
}
