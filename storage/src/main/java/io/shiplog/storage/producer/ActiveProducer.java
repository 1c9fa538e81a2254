// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.producer;

/**
 * What is known of a producer of one partition, for DescribeProducers.
 *
 * @param lastSequence of its last batch, -1 when it has written nothing in its epoch that is remembered
 * @param lastTimestampMs of its last batch, -1 when there is none
 * @param coordinatorEpoch of the transaction coordinator that ended its last transaction, -1 when none did
 * @param transactionFirstOffset where its transaction began that goes on, -1 when none does
 */
public record ActiveProducer(
        long producerId,
        short epoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long transactionFirstOffset) {}
