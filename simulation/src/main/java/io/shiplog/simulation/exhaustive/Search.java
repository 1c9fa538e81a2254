// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.simulation.world.BrokenPromise;
import io.shiplog.storage.model.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at every state that can be reached within the bounds, breadth first, each once: a promise that is broken is broken on a shortest way.
 *
 * <p>Of a state only its digest and the step that led to it are kept. To go on from it, its steps are taken again from where they part from those of
 * the state before: states that are next to each other were reached in almost the same way.
 */
final class Search {
    private static final int PROGRESS_EVERY = 1 << 14;

    /** How far it is. */
    record Progress(int states, int frontier, int depth, long steps) {}

    /**
     * How it ended.
     *
     * @param complete whether there is no state within the bounds that was not looked at
     * @param states that were found
     * @param depth most steps to a state
     * @param steps that were taken
     * @param settled states that were brought to rest
     * @param broken the promise that was broken; null for none
     * @param what is wrong with it; null for nothing
     * @param story the steps that lead there, in words
     */
    record Result(
            boolean complete,
            int states,
            int depth,
            long steps,
            int settled,
            String broken,
            String what,
            List<String> story) {}

    private final Bounds bounds;
    private final Steps steps;
    private final Visited visited = new Visited();
    private final Cluster first;
    /** The states on the way to the one that is looked at. */
    private final List<Cluster> way = new ArrayList<>();

    private int[] wayTaken = {};
    private long taken;
    private int settled;

    Search(Bounds bounds) {
        this.bounds = bounds;
        this.steps = new Steps(bounds);
        this.first = new Cluster(bounds, new Decisions());
        String unsettled = Settling.settle(first);
        if (unsettled != null) {
            throw new IllegalStateException("before anything went wrong: " + unsettled);
        }
        first.countFromHere();
    }

    /** Walks. */
    Result run(Consumer<Progress> progress) {
        visited.add(first.digest(), -1, 0);
        way.add(first);
        int depth = 0;
        int lastOfDepth = 0;
        for (int state = 0; state < visited.size(); state++) {
            if (state > lastOfDepth) {
                depth++;
                lastOfDepth = visited.size() - 1;
            }
            if (state % PROGRESS_EVERY == 0 && state > 0) {
                progress.accept(new Progress(visited.size(), visited.size() - state, depth, taken));
            }
            Cluster cluster = stateOf(state);
            for (int step : steps.of(cluster)) {
                Result broken = look(cluster, state, step, depth);
                if (broken != null) {
                    return broken;
                }
            }
            if (visited.size() >= bounds.maxStates()) {
                return end(false, depth, null, null, List.of());
            }
        }
        return end(true, depth, null, null, List.of());
    }

    private Result end(boolean complete, int depth, String broken, String what, List<String> story) {
        return new Result(complete, visited.size(), depth, taken, settled, broken, what, story);
    }

    /** The state again, by the steps that led to it. */
    private Cluster stateOf(int state) {
        int[] path = visited.path(state);
        int same = 0;
        while (same < path.length && same < wayTaken.length && path[same] == wayTaken[same]) {
            same++;
        }
        while (way.size() > same + 1) {
            way.remove(way.size() - 1);
        }
        for (int i = same; i < path.length; i++) {
            Cluster next = way.get(i).copy();
            Steps.take(next, path[i]);
            way.add(next);
        }
        wayTaken = path;
        return way.get(path.length);
    }

    private Result look(Cluster before, int state, int step, int depth) {
        Cluster next = before.copy();
        taken++;
        try {
            Steps.take(next, step);
            if (!visited.add(next.digest(), state, step)) {
                return null;
            }
            Checks.check(next);
            if (isQuiet(next)) {
                rest(next);
            }
            return null;
        } catch (BrokenPromise e) {
            return end(false, depth + 1, e.invariant(), e.getMessage(), story(state, step));
        } catch (InvariantViolation e) {
            return end(false, depth + 1, "N1", "a core stops its node: " + e.getMessage(), story(state, step));
        }
    }

    private static boolean isQuiet(Cluster cluster) {
        for (TinyReplica replica : cluster.replicas()) {
            if (cluster.isBehind(replica)) {
                return false;
            }
        }
        return cluster.messages().isEmpty();
    }

    private void rest(Cluster cluster) {
        settled++;
        Cluster resting = cluster.copy();
        String missing = Settling.settle(resting);
        if (missing != null) {
            throw Truth.broken(
                    "L2", "from here everybody comes back and nothing is lost any more, and yet: " + missing);
        }
        Checks.check(resting);
    }

    private List<String> story(int state, int last) {
        List<String> story = new ArrayList<>();
        story.add("   " + first.words());
        Cluster cluster = first.copy();
        for (int step : visited.path(state)) {
            cluster.show();
            String words = Steps.words(cluster, step);
            Steps.take(cluster, step);
            story.add(number(story) + words + "\n      " + cluster.words());
        }
        cluster.show();
        story.add(number(story) + Steps.words(cluster, last));
        return story;
    }

    private static String number(List<String> story) {
        return String.format("%2d. ", story.size());
    }
}
