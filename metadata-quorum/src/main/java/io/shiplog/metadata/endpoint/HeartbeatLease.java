// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.shiplog.metadata.client.Lease;

/**
 * The lease of a registered broker. Changed on the client's thread with the time given, read by any thread.
 *
 * <p>It runs from the <em>send</em> time of an acknowledged heartbeat, because the controller counts from when it got it, which is later. Once
 * out, it does not come back with the next acknowledgement: another leader may have been elected meanwhile, so first the metadata that was
 * committed at that acknowledgement has to be applied here.
 *
 * <p>A connection that breaks cuts it short, since a controller that lives fences after a short grace. When the controller turns out to have
 * gone within that time, it cannot have fenced, and its successor grants everybody a full session: then the cut is taken back, so that acks 0
 * and 1 go on while the quorum elects.
 */
public final class HeartbeatLease implements Lease {
    private static final long NO_OFFSET = -1;
    private static final long NS_PER_MS = 1_000_000;
    private static final int MARGIN_PART = 10;

    private long leaseNs;
    private final long cutNs;
    /** Valid before this time; differences only, as with every {@link System#nanoTime()}. */
    private volatile long untilNs;

    private long uncutUntilNs;
    private boolean cut;
    private boolean suspended;
    private long appliedOffset;
    private long awaitedOffset = NO_OFFSET;
    private long awaitedUntilNs;

    public HeartbeatLease(long leaseMs, long cutMs, long nowNs) {
        this.leaseNs = leaseMs * NS_PER_MS;
        this.cutNs = cutMs * NS_PER_MS;
        this.untilNs = nowNs;
    }

    @Override
    public boolean valid(long nowNs) {
        return untilNs - nowNs > 0;
    }

    @Override
    public long remainingMs(long nowNs) {
        return Math.max(0, (untilNs - nowNs) / NS_PER_MS);
    }

    /**
     * The controller says after how long without a heartbeat it fences, which counts more than what this node was told by its own
     * file. A tenth is kept as margin, for clocks that differ in speed. Holds from the next acknowledgement on; a lease that runs
     * under a longer session than the new one is cut.
     */
    public void onSessionTimeout(long sessionTimeoutMs, long nowNs) {
        long ns = (sessionTimeoutMs - sessionTimeoutMs / MARGIN_PART) * NS_PER_MS;
        if (sessionTimeoutMs <= 0 || ns == leaseNs) {
            return;
        }
        leaseNs = ns;
        if (untilNs - (nowNs + ns) > 0) {
            untilNs = nowNs + ns;
        }
        if (cut && uncutUntilNs - (nowNs + ns) > 0) {
            uncutUntilNs = nowNs + ns;
        }
    }

    /** A heartbeat that was sent at {@code sentNs} was acknowledged; {@code committedOffset} is what the controller had then. */
    public void onAcknowledged(long sentNs, long committedOffset, boolean fenced, long nowNs) {
        if (fenced) {
            end(nowNs);
        } else if (valid(nowNs) && !suspended) {
            long renewedNs = sentNs + leaseNs;
            untilNs = cut || renewedNs - untilNs > 0 ? renewedNs : untilNs;
            cut = false;
        } else {
            awaitedOffset = committedOffset;
            awaitedUntilNs = sentNs + leaseNs;
            revive(nowNs);
        }
    }

    /** The node has applied the metadata below {@code offset}. */
    public void onApplied(long offset, long nowNs) {
        appliedOffset = Math.max(appliedOffset, offset);
        revive(nowNs);
    }

    private void revive(long nowNs) {
        if (awaitedOffset != NO_OFFSET && appliedOffset >= awaitedOffset && !suspended) {
            awaitedOffset = NO_OFFSET;
            cut = false;
            if (awaitedUntilNs - nowNs > 0) {
                untilNs = awaitedUntilNs;
            }
        }
    }

    /** The heartbeat connection broke. */
    public void onConnectionLost(long nowNs) {
        if (valid(nowNs) && !cut) {
            cut = true;
            uncutUntilNs = untilNs;
            untilNs = untilNs - (nowNs + cutNs) > 0 ? nowNs + cutNs : untilNs;
        }
    }

    /** The controller of the broken connection is surely no controller any more. */
    public void onControllerGone(long nowNs) {
        if (cut && valid(nowNs)) {
            untilNs = uncutUntilNs;
            cut = false;
        }
    }

    /** The node asks to be fenced, or does so no more. */
    public void suspend(boolean wanted, long nowNs) {
        suspended = wanted;
        if (wanted) {
            end(nowNs);
        }
    }

    /** Fenced, or no registration any more. */
    public void end(long nowNs) {
        untilNs = nowNs;
        cut = false;
        awaitedOffset = NO_OFFSET;
    }
}
