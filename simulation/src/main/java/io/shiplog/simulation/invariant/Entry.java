// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/**
 * One record as it lies in a log.
 *
 * @param leaderEpoch epoch that it was written in
 * @param value what its producer put into it; unique
 * @param producerId −1 when its producer is not idempotent
 * @param sequence of the record, not of its batch
 */
public record Entry(long offset, int leaderEpoch, long value, long producerId, int producerEpoch, int sequence) {
    /** Stands for the value of a record that cannot be read. */
    public static final long UNREADABLE = -2;

    /** A record of no idempotent producer. */
    public static Entry plain(long offset, int leaderEpoch, long value) {
        return new Entry(offset, leaderEpoch, value, -1, -1, -1);
    }

    @Override
    public String toString() {
        return "(" + offset + "," + leaderEpoch + ")=" + value;
    }
}
