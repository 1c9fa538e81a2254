// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.ArrayDeque;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * Answers fetches, or parks them until they can be answered. A parked fetch is looked at again when a replica of its session
 * moved: once per turn of the loop, however many replicas moved, and then only at those. Nothing is ever scanned.
 */
final class FetchPurgatory {
    private final EventLoop loop;
    private final FetchSessions sessions;
    private final PartitionLookup lookup;
    private final FetchPolicies policies;
    private final int highWatermarkDelayMs;
    private final ArrayDeque<PendingFetch> woken = new ArrayDeque<>();
    private final Runnable drain = this::drain;

    private boolean drainScheduled;
    private FetchPass idlePass;
    private long partitionsLookedAt;

    FetchPurgatory(
            EventLoop loop,
            FetchSessions sessions,
            PartitionLookup lookup,
            FetchPolicies policies,
            int highWatermarkDelayMs) {
        this.loop = loop;
        this.sessions = sessions;
        this.lookup = lookup;
        this.policies = policies;
        this.highWatermarkDelayMs = highWatermarkDelayMs;
    }

    /** Answers a new fetch, or parks it for at most the given time. */
    void start(PendingFetch fetch, int waitMs) {
        attempt(fetch, waitMs <= 0 || fetch.session().size() == 0, fetch.isFull());
        if (!fetch.isDone()) {
            fetch.parkUntil(loop.schedule(fetch::release, waitMs));
        }
    }

    /** Answers with what is there now. */
    void answer(PendingFetch fetch) {
        attempt(fetch, true, false);
    }

    /** Has the fetch looked at again once the event that is going on is over. */
    void wake(PendingFetch fetch) {
        woken.add(fetch);
        if (!drainScheduled) {
            drainScheduled = true;
            loop.execute(drain);
        }
    }

    /** Has the fetch looked at again later. */
    Cancellable schedule(PendingFetch fetch, long waitMs) {
        return loop.schedule(fetch::wake, waitMs);
    }

    /** Partitions read since the start, to see that a wake-up costs only what changed. */
    long partitionsLookedAt() {
        return partitionsLookedAt;
    }

    private void drain() {
        drainScheduled = false;
        for (int left = woken.size(); left > 0; left--) {
            PendingFetch fetch = woken.poll();
            fetch.clearWoken();
            if (!fetch.isDone()) {
                attempt(fetch, false, false);
            }
        }
    }

    /**
     * @param force answer even when there is little to say
     * @param everything every partition of the fetch is in the list of changed ones
     */
    private void attempt(PendingFetch fetch, boolean force, boolean everything) {
        // The reads below may complete produces, and whoever hears of it may fetch: then two passes are going on.
        FetchPass pass = idlePass == null ? new FetchPass(loop, lookup, policies, highWatermarkDelayMs) : idlePass;
        idlePass = null;
        FetchResponseData response = look(pass, fetch, force, everything);
        partitionsLookedAt += pass.takeLookedAt();
        idlePass = pass;
        long lookAgainMs = pass.takeLookAgainMs();
        if (response == null) {
            fetch.wakeAfter(lookAgainMs);
            return;
        }
        if (fetch.isDone()) {
            // A callback of the reads closed the connection.
            FetchCodec.releaseRecords(response);
            return;
        }
        if (fetch.opensSession()) {
            openSession(fetch.session(), response);
        }
        fetch.respond(response);
    }

    private static FetchResponseData look(FetchPass pass, PendingFetch fetch, boolean force, boolean everything) {
        pass.run(fetch, everything);
        if (!force && !pass.isEnough()) {
            pass.rollBack();
            return null;
        }
        if (fetch.isFull() && !everything) {
            pass.rollBack();
            fetch.session().addAllChanged();
            pass.run(fetch, true);
        }
        return pass.commit();
    }

    private void openSession(FetchSession session, FetchResponseData response) {
        sessions.tryAdd(session, loop.nowMs());
        if (session.isCached()) {
            session.startWatching();
            response.setSessionId(session.id());
        }
    }
}
