// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * How the followers of one loop have segments shipped.
 *
 * @param minBytes see {@link io.shiplog.replication.core.ShippingRules}; {@code Long.MAX_VALUE}: never
 */
public record ShippingContext(SegmentStreams streams, long minBytes) {
    /** Records are fetched, however many are missing. */
    public static final ShippingContext NEVER = new ShippingContext(SegmentStreams.NONE, Long.MAX_VALUE);
}
