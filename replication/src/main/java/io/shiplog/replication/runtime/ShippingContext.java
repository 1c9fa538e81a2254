// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * How the followers of one loop have segments shipped.
 *
 * @param minBytes see {@link io.shiplog.replication.core.ShippingRules}; {@code Long.MAX_VALUE}: never
 * @param batchesPerTurn batches of a segment that are taken into the log in one turn of the loop
 */
public record ShippingContext(SegmentStreams streams, long minBytes, int batchesPerTurn) {
    /** Records are fetched, however many are missing. */
    public static final ShippingContext NEVER = new ShippingContext(SegmentStreams.NONE, Long.MAX_VALUE);

    /** Some tens of microseconds. */
    private static final int BATCHES_PER_TURN = 64;

    public ShippingContext(SegmentStreams streams, long minBytes) {
        this(streams, minBytes, BATCHES_PER_TURN);
    }
}
