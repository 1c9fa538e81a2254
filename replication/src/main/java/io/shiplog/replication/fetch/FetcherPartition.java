// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.Limit;
import io.shiplog.replication.runtime.Replica;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.protocol.Errors;

/** One partition of a {@link ReplicaFetcher}: what the leader was told last, and whether there is something new to tell. */
final class FetcherPartition {
    enum State {
        /** Fetched. */
        ACTIVE,
        /** Pauses after a failure. */
        SET_ASIDE,
        /** Not fetched as long as segments are shipped. */
        SHIPPED,
        /** Waits for the replication throttle. */
        HELD_BACK,
        /** Not fetched until metadata changes. */
        STOPPED,
        /** No longer of this fetcher. */
        REMOVED
    }

    final Replica replica;
    final FetchKey key;

    State state = State.ACTIVE;
    Cancellable pause;
    int failures;
    Errors lastError = Errors.NONE;
    long leaderHighWatermark = -1;

    /** The leader's session has this partition. */
    boolean inSession;

    /** There is something to tell the leader; member of the fetcher's list of those. */
    boolean changed;

    /** The next fetch waits until what was appended is on disk. */
    boolean flushing;

    /** What it asks for at present has been taken from the throttle; 0 when it is not throttled. */
    int paidBytes;

    /** From which; null when nothing is paid. */
    Limit paidTo;

    /** It is in the queue of those that the throttle holds back, perhaps without need any more. */
    boolean waitsForThrottle;

    // What the leader was told last.
    private int toldLeaderEpoch;
    private long toldFetchOffset;
    private int toldLastFetchedEpoch;
    private long toldFlushedOffset;
    private long toldLogStartOffset;
    private boolean toldRepairing;
    /** The first request that told the leader epoch, offset and last epoch above. */
    private long toldSince;

    FetcherPartition(Replica replica) {
        this.replica = replica;
        this.key = keyOf(replica);
    }

    static FetchKey keyOf(Replica replica) {
        return FetchKey.of(true, replica.id().topicId(), "", replica.id().partition());
    }

    /** Notes that the request with this number tells the position. */
    void tell(FollowerPosition position, long requestNumber) {
        if (!inSession || !isWhereTold(position)) {
            toldSince = requestNumber;
        }
        toldLeaderEpoch = position.currentLeaderEpoch;
        toldFetchOffset = position.fetchOffset;
        toldLastFetchedEpoch = position.lastFetchedEpoch;
        toldFlushedOffset = position.flushedOffset;
        toldLogStartOffset = position.logStartOffset;
        toldRepairing = position.repairing;
        inSession = true;
    }

    FetchPartition describe(FollowerPosition position, int maxBytes) {
        FetchPartition described = new FetchPartition()
                .setPartition(key.partition())
                .setCurrentLeaderEpoch(position.currentLeaderEpoch)
                .setFetchOffset(position.fetchOffset)
                .setLastFetchedEpoch(position.lastFetchedEpoch)
                .setLogStartOffset(position.logStartOffset)
                .setHighWatermark(position.highWatermark)
                .setPartitionMaxBytes(maxBytes);
        InterBrokerTags.setFlushedOffset(described, position.flushedOffset);
        if (position.suspectsLeader) {
            InterBrokerTags.setSuspicion(described);
        }
        if (position.repairing) {
            InterBrokerTags.setRepair(described);
        }
        return described;
    }

    /** Whether the answer to this request was given for the position that the leader was told last. */
    boolean isAnsweredBy(long requestNumber) {
        return inSession && requestNumber >= toldSince;
    }

    /** Whether the leader, as told, reads on from where the log ends. */
    boolean isWhereTold(FollowerPosition position) {
        return toldFetchOffset == position.fetchOffset
                && toldLastFetchedEpoch == position.lastFetchedEpoch
                && toldLeaderEpoch == position.currentLeaderEpoch;
    }

    /** Whether the leader knows all of the position. */
    boolean isTold(FollowerPosition position) {
        return isWhereTold(position)
                && toldFlushedOffset == position.flushedOffset
                && toldLogStartOffset == position.logStartOffset
                && toldRepairing == position.repairing;
    }

    /** Says what the leader was asked, so that the replica can tell an answer to its present position from others. */
    void fillQuestion(FetchedPartition fetched) {
        fetched.requestLeaderEpoch = toldLeaderEpoch;
        fetched.requestFetchOffset = toldFetchOffset;
        fetched.requestLastFetchedEpoch = toldLastFetchedEpoch;
    }

    /** Records that the leader is known to have committed and this follower has not asked beyond yet. */
    long lag() {
        return Math.max(0, leaderHighWatermark - toldFetchOffset);
    }

    /** Whether all is in the log here that the leader is known to have committed. */
    boolean hasCaughtUp() {
        return leaderHighWatermark >= 0 && replica.log().logEndOffset() >= leaderHighWatermark;
    }

    void cancelPause() {
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
    }
}
