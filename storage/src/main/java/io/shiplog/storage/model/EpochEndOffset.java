// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/**
 * The largest leader epoch at or below the one that was asked for, and the offset at which it ends in this log (the
 * start of the next epoch, or the log end for the latest). Kafka: {@code LeaderEpochFileCache.endOffsetFor}.
 */
public record EpochEndOffset(int leaderEpoch, long endOffset) {
    /** Nothing is known about the epoch: the log is empty of epochs, or the epoch is newer than all of them. */
    public static final EpochEndOffset UNDEFINED = new EpochEndOffset(-1, -1L);

    public boolean isUndefined() {
        return leaderEpoch == -1 && endOffset == -1L;
    }
}
