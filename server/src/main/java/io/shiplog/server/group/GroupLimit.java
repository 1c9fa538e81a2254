// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How many groups a node coordinates: a client that makes up names fills the memory of the node no further. Groups that are there go on whatever the number.
 *
 * <p>The names that were let in are remembered. When they are as many as may be, or groups were loaded since, the coordinator is asked which groups it has:
 * some were deleted, others were never made, others came from the log. Any thread.
 */
final class GroupLimit {
    private static final long MIN_BETWEEN_COUNTS_NS = TimeUnit.SECONDS.toNanos(1);

    private final int maxGroups;
    private final Supplier<CompletableFuture<Collection<String>>> list;
    private final LongSupplier nanoTime;
    private final LongAdder refused = new LongAdder();

    private Set<String> known = new HashSet<>(); // guarded by this
    private Set<String> admittedMeanwhile = new HashSet<>(); // while it is counted; guarded by this
    private CompletableFuture<Void> count; // that is under way; null for none; guarded by this
    private boolean counted; // since groups were loaded last; guarded by this
    private long countedNs; // guarded by this

    /** @param list the names of all groups that this node coordinates; fails while some of them are being loaded */
    GroupLimit(int maxGroups, Supplier<CompletableFuture<Collection<String>>> list, LongSupplier nanoTime) {
        this.maxGroups = maxGroups;
        this.list = list;
        this.nanoTime = nanoTime;
    }

    /** Whether a group may be there: one that is there already, or a new one for which there is room. Never fails. */
    CompletableFuture<Boolean> admits(String group) {
        CompletableFuture<Void> counting;
        synchronized (this) {
            boolean exact = counted && (known.size() < maxGroups || isFresh());
            if (known.contains(group) || exact) {
                return CompletableFuture.completedFuture(decide(group));
            }
            counting = count == null ? beginCount() : count;
        }
        return counting.thenApply(nothing -> decide(group));
    }

    private boolean isFresh() {
        return nanoTime.getAsLong() - countedNs < MIN_BETWEEN_COUNTS_NS;
    }

    private synchronized boolean decide(String group) {
        if (!known.contains(group) && known.size() >= maxGroups) {
            refused.increment();
            return false;
        }
        known.add(group);
        if (count != null) {
            admittedMeanwhile.add(group);
        }
        return true;
    }

    private CompletableFuture<Void> beginCount() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        count = begun;
        counted = true; // unless groups are loaded meanwhile
        var unused = listed().whenComplete((names, failure) -> {
            ended(names);
            begun.complete(null);
        });
        return begun;
    }

    /** A coordinator that is being closed throws instead of an answer. */
    private CompletableFuture<Collection<String>> listed() {
        try {
            return list.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** @param names null when it could not be counted: then what is known decides, and the next one who asks has it counted again */
    private synchronized void ended(Collection<String> names) {
        count = null;
        if (names == null) {
            counted = false;
        } else {
            known = new HashSet<>(names);
            known.addAll(admittedMeanwhile);
            countedNs = nanoTime.getAsLong();
        }
        admittedMeanwhile = new HashSet<>();
    }

    /** Groups have come from a log, or gone with a leadership: what is known is not what is there. */
    synchronized void onLoaded() {
        counted = false;
    }

    /** Requests that would have made one group too many. */
    long refused() {
        return refused.sum();
    }
}
