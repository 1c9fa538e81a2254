// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import io.shiplog.tools.text.Units;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/**
 * Finds new places for replicas: large ones first, each on the node that has least of those that keep its racks apart. What was placed
 * early is looked at once more when all are placed, and goes where it is better; that costs nothing, it moves anyway.
 */
final class Relocation {
    private static final int MAX_PASSES = 20;

    private final Draft draft;
    private final Problems problems;

    Relocation(Draft draft, Problems problems) {
        this.draft = draft;
        this.problems = problems;
    }

    /** Replaces every replica that {@code leaves}, asked with partition and node. */
    void replaceAll(BiPredicate<Integer, Integer> leaves) {
        for (int p : largestFirst(any -> true)) {
            int node = 0;
            for (int i = 0; i < draft.replicas(p).length && node != Draft.NONE; i++) {
                if (leaves.test(p, draft.replicas(p)[i])) {
                    node = best(p, i, draft.replicas(p).length);
                    if (node != Draft.NONE) {
                        draft.replace(p, i, node);
                    }
                }
            }
            if (node != Draft.NONE && draft.touched(p)) {
                checkRacks(p);
            }
        }
    }

    /** Gives partitions replicas until they have {@code factor}, or takes some away. */
    void resize(IntPredicate wanted, int factor) {
        for (int p : largestFirst(wanted)) {
            while (draft.replicas(p).length > factor) {
                draft.remove(p, worst(p));
            }
            int node = 0;
            while (draft.replicas(p).length < factor && node != Draft.NONE) {
                node = best(p, draft.replicas(p).length, factor);
                if (node != Draft.NONE) {
                    draft.add(p, node);
                }
            }
            if (node != Draft.NONE && draft.touched(p)) {
                checkRacks(p);
            }
        }
    }

    /** Moves what was added on to nodes that have less, while there are such. */
    void refine() {
        boolean changed = true;
        for (int pass = 0; pass < MAX_PASSES && changed; pass++) {
            changed = false;
            for (int p = 0; p < draft.partitions(); p++) {
                for (int i = 0; i < draft.replicas(p).length; i++) {
                    changed |= draft.isAdded(p, i) && improve(p, i);
                }
            }
        }
    }

    private boolean improve(int p, int position) {
        int now = draft.replicas(p)[position];
        int best = Draft.NONE;
        for (int node = 0; node < draft.nodes(); node++) {
            if (draft.load(node) + draft.weight(p) < draft.load(now)
                    && (best == Draft.NONE || draft.load(node) < draft.load(best))
                    && draft.mayTake(p, node)
                    && !draft.wasReplica(p, node)
                    && draft.racksWith(p, position, node) >= draft.racksOf(p)) {
                best = node;
            }
        }
        if (best == Draft.NONE) {
            return false;
        }
        draft.replace(p, position, best);
        return true;
    }

    private List<Integer> largestFirst(IntPredicate wanted) {
        List<Integer> order = new ArrayList<>();
        for (int p = 0; p < draft.partitions(); p++) {
            if (wanted.test(p)) {
                order.add(p);
            }
        }
        order.sort(Comparator.comparingLong((Integer p) -> -draft.weight(p)).thenComparingInt(p -> p));
        return order;
    }

    /** The node to be put at a position; when there is none that is noted as a problem. */
    private int best(int p, int position, int factor) {
        int best = Draft.NONE;
        int bestRacks = 0;
        for (int node = 0; node < draft.nodes(); node++) {
            if (!draft.mayTake(p, node)) {
                continue;
            }
            int racks = draft.racksWith(p, position, node);
            if (best == Draft.NONE
                    || racks > bestRacks
                    || (racks == bestRacks && draft.load(node) < draft.load(best))) {
                best = node;
                bestRacks = racks;
            }
        }
        if (best == Draft.NONE) {
            problems.add(nowhere(p, factor));
        }
        return best;
    }

    /** Spread over fewer racks than they have to be is a problem. */
    private void checkRacks(int p) {
        int required = draft.requiredRacks(p, draft.replicas(p).length);
        if (draft.racksOf(p) < required) {
            problems.add(draft.partition(p).name() + " would be in " + draft.racksOf(p) + " racks instead of "
                    + required + ": no node of another rack serves and has room; start or add one there");
        }
    }

    private String nowhere(int p, int factor) {
        PlanPartition partition = draft.partition(p);
        List<Integer> full = new ArrayList<>();
        for (int node = 0; node < draft.nodes(); node++) {
            if (draft.isTarget(node) && !draft.holds(p, node)) {
                full.add(draft.id(node));
            }
        }
        return full.isEmpty()
                ? partition.name() + " is to have " + factor
                        + " replicas, and every node that serves and stays has one already: add a node or lower its replication factor first"
                : partition.name() + " (" + Units.bytes(partition.bytes())
                        + ") fits on none of the nodes that could take it ("
                        + Problems.shortened(full)
                        + "): a tenth of each directory stays free; make room or add a node";
    }

    /** The position to be given up: racks stay as far apart as they have to be, then who is out of sync, then who has most. */
    private int worst(int p) {
        int required = draft.requiredRacks(p, draft.replicas(p).length - 1);
        int worst = Draft.NONE;
        for (int i = 0; i < draft.replicas(p).length; i++) {
            boolean leads = draft.id(draft.replicas(p)[i]) == draft.partition(p).leader();
            if (!leads && (worst == Draft.NONE || worse(p, i, worst, required))) {
                worst = i;
            }
        }
        return worst;
    }

    private boolean worse(int p, int position, int than, int required) {
        boolean keeps = draft.racksWithout(p, position) >= required;
        if (keeps != draft.racksWithout(p, than) >= required) {
            return keeps;
        }
        int node = draft.replicas(p)[position];
        int other = draft.replicas(p)[than];
        if (inSync(p, node) != inSync(p, other)) {
            return !inSync(p, node);
        }
        return draft.load(node) >= draft.load(other);
    }

    private boolean inSync(int p, int node) {
        return draft.partition(p).isr().contains(draft.id(node));
    }
}
