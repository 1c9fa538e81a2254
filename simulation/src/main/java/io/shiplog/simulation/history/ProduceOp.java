// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** One batch that a producer gave out. Times are those of the simulation, in microseconds. */
public final class ProduceOp {
    public final int id;
    public final int client;
    public final TopicIdPartition partition;
    public final short acks;
    public final boolean idempotent;
    /** The values of its records are this one and those that follow. Each value is sent in one batch only. */
    public final long firstValue;

    public final int records;
    public final long invokedUs;

    // Given with the first attempt.
    public long producerId = -1;
    public short producerEpoch = -1;
    public int baseSequence = -1;
    /** CRC of the batch: what every copy of it carries. */
    public int crc;

    /** How often it was sent. */
    public int attempts;

    /** When the last attempt was sent. */
    public long triedUs;

    /** Who answered last; −1 when nobody did. */
    public int node = -1;

    public long endedUs = -1;
    public Outcome outcome = Outcome.PENDING;
    /** Of the last answer that was none. */
    public Errors error = Errors.NONE;
    /** Offset of the first record, once it is acknowledged; −1 when the answer did not say. */
    public long baseOffset = -1;

    public ProduceOp(
            int id,
            int client,
            TopicIdPartition partition,
            short acks,
            boolean idempotent,
            long firstValue,
            int records,
            long invokedUs) {
        this.id = id;
        this.client = client;
        this.partition = partition;
        this.acks = acks;
        this.idempotent = idempotent;
        this.firstValue = firstValue;
        this.records = records;
        this.invokedUs = invokedUs;
    }

    /** Whether the strong promise was given for it: acknowledged with acks=all. */
    public boolean isPromised() {
        return outcome == Outcome.OK && acks == -1;
    }

    /** Offset behind its last record. */
    public long endOffset() {
        return baseOffset + records;
    }

    @Override
    public String toString() {
        return "produce " + id + " of client " + client + " to " + partition.topic() + "-" + partition.partition()
                + ": values " + firstValue + " to " + (firstValue + records - 1) + ", acks " + acks + ", producer "
                + producerId + " epoch " + producerEpoch + " sequence " + baseSequence + ": " + outcome
                + (outcome == Outcome.OK ? " at " + baseOffset : error == Errors.NONE ? "" : " " + error);
    }
}
