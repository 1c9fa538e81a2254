// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Moves replicas from nodes that have more than their share to nodes that have less, one at a time, and each brings both nearer to the mean:
 * no byte moves that need not. Of those that do, sizes and topics are mixed, so that who gets its share of bytes gets that of replicas,
 * and of each topic, too. Nothing moves between nodes that are near enough to the mean.
 */
final class Balancing {
    private final Draft draft;
    private final IntPredicate movable;
    private final int maxMoves;
    private final double mean;
    private final double meanReplicas;
    private final double above;
    private final double below;
    private int moves;

    /** Over the nodes that serve; {@code movable} partitions only. */
    Balancing(Draft draft, IntPredicate movable, PlanSettings settings) {
        this.draft = draft;
        this.movable = movable;
        maxMoves = settings.maxMoves();
        double sum = 0;
        double replicas = 0;
        int count = 0;
        for (int node = 0; node < draft.nodes(); node++) {
            if (draft.serves(node)) {
                sum += draft.load(node);
                replicas += draft.heldCount(node);
                count++;
            }
        }
        mean = count == 0 ? 0 : sum / count;
        meanReplicas = count == 0 ? 0 : replicas / count;
        above = mean * (1 + settings.toleranceRatio());
        below = mean * (1 - settings.toleranceRatio());
    }

    /** True when it ended because there are no more moves to be made; false when there were too many. */
    boolean run() {
        while (moves < maxMoves) {
            if (!step()) {
                return true;
            }
            moves++;
        }
        return false;
    }

    private boolean step() {
        List<Integer> givers = nodes(node -> draft.serves(node) && draft.load(node) > mean);
        givers.sort(
                Comparator.comparingLong((Integer node) -> -draft.load(node)).thenComparingInt(node -> node));
        List<Integer> takers = nodes(node -> draft.isTarget(node) && draft.load(node) < mean);
        takers.sort(Comparator.comparingLong((Integer node) -> draft.load(node)).thenComparingInt(node -> node));
        for (int giver : givers) {
            for (int taker : takers) {
                if ((draft.load(giver) > above || draft.load(taker) < below) && move(giver, taker)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Moves what suits the taker best; false when nothing brings both nearer to the mean. */
    private boolean move(int giver, int taker) {
        Choice best = null;
        for (int p : draft.held(giver)) {
            double gain = gain(giver, taker, draft.weight(p));
            if (gain > 0 && movable.test(p) && mayMove(p, giver, taker)) {
                Choice choice = choice(p, giver, taker, gain);
                best = best == null || choice.isBetterThan(best) ? choice : best;
            }
        }
        if (best == null) {
            return false;
        }
        draft.replace(best.partition, position(best.partition, giver), taker);
        return true;
    }

    /**
     * A partition that could move.
     *
     * @param tooLarge whether one of both nodes would be beyond the mean
     * @param misfit how far its size is from what the taker lacks for each replica that it lacks, in powers of two: so that its share of
     *     bytes and that of replicas are full at the same time
     * @param topicGain how many replicas of the topic more the giver has
     */
    private record Choice(int partition, boolean tooLarge, double gain, long misfit, int topicGain) {
        boolean isBetterThan(Choice other) {
            if (tooLarge != other.tooLarge) {
                return other.tooLarge;
            }
            if (tooLarge) {
                return gain > other.gain;
            }
            return misfit != other.misfit ? misfit < other.misfit : topicGain > other.topicGain;
        }
    }

    private Choice choice(int p, int giver, int taker, double gain) {
        double lackingBytes = mean - draft.load(taker);
        double wanted = lackingBytes / Math.max(1, meanReplicas - draft.heldCount(taker));
        long misfit = Math.abs(Math.round(Math.log(draft.weight(p) / wanted) / Math.log(2)));
        boolean tooLarge = draft.weight(p) > Math.min(draft.load(giver) - mean, lackingBytes);
        return new Choice(p, tooLarge, gain, misfit, draft.ofTopic(giver, p) - draft.ofTopic(taker, p));
    }

    private double gain(int giver, int taker, long weight) {
        double from = draft.load(giver) - mean;
        double to = mean - draft.load(taker);
        return from + to - Math.abs(from - weight) - Math.abs(to - weight);
    }

    private boolean mayMove(int p, int giver, int taker) {
        return draft.mayTake(p, taker)
                && draft.racksWith(p, position(p, giver), taker)
                        >= Math.min(draft.racksOf(p), draft.requiredRacks(p, draft.replicas(p).length));
    }

    private int position(int p, int node) {
        int[] replicas = draft.replicas(p);
        int position = 0;
        while (replicas[position] != node) {
            position++;
        }
        return position;
    }

    private List<Integer> nodes(IntPredicate wanted) {
        List<Integer> nodes = new ArrayList<>();
        for (int node = 0; node < draft.nodes(); node++) {
            if (wanted.test(node)) {
                nodes.add(node);
            }
        }
        return nodes;
    }
}
