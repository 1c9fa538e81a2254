// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.fetch.FetcherPartition.State;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.RateLimit;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The follower's replication throttle at one {@link ReplicaFetcher}. A partition that it limits pays for a portion when it asks, and the
 * difference when it is answered; when nothing is left it waits, in turn, outside the session, where it costs nothing.
 */
final class FetcherThrottle {
    /** Less than this is not worth a request. */
    private static final int SMALLEST_PORTION = 64 * 1024;
    /** The rate may be raised while somebody waits. */
    private static final long LONGEST_WAIT_MS = 1_000;

    private final EventLoop loop;
    private final RateLimit limit;
    private final int largestPortion;
    private final Consumer<FetcherPartition> activate;
    private final ArrayDeque<FetcherPartition> waiting = new ArrayDeque<>();
    private Cancellable timer;

    /**
     * @param largestPortion bytes that are asked of one partition without a throttle
     * @param activate fetches a partition whose turn has come
     */
    FetcherThrottle(EventLoop loop, RateLimit limit, int largestPortion, Consumer<FetcherPartition> activate) {
        this.loop = loop;
        this.limit = limit;
        this.largestPortion = largestPortion;
        this.activate = activate;
    }

    /** Whether the partition may be named in a request now; what it asks for is paid. */
    boolean mayAsk(FetcherPartition partition) {
        if (!limit.isLimited() || !partition.replica.throttle().limitsFetching()) {
            giveBack(partition);
            return true;
        }
        if (partition.paidBytes > 0) {
            return true;
        }
        if (limit.available(loop.nowMs()) <= 0) {
            return false;
        }
        partition.paidBytes = limit.portion(SMALLEST_PORTION, largestPortion);
        limit.take(partition.paidBytes, loop.nowMs());
        return true;
    }

    /** How much the partition may ask for. */
    int portion(FetcherPartition partition) {
        return partition.paidBytes > 0 ? partition.paidBytes : largestPortion;
    }

    /** The partition was sent so many bytes. */
    void received(FetcherPartition partition, int bytes) {
        if (partition.paidBytes > 0 && bytes > 0) {
            limit.take((long) bytes - partition.paidBytes, loop.nowMs());
            partition.paidBytes = 0;
        }
    }

    /** The partition will not be sent what it has paid for. */
    void giveBack(FetcherPartition partition) {
        if (partition.paidBytes > 0) {
            limit.take(-partition.paidBytes, loop.nowMs());
            partition.paidBytes = 0;
        }
    }

    /** The partition is fetched again when its turn comes. */
    void hold(FetcherPartition partition) {
        if (!partition.waitsForThrottle) {
            partition.waitsForThrottle = true;
            waiting.add(partition);
        }
        schedule();
    }

    private void schedule() {
        if (timer == null && !waiting.isEmpty()) {
            long waitMs = Math.max(1, limit.waitMs(loop.nowMs()));
            timer = loop.schedule(this::release, Math.min(LONGEST_WAIT_MS, waitMs));
        }
    }

    /** One after the other, each when those before it have paid: the request that names them is made up afterwards. */
    private void release() {
        timer = null;
        long available = limit.available(loop.nowMs());
        int portion = limit.portion(SMALLEST_PORTION, largestPortion);
        while (available > 0 && !waiting.isEmpty()) {
            FetcherPartition next = waiting.poll();
            next.waitsForThrottle = false;
            if (next.state == State.HELD_BACK) {
                activate.accept(next);
                available -= portion;
            }
        }
        schedule();
    }

    void close() {
        if (timer != null) {
            timer.cancel();
        }
        waiting.clear();
    }
}
