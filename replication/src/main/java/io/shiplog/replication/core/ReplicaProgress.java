// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a leader knows about one follower in its own leader epoch. Born empty with the epoch, so every position in here was
 * fetched under it; a position counts only while the registration it was fetched with is the one in the metadata.
 */
final class ReplicaProgress {
    static final long UNKNOWN = -1;
    private static final long NEVER = Long.MIN_VALUE;
    /** A follower that is behind fetches more often than this; one that was caught up so shortly ago does not lag. */
    private static final long SHORT_MS = 1_000;
    /** Segments that come more slowly than at a MiB a second are not what keeps it from fetching, or are throttled: then it says so itself. */
    private static final long SLOW_SHIPPING_BYTES_PER_MS = 1_049;

    private AssignedReplica node;

    /** Broker epoch of the last fetch; −1 before the first. */
    private long brokerEpoch = UNKNOWN;

    private long fetchOffset = UNKNOWN;
    private long flushedOffset = UNKNOWN;
    private long highWatermark = UNKNOWN;
    private long logStartOffset = UNKNOWN;
    private long lastFetchMs = NEVER;
    /** Bytes in sealed segments of which the answer to the last fetch told it. */
    private long offeredBytes;

    /** It is going to cut its log: in the ISR it would have to be let go again first, for as long as it keeps up. */
    private boolean repairing;

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

    /** Null while there is nothing to tell: most followers keep up. */
    private LagWatch watch;

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
        repairing = fetch.repairing;
        lastFetchMs = nowMs;
        offeredBytes = 0;
        if (watch != null) {
            watch.accepted();
        }
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
            watch = null;
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

    /**
     * Whether the controller would take it, as far as we know: registered as it fetches, unfenced, not just refused; and whether it wants
     * to be taken: not while it is being repaired.
     */
    boolean isEligible(long nowMs) {
        return node.mayJoinIsr()
                && !repairing
                && brokerEpoch == node.brokerEpoch()
                && (refusedBrokerEpoch != brokerEpoch || nowMs >= refusedUntilMs);
    }

    // ---- why it lags

    void onRefused(Errors error, long nowMs) {
        watch().refused(error, nowMs);
    }

    void onHeldBack(long nowMs) {
        watch().heldBack(nowMs);
    }

    /** It was sent so many bytes of records, and told of so many in sealed segments. */
    void onSent(int bytes, long sealedBytes, long nowMs) {
        offeredBytes = sealedBytes;
        if (bytes > 0 && (watch != null || !node.inIsr() || !wasCaughtUpWithin(SHORT_MS, nowMs))) {
            watch().sent(bytes, nowMs);
        }
    }

    private LagWatch watch() {
        if (watch == null) {
            watch = new LagWatch();
        }
        return watch;
    }

    private boolean wasCaughtUpWithin(long ms, long nowMs) {
        return caughtUpMs != NEVER && nowMs - caughtUpMs <= ms;
    }

    ReplicaLag lag(long logEndOffset, boolean byFlushed, long nowMs) {
        long position = position(byFlushed);
        long behind = position < 0 ? UNKNOWN : Math.max(0, logEndOffset - position);
        long rate = watch == null ? 0 : watch.bytesPerSecond(nowMs);
        if (watch != null && watch.refusal() != Errors.NONE) {
            return new ReplicaLag(causeOf(watch.refusal()), watch.refusedSinceMs(), watch.refusal(), behind, rate);
        }
        ReplicaLag.Cause cause = causeOfLag(behind, logEndOffset, byFlushed, nowMs);
        long sinceMs = switch (cause) {
            case NO_FETCH, SHIPPING -> lastFetchMs;
            case THROTTLED -> watch.heldBackSinceMs();
            case SLOW_FLUSH -> caughtUpMs == NEVER ? standingSinceMs : caughtUpMs;
            default -> standingSinceMs;
        };
        return new ReplicaLag(cause, sinceMs, Errors.NONE, behind, rate);
    }

    private static ReplicaLag.Cause causeOf(Errors refusal) {
        return switch (refusal) {
            case FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, STALE_BROKER_EPOCH -> ReplicaLag.Cause.EPOCH_MISMATCH;
            default -> ReplicaLag.Cause.REFUSED;
        };
    }

    private ReplicaLag.Cause causeOfLag(long behind, long logEndOffset, boolean byFlushed, long nowMs) {
        if (standing == ReplicaStanding.DIVERGED) {
            return ReplicaLag.Cause.DIVERGED;
        }
        if (behind < 0) {
            return ReplicaLag.Cause.NEVER_FETCHED;
        }
        if (behind == 0) {
            return ReplicaLag.Cause.NONE;
        }
        if (nowMs - lastFetchMs > SHORT_MS) {
            return ships(nowMs) ? ReplicaLag.Cause.SHIPPING : ReplicaLag.Cause.NO_FETCH;
        }
        if (watch != null && watch.isHeldBack(nowMs)) {
            return ReplicaLag.Cause.THROTTLED;
        }
        if (wasCaughtUpWithin(SHORT_MS, nowMs)) {
            return ReplicaLag.Cause.NONE;
        }
        boolean onlyNotFlushed = byFlushed && fetchOffset - flushedOffset > logEndOffset - fetchOffset;
        return onlyNotFlushed ? ReplicaLag.Cause.SLOW_FLUSH : ReplicaLag.Cause.CATCHING_UP;
    }

    /** Whether it may be expected not to fetch because it receives what it was told of; nobody tells the leader that it does. */
    private boolean ships(long nowMs) {
        boolean outOfSync = !node.inIsr() && !node.fenced();
        return outOfSync
                && offeredBytes > 0
                && nowMs - lastFetchMs <= Math.max(SHORT_MS, offeredBytes / SLOW_SHIPPING_BYTES_PER_MS);
    }

    // ---- as a reader's choice

    /** Whether it surely has what is at the offset: fetched under its present registration, its log reaches there and begins before. */
    boolean holds(long offset) {
        return position(false) >= offset && logStartOffset >= 0 && logStartOffset <= offset;
    }

    /** Its log end under its present registration; −1 when nothing counts. */
    long appendedOffset() {
        return position(false);
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

    ReplicaView view(long logEndOffset, boolean byFlushed, long nowMs) {
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
                caughtUpMs == NEVER ? -1 : caughtUpMs,
                lag(logEndOffset, byFlushed, nowMs));
    }
}
