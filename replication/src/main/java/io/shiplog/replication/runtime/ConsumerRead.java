// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** What a consumer wants from one partition. Mutable, reused from call to call by its owner. */
public final class ConsumerRead {
    /** Leader epoch that the client knows; −1 when it does not say. */
    public int currentLeaderEpoch = -1;

    /** First offset wanted. */
    public long fetchOffset;

    /** Epoch of the client's last record (KIP-595 divergence check); −1 when it does not say. */
    public int lastFetchedEpoch = -1;

    /** Read from this node even when it only follows (KIP-392). */
    public boolean allowFollower;

    /** Read no further than the last stable offset, and say what was aborted. */
    public boolean readCommitted;

    /** Only offsets are wanted, and whether the read could be served. */
    public boolean withoutRecords;

    /** Upper bound of record bytes, see {@link #atLeastOneBatch}. */
    public int maxBytes;

    /** Deliver the first batch even when it alone is larger than {@link #maxBytes}. */
    public boolean atLeastOneBatch;
}
