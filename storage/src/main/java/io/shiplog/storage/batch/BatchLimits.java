// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import org.apache.kafka.common.record.TimestampType;

/**
 * What a topic allows of a batch.
 *
 * @param maxMessageBytes largest batch, compressed ({@code max.message.bytes})
 * @param timestampType whether the client's timestamps are kept or replaced by the time of the append
 * @param timestampBeforeMaxMs how far a client's timestamp may lie behind the wall clock
 * @param timestampAfterMaxMs how far it may lie ahead
 * @param keysRequired whether every record needs a key, as in a compacted topic
 * @param everyRecord whether every record of a compressed batch is looked at, too ({@code record.validation=records})
 */
public record BatchLimits(
        int maxMessageBytes,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean keysRequired,
        boolean everyRecord) {

    /** Of a topic that is not compacted and not strict. */
    public BatchLimits(
            int maxMessageBytes, TimestampType timestampType, long timestampBeforeMaxMs, long timestampAfterMaxMs) {
        this(maxMessageBytes, timestampType, timestampBeforeMaxMs, timestampAfterMaxMs, false, false);
    }
}
