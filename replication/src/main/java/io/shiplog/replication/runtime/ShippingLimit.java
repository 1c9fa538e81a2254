// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * Holds what is sent of sealed segments to leader.replication.throttled.rate, together with what leaders send in answers to fetches. Kafka's tools
 * name all old replicas of a partition that moves, so in-sync followers that ship are meant too. On the loop.
 */
public final class ShippingLimit {
    /** A piece that would have to wait longer is refused: whoever asks takes a connection on which nothing comes for dead. */
    static final int MAX_WAIT_MS = 10_000;

    private static final int SMALLEST_PIECE = 64 * 1024;

    private final RateLimit limit;
    private final EventLoop loop;

    public ShippingLimit(ReplicationThrottles throttles, EventLoop loop) {
        this.limit = throttles.asLeader();
        this.loop = loop;
    }

    /** How many bytes may be asked for at a time, so that they come in an even stream. */
    public int maxPieceBytes(Replica replica) {
        return replica.throttle().limitsShipping() && limit.isLimited()
                ? limit.portion(SMALLEST_PIECE, Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }

    /**
     * Bytes are sent when the rate allows for it, those that were asked for first before the others.
     *
     * @return false: it would be too long until then, and they are not sent
     */
    public boolean send(Replica replica, int bytes, Runnable send) {
        if (!replica.throttle().limitsShipping()) {
            send.run();
            return true;
        }
        long waitMs = limit.waitMs(loop.nowMs());
        if (waitMs > MAX_WAIT_MS) {
            return false;
        }
        limit.take(bytes, loop.nowMs());
        if (waitMs == 0) {
            send.run();
        } else {
            Cancellable unused = loop.schedule(send, waitMs);
        }
        return true;
    }
}
