// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells one coordinator of elections, so that a partition's next one waits until the load of the one before has ended.
 *
 * <p>The library looks for the shard that a load was for when that load ends, and by its partition only (CoordinatorRuntime, CompleteLoad). One that ends
 * when the next election has been told ends that one's load too: with the old one's failure the shard stays failed for the whole epoch, and with its success
 * an empty shard answers that nothing was ever committed. So the next election is not told before. Not thread-safe.
 */
final class ElectionTurns {
    private static final long FIRST_DELAY_MS = 1_000;
    private static final int MAX_DOUBLINGS = 5;

    /** The coordinator's shards. Calls return at once, and are acted on in their order; a load that was asked for ends at some time, well or not. */
    interface Shards {
        /** Forgets what is there of the partition, and loads it. */
        void load(int partition, int epoch);

        void unload(int partition);
    }

    private final Shards shards;
    private final Set<Integer> loading = new HashSet<>();
    private final Map<Integer, Election> told = new HashMap<>();
    private final Map<Integer, Election> waiting = new HashMap<>();
    private final Map<Integer, Integer> failures = new HashMap<>();

    ElectionTurns(Shards shards) {
        this.shards = shards;
    }

    /** A partition is led here. What was told already is not told again. */
    void elect(Election election) {
        int partition = election.partition().partition();
        if (told.get(partition) == election) {
            return;
        }
        if (loading.contains(partition)) {
            waiting.put(partition, election);
        } else {
            tell(partition, election);
        }
    }

    private void tell(int partition, Election election) {
        told.put(partition, election);
        loading.add(partition);
        shards.load(partition, election.epoch());
    }

    /** A partition is not led here any more. */
    void resign(int partition) {
        told.remove(partition);
        waiting.remove(partition);
        failures.remove(partition);
        shards.unload(partition);
    }

    /**
     * A load has ended.
     *
     * @param failed what could not be loaded though it is led here; null for nothing
     * @return when to call {@link #again} with it, in milliseconds from now; -1 for never
     */
    long ended(int partition, Election failed) {
        loading.remove(partition);
        Election next = waiting.remove(partition);
        if (next != null && !next.isOver()) {
            tell(partition, next);
            return -1;
        }
        if (failed == null || told.get(partition) != failed) {
            failures.remove(partition);
            return -1;
        }
        int before = failures.merge(partition, 1, Integer::sum) - 1;
        return FIRST_DELAY_MS << Math.min(before, MAX_DOUBLINGS);
    }

    /** Another attempt at what could not be loaded, if it is still led here. */
    void again(Election failed) {
        int partition = failed.partition().partition();
        if (told.get(partition) == failed && !failed.isOver() && !loading.contains(partition)) {
            tell(partition, failed);
        }
    }
}
