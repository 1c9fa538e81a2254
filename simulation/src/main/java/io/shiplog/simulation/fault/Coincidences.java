// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import io.shiplog.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;

/**
 * Faults and operations that do harm together, one after the other and to the same node, and that chance alone brings together too seldom: each
 * of these is the story of a bug that somebody had. What happens exactly, to whom and when is left to chance all the same.
 */
final class Coincidences {
    private final Dice dice;
    private final Setup setup;
    private final List<Step> steps;
    private final int partition;
    private final String leader;
    private final int someNode;
    private final String node;
    /** Whether disks of one node may lose what they were told to hold. */
    private final boolean mayLoseADisk;

    /** @param steps of the run so far, to which these are added */
    Coincidences(Dice dice, Setup setup, boolean mayLoseADisk, List<Step> steps) {
        this.dice = dice;
        this.setup = setup;
        this.steps = steps;
        this.mayLoseADisk = mayLoseADisk;
        this.partition = dice.nextInt(setup.partitions());
        this.leader = "leader-" + partition;
        this.someNode = 1 + dice.nextInt(setup.storageNodes());
        this.node = "node-" + someNode;
    }

    /** One of them. */
    void add() {
        long atMs = dice.between(300, 1_800);
        switch (dice.nextInt(5)) {
            case 0 -> leftBehind(atMs);
            case 1 -> quickSuccession(atMs);
            case 2 -> lostWhileJoining(atMs);
            case 3 -> returnsUnheard(atMs);
            default -> assignedAgain(atMs);
        }
    }

    /**
     * A node falls behind and out of the ISR; then all the others go down for a moment, and forget where the high watermark was. Its disk is
     * not in a hurry: what it has on it stays behind for a while, also when it fetches again.
     */
    private void leftBehind(long atMs) {
        long behindMs = dice.between(setup.lagTimeMs(), setup.lagTimeMs() + 600L);
        long allMs = atMs + behindMs;
        if (dice.chance(0.6)) {
            fault(atMs, FaultKind.HANG, node, behindMs + dice.between(300, 900));
        } else {
            fault(atMs, dice.oneOf(FaultKind.KILL, FaultKind.PAUSE, FaultKind.CUT_FROM_NODES), node, behindMs);
            fault(allMs + dice.between(0, 300), FaultKind.SLOW_DISK, node, 900);
        }
        if (setup.flushesBeforeCommit() && dice.chance(0.3)) {
            fault(allMs, FaultKind.POWER_LOSS_ALL, node, dice.between(5, 60));
            return;
        }
        for (int id = 1; id <= setup.storageNodes(); id++) {
            if (id != someNode) {
                fault(allMs, FaultKind.KILL, "node-" + id, dice.between(5, 60));
            }
        }
    }

    /**
     * Leaders follow each other without hearing of each other: one follower is behind the others, leads next and writes a little, and the next
     * one after it has more of the first leader than it, and nothing of its own.
     */
    private void quickSuccession(long atMs) {
        long behindMs = dice.between(60, 250);
        fault(atMs, FaultKind.CUT, leader, "follower-" + partition, behindMs + 20);
        long killMs = atMs + behindMs;
        long againMs = killMs + dice.between(190, 380);
        fault(killMs, FaultKind.NODES_APART, node, againMs - killMs + dice.between(150, 500));
        fault(killMs + 1, FaultKind.KILL, leader, dice.between(10, 400));
        fault(againMs, FaultKind.KILL, leader, dice.between(10, 400));
        if (dice.chance(0.3)) {
            fault(againMs + dice.between(190, 380), FaultKind.KILL, leader, dice.between(10, 100));
        }
    }

    /**
     * A node that was away catches up while the leader is cut off from the quorum, so that the leader's proposal to take it in is under way for
     * long; meanwhile the node goes once more, perhaps with what it had.
     */
    private void lostWhileJoining(long atMs) {
        long joinMs = atMs + dice.between(450, 800);
        fault(atMs, FaultKind.KILL, node, dice.between(10, 100));
        fault(atMs + 1, FaultKind.CUT_FROM_NODES, node, joinMs - atMs);
        fault(joinMs - dice.between(0, 20), FaultKind.CUT_FROM_QUORUM, leader, dice.between(180, 750));
        fault(joinMs + dice.between(15, 100), loss(), node, dice.chance(0.6) ? dice.between(1, 40) : 700);
    }

    /** A node loses something and comes back, and the leader hears of it from the quorum before it hears from the node. */
    private void returnsUnheard(long atMs) {
        long unheardMs = dice.between(400, 1_000);
        fault(atMs, loss(), node, dice.between(1, 100));
        fault(atMs, FaultKind.CUT_FROM_NODES, node, unheardMs);
        if (dice.chance(0.5)) {
            // With another one away nobody can do without it.
            int other = 1 + someNode % setup.storageNodes();
            fault(Math.max(0, atMs - 700), FaultKind.KILL, "node-" + other, 700 + dice.between(0, 500));
        }
        if (dice.chance(0.7)) {
            lull(atMs - dice.between(0, 100), atMs + unheardMs + 100);
        }
    }

    /** A replica is taken from a node and given to it again, while what the node asked as a follower before is still under way. */
    private void assignedAgain(long atMs) {
        long cutMs = dice.between(150, 500);
        long withoutMs = atMs + dice.between(20, 60);
        fault(atMs, FaultKind.CUT_ONE_WAY, "follower-" + partition, leader, cutMs);
        action(withoutMs, ActionKind.REASSIGN_WITHOUT);
        action(withoutMs + dice.between(10, 60), ActionKind.REASSIGN_WITH);
        if (dice.chance(0.8)) {
            // One record brings a fetch under way, and its position is good enough for as long as no other one is
            // written.
            lull(atMs + 1, withoutMs + cutMs);
            steps.add(new Action(atMs + dice.between(2, 8), ActionKind.PRODUCE, 0, partition, 1, dice.nextLong()));
        }
    }

    private FaultKind loss() {
        if (mayLoseADisk && dice.chance(0.7)) {
            return dice.oneOf(FaultKind.WIPE, FaultKind.WIPE, FaultKind.ROLL_BACK);
        }
        return dice.oneOf(FaultKind.POWER_LOSS, FaultKind.POWER_LOSS, FaultKind.KILL, FaultKind.STOP);
    }

    /** Nobody writes in this time; what was to be written then comes soon after it. */
    private void lull(long fromMs, long toMs) {
        List<Step> moved = new ArrayList<>();
        steps.removeIf(step -> {
            boolean within = step instanceof Action action
                    && action.kind() == ActionKind.PRODUCE
                    && action.atMs() >= fromMs
                    && action.atMs() < toMs;
            if (within) {
                Action action = (Action) step;
                moved.add(new Action(
                        toMs + dice.between(0, 300),
                        action.kind(),
                        action.client(),
                        action.partition(),
                        action.amount(),
                        action.seed()));
            }
            return within;
        });
        steps.addAll(moved);
    }

    private void fault(long atMs, FaultKind kind, String target, long durationMs) {
        fault(atMs, kind, target, target, durationMs);
    }

    private void fault(long atMs, FaultKind kind, String target, String other, long durationMs) {
        steps.add(new Fault(atMs, kind, target, other, durationMs, dice.nextLong()));
    }

    private void action(long atMs, ActionKind kind) {
        steps.add(new Action(atMs, kind, 0, partition, 0, dice.nextLong()));
    }
}
