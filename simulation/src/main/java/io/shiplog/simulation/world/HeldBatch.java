// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

/**
 * A record batch that a replica holds.
 *
 * @param leaderEpoch in which it was appended
 * @param crc over everything but base offset and leader epoch: tells batches apart
 * @param producerId −1: not of an idempotent producer
 */
public record HeldBatch(
        long baseOffset,
        long lastOffset,
        int leaderEpoch,
        int crc,
        long producerId,
        short producerEpoch,
        int baseSequence,
        int records) {}
