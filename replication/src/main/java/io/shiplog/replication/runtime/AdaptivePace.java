// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what clients meet with, four times a second, and sets the rate of the jobs that adapt theirs. It looks while nothing moves too, to know what quiet is. On
 * the loop.
 */
public final class AdaptivePace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdaptivePace.class);
    private static final int PROBE_MS = 50;
    private static final int PROBES = 5;
    /** So many looks count together, a second: each alone has too few produces, and one pause of a collector would look like trouble. */
    static final int LOOKS = 4;

    private static final int PERCENT = 90;

    private static final double MS_PER_S = 1_000;
    private static final int LOOKS_PER_LINE = 20;

    private final EventLoop loop;
    private final JobThrottles jobs;
    private final ClientLoad clients;
    private final DoubleSupplier flushMs;
    private final AdaptiveRate rate = new AdaptiveRate();
    private Cancellable next;
    private long dueMs;
    private long lookedMs;
    /** Of this look, taken or left out. */
    private int probes;

    private final RecentValues delaysMs = new RecentValues(LOOKS * PROBES);
    private final RecentValues flushesMs = new RecentValues(LOOKS);
    private final RecentValues wanted = new RecentValues(LOOKS);
    private final RecentValues passed = new RecentValues(LOOKS);
    private long sentBefore;
    private long fetchedBefore;
    private long waitsBefore;
    private long looks;

    /**
     * Nothing is looked at before {@link #start}.
     *
     * @param flushMs how long flushes of logs took since the last call, in ms; negative when there were none
     */
    public AdaptivePace(EventLoop loop, ReplicationThrottles throttles, DoubleSupplier flushMs) {
        this.loop = loop;
        this.jobs = throttles.jobs();
        this.clients = throttles.clientLoad();
        this.flushMs = flushMs;
    }

    /** Looks from now on. */
    public void start() {
        lookedMs = loop.nowMs();
        schedule();
    }

    private void schedule() {
        int waitMs = isOfInterest() ? PROBE_MS : (PROBES - probes) * PROBE_MS;
        probes += waitMs / PROBE_MS;
        dueMs = loop.nowMs() + waitMs;
        next = loop.schedule(this::probe, waitMs);
    }

    /** How late the loop runs matters to nobody else, and a node that has nothing to do is to sleep. */
    private boolean isOfInterest() {
        return clients.isAny() || jobs.adaptiveMinimum() > 0;
    }

    private void probe() {
        delaysMs.add((double) Math.max(0, loop.nowMs() - dueMs));
        if (probes == PROBES) {
            look();
            probes = 0;
        }
        schedule();
    }

    private void look() {
        long nowMs = loop.nowMs();
        AdaptiveRate.Seen seen = seen(Math.max(1, nowMs - lookedMs));
        lookedMs = nowMs;
        double minimum = jobs.adaptiveMinimum();
        if (minimum == 0) {
            rate.rest(seen);
            jobs.setAdaptiveRate(RateLimit.UNLIMITED, nowMs);
            return;
        }
        rate.look(seen, minimum);
        jobs.setAdaptiveRate(rate.rate(), nowMs);
        if (LOG.isDebugEnabled() && ++looks % LOOKS_PER_LINE == 0) {
            LOG.debug("adaptive: {}, {}", rate, seen);
        }
    }

    private AdaptiveRate.Seen seen(long tookMs) {
        long sent = jobs.sentBytes();
        long fetched = jobs.fetchedBytes();
        long waits = jobs.adaptiveWaits();
        double bytes = Math.max(sent - sentBefore, fetched - fetchedBefore);
        passed.add(bytes * MS_PER_S / tookMs);
        wanted.add(waits == waitsBefore ? 0 : 1);
        flushesMs.add(flushMs.getAsDouble());
        sentBefore = sent;
        fetchedBefore = fetched;
        waitsBefore = waits;
        AdaptiveRate.Seen seen = new AdaptiveRate.Seen(
                clients.isAny(),
                clients.waitMs(),
                flushesMs.mean(),
                delaysMs.percentile(PERCENT),
                passed.mean(),
                wanted.mean() > 0);
        clients.turn();
        return seen;
    }

    @Override
    public void close() {
        if (next != null) {
            next.cancel();
        }
    }
}
