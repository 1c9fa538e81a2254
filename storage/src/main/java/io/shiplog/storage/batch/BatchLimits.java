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
 */
public record BatchLimits(
        int maxMessageBytes, TimestampType timestampType, long timestampBeforeMaxMs, long timestampAfterMaxMs) {}
