// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/**
 * When a follower has whole segments shipped instead of fetching their records (docs/bulk-start.md).
 *
 * @param nodeId this node
 * @param minBytes so many bytes in sealed segments must be missing; 1 or more
 */
public record ShippingRules(int nodeId, long minBytes) {
    /** Records are fetched, however many are missing. */
    public static final ShippingRules NEVER = new ShippingRules(-1, Long.MAX_VALUE);

    public ShippingRules {
        if (minBytes <= 0) {
            throw new IllegalArgumentException("at least one byte must be missing, not " + minBytes);
        }
    }
}
