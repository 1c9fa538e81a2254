// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/**
 * A promise in this node's own monotonic time that the controller has not fenced it yet. Renewed at the <em>send</em> time of the last
 * acknowledged heartbeat; once it has run out it stays invalid until a heartbeat was acknowledged and the metadata known at that
 * acknowledgement has been applied here. Safe to call from any thread, no allocation.
 */
public interface Lease {
    /**
     * Whether the promise holds.
     *
     * @param nowNs {@link System#nanoTime()}
     */
    boolean valid(long nowNs);

    /** Milliseconds left, 0 when it is not valid. */
    long remainingMs(long nowNs);
}
