// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.fetch.FetcherPartition.State;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Limit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The follower's replication throttles at one {@link ReplicaFetcher}. A partition that one of them limits pays for a portion when it asks, and the
 * difference when it is answered; when nothing is left it waits, in turn, outside the session, where it costs nothing. Those that wait for the
 * same limit stand in one line; there are no more lines than there are limits, a few for each open job.
 */
final class FetcherThrottle {
    /** Less than this is not worth a request. */
    private static final int SMALLEST_PORTION = 64 * 1024;
    /** The rate may be raised while somebody waits. */
    private static final long LONGEST_WAIT_MS = 1_000;

    private final EventLoop loop;
    private final int largestPortion;
    private final Consumer<FetcherPartition> activate;
    private final List<Line> lines = new ArrayList<>();

    /**
     * @param largestPortion bytes that are asked of one partition without a throttle
     * @param activate fetches a partition whose turn has come
     */
    FetcherThrottle(EventLoop loop, int largestPortion, Consumer<FetcherPartition> activate) {
        this.loop = loop;
        this.largestPortion = largestPortion;
        this.activate = activate;
    }

    /**
     * Whether the partition may be named in a request now; what it asks for is paid. Who has caught up asks on credit: its leader may be counting on it
     * already, and commits wait for it until the metadata say so here.
     */
    boolean mayAsk(FetcherPartition partition) {
        Limit limit = partition.replica.throttle().fetching();
        if (limit != partition.paidTo) {
            giveBack(partition);
        }
        if (limit == null || partition.paidBytes > 0) {
            return true;
        }
        if (limit.available(loop.nowMs()) <= 0 && !partition.hasCaughtUp()) {
            return false;
        }
        partition.paidBytes = limit.portion(SMALLEST_PORTION, largestPortion);
        partition.paidTo = limit;
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
            partition.paidTo.take((long) bytes - partition.paidBytes, loop.nowMs());
            partition.paidBytes = 0;
            partition.paidTo = null;
        }
    }

    /** The partition will not be sent what it has paid for. */
    void giveBack(FetcherPartition partition) {
        if (partition.paidBytes > 0) {
            partition.paidTo.take(-partition.paidBytes, loop.nowMs());
            partition.paidBytes = 0;
            partition.paidTo = null;
        }
    }

    /** The partition is fetched again when its turn comes. */
    void hold(FetcherPartition partition) {
        if (!partition.waitsForThrottle) {
            partition.waitsForThrottle = true;
            line(partition.replica.throttle().fetching()).add(partition);
        }
    }

    private Line line(Limit limit) {
        for (Line line : lines) {
            if (line.limit == limit) {
                return line;
            }
        }
        Line line = new Line(limit);
        lines.add(line);
        return line;
    }

    void close() {
        lines.forEach(Line::close);
        lines.clear();
    }

    /** Those that wait for one limit, the first to be served first. */
    private final class Line {
        private final Limit limit;
        private final ArrayDeque<FetcherPartition> waiting = new ArrayDeque<>();
        private Cancellable timer;

        Line(Limit limit) {
            this.limit = limit;
        }

        void add(FetcherPartition partition) {
            waiting.add(partition);
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
            if (waiting.isEmpty()) {
                lines.remove(this);
            } else {
                schedule();
            }
        }

        private void close() {
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
