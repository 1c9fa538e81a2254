// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Evens out who is the preferred leader of how many partitions, by changing the order of replicas: that moves no bytes. Where no single
 * change helps, a leadership is passed on along a chain of nodes.
 */
final class Leaderships {
    /** Chains that are looked for: each looks at all partitions. */
    private static final int MAX_CHAINS = 2_000;

    private static final int MAX_PASSES = 10;

    private final Draft draft;
    private final IntPredicate changeable;

    /** Only partitions that pass change. */
    Leaderships(Draft draft, IntPredicate changeable) {
        this.draft = draft;
        this.changeable = changeable;
    }

    /** Brings every node that serves to within {@code slack} of the mean, as far as can be. */
    void even(double slackRatio) {
        double mean = mean();
        double slack = Math.max(1, mean * slackRatio);
        // What moves anyway comes before what does not; chains are for what is left: each of them looks at all
        // partitions.
        give(mean, slack, draft::touched);
        give(mean, slack, p -> true);
        boolean more = true;
        for (int i = 0; i < MAX_CHAINS && more; i++) {
            more = pass(node -> draft.leaders(node) > mean + slack, node -> draft.leaders(node) < mean)
                    || pass(node -> draft.leaders(node) > mean, node -> draft.leaders(node) < mean - slack);
        }
    }

    /** Wherever somebody comes first who leads too much, or another replica leads too little, these change places. */
    private void give(double mean, double slack, IntPredicate wanted) {
        for (int p = 0; p < draft.partitions(); p++) {
            int position = wanted.test(p) && changeable.test(p) ? leadsLeast(p) : 0;
            if (position > 0) {
                int first = draft.leaders(draft.replicas(p)[0]);
                int other = draft.leaders(draft.replicas(p)[position]);
                boolean wrong = first > mean + slack || other < mean - slack;
                if (wrong && first > mean && other < mean && first - other > 1) {
                    draft.swapFirst(p, position);
                }
            }
        }
    }

    /** Gives each changeable partition's first place to the replica that leads least, while that evens anything out. */
    void settle() {
        boolean changed = true;
        for (int pass = 0; pass < MAX_PASSES && changed; pass++) {
            changed = false;
            for (int p = 0; p < draft.partitions(); p++) {
                int position = changeable.test(p) ? leadsLeast(p) : 0;
                if (position > 0
                        && draft.leaders(draft.replicas(p)[0]) - draft.leaders(draft.replicas(p)[position]) > 1) {
                    draft.swapFirst(p, position);
                    changed = true;
                }
            }
        }
    }

    private int leadsLeast(int p) {
        int[] replicas = draft.replicas(p);
        int least = 0;
        for (int i = 1; i < replicas.length; i++) {
            if (draft.serves(replicas[i]) && draft.leaders(replicas[i]) < draft.leaders(replicas[least])) {
                least = i;
            }
        }
        return least;
    }

    private double mean() {
        double sum = 0;
        int count = 0;
        for (int node = 0; node < draft.nodes(); node++) {
            if (draft.serves(node)) {
                sum += draft.leaders(node);
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /** Passes one leadership on from a node of the first kind to one of the second; false when there is no chain. */
    private boolean pass(IntPredicate from, IntPredicate to) {
        int count = draft.nodes();
        int[][] through = partitionsBetween(count);
        int[] before = new int[count];
        Arrays.fill(before, Draft.NONE);
        Deque<Integer> open = new ArrayDeque<>();
        for (int node = 0; node < count; node++) {
            if (draft.serves(node) && from.test(node)) {
                before[node] = node;
                open.add(node);
            }
        }
        while (!open.isEmpty()) {
            int node = open.remove();
            for (int next = 0; next < count; next++) {
                if (before[next] == Draft.NONE && through[node][next] != Draft.NONE) {
                    before[next] = node;
                    open.add(next);
                    if (draft.serves(next) && to.test(next) && farEnough(before, next)) {
                        apply(before, through, next);
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A partition that the one node comes first in, and the other, which serves, has a replica of. */
    private int[][] partitionsBetween(int count) {
        int[][] through = new int[count][count];
        for (int[] row : through) {
            Arrays.fill(row, Draft.NONE);
        }
        for (int p = 0; p < draft.partitions(); p++) {
            int[] replicas = draft.replicas(p);
            for (int i = 1; i < replicas.length && changeable.test(p); i++) {
                // One that moves anyway comes before one that does not.
                int known = through[replicas[0]][replicas[i]];
                if (draft.serves(replicas[i]) && (known == Draft.NONE || (draft.touched(p) && !draft.touched(known)))) {
                    through[replicas[0]][replicas[i]] = p;
                }
            }
        }
        return through;
    }

    private boolean farEnough(int[] before, int last) {
        int first = last;
        while (before[first] != first) {
            first = before[first];
        }
        return draft.leaders(first) - draft.leaders(last) > 1;
    }

    private void apply(int[] before, int[][] through, int last) {
        for (int node = last; before[node] != node; node = before[node]) {
            int p = through[before[node]][node];
            int[] replicas = draft.replicas(p);
            int position = 1;
            while (replicas[position] != node) {
                position++;
            }
            draft.swapFirst(p, position);
        }
    }
}
