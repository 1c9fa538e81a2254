// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * Holds what is sent of sealed segments to leader.replication.throttled.rate and to what the job allows that moves the partition, together with what leaders send
 * in answers to fetches. Kafka's tools name all old replicas of a partition that moves, so in-sync followers that ship are meant too. On the loop.
 */
public final class ShippingLimit {
    /** A piece that would have to wait longer is refused: whoever asks takes a connection on which nothing comes for dead. */
    static final int MAX_WAIT_MS = 10_000;

    private static final int SMALLEST_PIECE = 64 * 1024;

    private final EventLoop loop;

    public ShippingLimit(EventLoop loop) {
        this.loop = loop;
    }

    /** How many bytes that node may ask for at a time, so that they come in an even stream. */
    public int maxPieceBytes(Replica replica, int nodeId) {
        Limit limit = replica.throttle().shippingTo(nodeId);
        return limit != null && limit.isLimited()
                ? limit.portion(SMALLEST_PIECE, Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }

    /**
     * Bytes are sent to the node when the rate allows for it, those that were asked for first before the others.
     *
     * @return false: it would be too long until then, and they are not sent
     */
    public boolean send(Replica replica, int nodeId, int bytes, Runnable send) {
        Limit limit = replica.throttle().shippingTo(nodeId);
        if (limit == null) {
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
