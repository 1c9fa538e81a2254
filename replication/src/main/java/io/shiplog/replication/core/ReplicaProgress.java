// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;

/**
 * What a leader knows about one follower in its own leader epoch. Born empty with the epoch, so every position in here was
 * fetched under it; a position counts only while the registration it was fetched with is the one in the metadata.
 */
final class ReplicaProgress {
    static final long UNKNOWN = -1;
    private static final long NEVER = Long.MIN_VALUE;

    private AssignedReplica node;

    /** Broker epoch of the last fetch; −1 before the first. */
    private long brokerEpoch = UNKNOWN;

    private long fetchOffset = UNKNOWN;
    private long flushedOffset = UNKNOWN;
    private long highWatermark = UNKNOWN;
    private long logStartOffset = UNKNOWN;
    private long lastFetchMs = NEVER;

    /** The latest time at which the follower is known to have had everything that the leader had then. */
    private long caughtUpMs = NEVER;

    /** The leader had this log end at that time; reached, it gives the next {@link #caughtUpMs}. */
    private long sampleOffset = UNKNOWN;

    private long sampleMs;

    /** Registration that the controller refused as ISR member, −1 for none, until when not to ask again. */
    private long refusedBrokerEpoch = UNKNOWN;

    private long refusedUntilMs;

    private ReplicaStanding standing = ReplicaStanding.SILENT;
    private long standingSinceMs;

    ReplicaProgress(AssignedReplica node, long nowMs) {
        this.node = node;
        this.standingSinceMs = nowMs;
        if (node.inIsr()) {
            caughtUpMs = nowMs;
        }
    }

    int id() {
        return node.id();
    }

    AssignedReplica node() {
        return node;
    }

    /** News from the metadata. A member that entered the ISR without us gets the full lag time from now. */
    void onNode(AssignedReplica newNode, long nowMs) {
        if (newNode.inIsr() && !node.inIsr() && caughtUpMs == NEVER) {
            caughtUpMs = nowMs;
        }
        if (newNode.brokerEpoch() != node.brokerEpoch()
                || newNode.fenced() != node.fenced()
                || newNode.shuttingDown() != node.shuttingDown()) {
            refusedBrokerEpoch = UNKNOWN;
        }
        node = newNode;
    }

    /** Whether a fetch with this broker epoch comes from an older registration than one already seen. */
    boolean isStale(long fetchBrokerEpoch) {
        return fetchBrokerEpoch < 0 || fetchBrokerEpoch < brokerEpoch || fetchBrokerEpoch < node.brokerEpoch();
    }

    /**
     * Takes the positions of a fetch that passed all checks. The latest report counts, also when it is behind an earlier
     * one: a follower that really lost something must not be remembered better than it is.
     */
    void onFetch(FollowerFetch fetch, boolean byFlushed, long logEndOffset, long nowMs) {
        if (fetch.brokerEpoch != brokerEpoch) {
            onNewRegistration(fetch.brokerEpoch, nowMs);
        }
        fetchOffset = fetch.fetchOffset;
        flushedOffset = Math.min(fetch.flushedOffset, fetch.fetchOffset);
        highWatermark = fetch.highWatermark;
        logStartOffset = fetch.logStartOffset;
        lastFetchMs = nowMs;
        sampleCaughtUp(position(byFlushed), logEndOffset, nowMs);
    }

    private void onNewRegistration(long newBrokerEpoch, long nowMs) {
        if (brokerEpoch != UNKNOWN) {
            caughtUpMs = node.inIsr() ? nowMs : NEVER;
        }
        brokerEpoch = newBrokerEpoch;
        sampleOffset = UNKNOWN;
    }

    private void sampleCaughtUp(long position, long logEndOffset, long nowMs) {
        if (position >= logEndOffset) {
            caughtUpMs = nowMs;
            sampleOffset = UNKNOWN;
            return;
        }
        if (sampleOffset != UNKNOWN) {
            if (position < sampleOffset) {
                return;
            }
            caughtUpMs = Math.max(caughtUpMs, sampleMs);
        }
        sampleOffset = logEndOffset;
        sampleMs = nowMs;
    }

    /** The leader appends: until now the follower had everything if it was at the old end. */
    void onLeaderAppend(long oldLogEndOffset, boolean byFlushed, long nowMs) {
        if (caughtUpMs != nowMs && position(byFlushed) >= oldLogEndOffset) {
            caughtUpMs = nowMs;
        }
    }

    /** End of what this replica is known to hold (flushed or appended); −1 when nothing counts. */
    long position(boolean byFlushed) {
        if (brokerEpoch == UNKNOWN || brokerEpoch != node.brokerEpoch()) {
            return UNKNOWN;
        }
        return byFlushed ? flushedOffset : fetchOffset;
    }

    /** Kafka's rule: at the leader's end now, or it was there within the lag time. */
    boolean isCaughtUp(long logEndOffset, boolean byFlushed, long nowMs, long lagTimeMaxMs) {
        return position(byFlushed) >= logEndOffset || (caughtUpMs != NEVER && nowMs - caughtUpMs <= lagTimeMaxMs);
    }

    /** Its durable log start; −1 when nothing counts. */
    long logStartOffset() {
        return brokerEpoch == UNKNOWN || brokerEpoch != node.brokerEpoch() ? UNKNOWN : logStartOffset;
    }

    void refusedByController(long untilMs) {
        refusedBrokerEpoch = brokerEpoch;
        refusedUntilMs = untilMs;
    }

    /** Whether the controller would take it, as far as we know: registered as it fetches, unfenced, not just refused. */
    boolean isEligible(long nowMs) {
        return node.mayJoinIsr()
                && brokerEpoch == node.brokerEpoch()
                && (refusedBrokerEpoch != brokerEpoch || nowMs >= refusedUntilMs);
    }

    void stand(ReplicaStanding newStanding, long nowMs) {
        if (newStanding != standing) {
            standing = newStanding;
            standingSinceMs = nowMs;
        }
    }

    ReplicaStanding standing() {
        return standing;
    }

    ReplicaView view() {
        return new ReplicaView(
                node.id(),
                node.inIsr(),
                node.inElr(),
                standing,
                standingSinceMs,
                fetchOffset,
                flushedOffset,
                highWatermark,
                lastFetchMs == NEVER ? -1 : lastFetchMs,
                caughtUpMs == NEVER ? -1 : caughtUpMs);
    }
}
