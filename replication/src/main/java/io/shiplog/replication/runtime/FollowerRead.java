// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FollowerFetch;

/** What a follower's fetch says about one partition, and how much it wants. Mutable, reused by its owner. */
public final class FollowerRead extends FollowerFetch {
    /** Upper bound of record bytes, see {@link #atLeastOneBatch}. */
    public int maxBytes;

    /** Deliver the first batch even when it alone is larger than {@link #maxBytes}. */
    public boolean atLeastOneBatch;
}
