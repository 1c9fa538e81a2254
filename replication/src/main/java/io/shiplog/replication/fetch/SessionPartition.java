// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.FetchWatcher;
import io.shiplog.replication.runtime.Replica;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;

/**
 * One partition of a fetch session: what the fetcher asked last, what it was told last, and whether anything may have changed
 * since ({@link FetchSession} keeps those that changed in a list).
 */
final class SessionPartition implements FetchWatcher {
    private static final int NO_EPOCH = -1;
    /** A request of a version without the field, or a follower that does not say. */
    private static final long HIGH_WATERMARK_UNSUPPORTED = Long.MAX_VALUE;

    final FetchKey key;
    private final FetchSession session;

    /** Null while this node has no replica of the partition. */
    Replica replica;

    long fetchOffset;
    int maxBytes;
    int currentLeaderEpoch;
    int lastFetchedEpoch;
    long flushedOffset;
    /** Log start that a follower reports, as far as it is durable there; −1 for a consumer. */
    long logStartOffset = -1;

    boolean suspectsLeader;
    boolean repairing;

    /** High watermark that the fetcher knows: the one reported, or the one sent since; −1 when unknown. */
    long knownHighWatermark = -1;
    /** When this follower was first seen to know less of the high watermark than there is; −1: it does not. */
    private long knowsLessSinceMs = -1;

    /** Log start offset that the fetcher was told; −1 when none was. */
    long toldLogStartOffset = -1;

    /** Epoch of the request whose answer moves the fetcher's position (records, divergence); −1 when none does. */
    private int movedByEpoch = NO_EPOCH;

    /** The last look found no records, perhaps only because they did not fit. */
    boolean mayHaveMore;

    private boolean watching;
    private boolean rebind;

    // Membership in the session's list of changed partitions, and in the session.
    SessionPartition nextChanged;
    boolean changed;
    boolean forgotten;

    SessionPartition(FetchSession session, FetchKey key) {
        this.session = session;
        this.key = key;
    }

    /** Takes what a request says about this partition. */
    void take(FetchPartition request) {
        fetchOffset = request.fetchOffset();
        maxBytes = Math.max(0, request.partitionMaxBytes());
        currentLeaderEpoch = request.currentLeaderEpoch();
        lastFetchedEpoch = request.lastFetchedEpoch();
        flushedOffset = InterBrokerTags.flushedOffset(request);
        logStartOffset = request.logStartOffset();
        suspectsLeader = InterBrokerTags.suspectsLeader(request);
        repairing = InterBrokerTags.isRepairing(request);
        if (request.highWatermark() != HIGH_WATERMARK_UNSUPPORTED) {
            knownHighWatermark = request.highWatermark();
        }
        session.addChanged(this);
    }

    /** The replica may have been replaced since it was bound. */
    boolean needsBinding() {
        return replica == null || rebind || !watching;
    }

    void bind(Replica found) {
        rebind = false;
        if (found != replica) {
            unwatch();
            replica = found;
        }
        if (session.isWatching()) {
            watch();
        }
    }

    void watch() {
        if (!watching && replica != null) {
            replica.addWatcher(this);
            watching = true;
        }
    }

    void unwatch() {
        if (watching) {
            replica.removeWatcher(this);
            watching = false;
        }
    }

    /** Takes note of whether the fetcher knows less of the high watermark than there is. For how many ms more it need not hear of that alone: 0 or less means at once. */
    long restMs(boolean knowsLess, long nowMs, int delayMs) {
        if (!knowsLess) {
            knowsLessSinceMs = -1;
            return delayMs;
        }
        if (knowsLessSinceMs < 0) {
            knowsLessSinceMs = nowMs;
        }
        return knowsLessSinceMs + delayMs - nowMs;
    }

    void movedBy(int requestEpoch) {
        movedByEpoch = requestEpoch;
    }

    /** Whether the answer to the request of this epoch moved the fetcher's position. */
    boolean wasMovedBy(int requestEpoch) {
        return requestEpoch != NO_EPOCH && movedByEpoch == requestEpoch;
    }

    @Override
    public void onLogEnd(Replica moved) {
        if (session.isFollower()) {
            session.signal(this);
        }
    }

    @Override
    public void onHighWatermark(Replica moved) {
        session.signal(this);
    }

    @Override
    public void onStateChange(Replica moved) {
        rebind = true;
        session.signal(this);
    }
}
