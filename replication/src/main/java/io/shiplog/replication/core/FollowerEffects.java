// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import java.nio.ByteBuffer;

/**
 * What a {@link PartitionFollower} wants done. Called synchronously from its events; changes of the log come back as events.
 * The truncations and {@link #append} may come back before they return; all other events wait until the present one is over.
 */
public interface FollowerEffects {
    /** Cut the log to end at the offset; then onTruncated. */
    void truncateTo(long offset);

    /** Drop everything and start the log anew at the offset; then onTruncated. */
    void truncateFullyAndStartAt(long offset);

    /** Delete the records below the offset, which is not above the high watermark; onLogStart follows when that is durable. */
    void advanceLogStart(long offset);

    /**
     * Append the batches as they are, offsets and epochs checked against the log; then onAppended or onAppendRefused.
     *
     * @param gapsBelow below it offsets may be missing between batches, since compaction took them at the leader; 0 for none
     */
    void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow);

    /** Bring the log to disk up to its end; then onFlushed. */
    void requestFlush();

    /** Records below the offset are known to be committed. It goes back only after a recorded unclean election. */
    void highWatermarkMoved(long highWatermark);

    /** The flushed position or the durable log start changed: tell the leader. */
    void positionChanged();

    /**
     * Have sealed segments shipped from the log end on; onShipped for each of them that is in the log, then onShippingEnded. Only
     * wanted by a follower whose {@link ShippingRules} allow it.
     *
     * @param endOffsetExclusive the leader's high watermark: nothing at or behind it is taken
     */
    default void ship(long fromOffset, long endOffsetExclusive) {
        throw new UnsupportedOperationException("segments are not shipped here");
    }

    /** Give up what is being shipped, without onShippingEnded; what is in the log stays. */
    default void stopShipping() {
        throw new UnsupportedOperationException("segments are not shipped here");
    }

    /** Nothing may be done with this replica any more until somebody looks: data would have been lost. */
    void stop(String why);
}
