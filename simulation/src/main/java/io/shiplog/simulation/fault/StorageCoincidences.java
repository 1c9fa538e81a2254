// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import io.shiplog.simulation.engine.Dice;
import java.util.List;

/**
 * Coincidences on disks, and of clients: faults that follow each other on one node. What goes wrong only when three things happen in their order,
 * within milliseconds, is hardly ever met by faults that are drawn one by one; here it is left to chance how long each of them takes and what comes
 * of it, not that they meet. {@link Coincidences} are those of the protocol.
 */
final class StorageCoincidences {
    private final Dice dice;
    private final Setup setup;
    private final List<Step> steps;
    private final int partition;

    StorageCoincidences(Dice dice, Setup setup, List<Step> steps) {
        this.dice = dice;
        this.setup = setup;
        this.steps = steps;
        this.partition = dice.nextInt(setup.partitions());
    }

    /** Adds one. */
    void add() {
        switch (dice.nextInt(8)) {
            case 0, 1, 2, 3 -> orphanedTail();
            case 4 -> failedSync();
            case 5 -> halfWritten();
            case 6 -> tooFewLeft();
            default -> forgedFetches();
        }
    }

    private String leader() {
        return "x=leader-" + partition;
    }

    private void add(long atMs, FaultKind kind, String target, long durationMs) {
        add(atMs, kind, target, "-", durationMs);
    }

    private void add(long atMs, FaultKind kind, String target, String other, long durationMs) {
        steps.add(new Fault(Math.max(0, atMs), kind, target, other, durationMs, dice.nextLong()));
    }

    /**
     * A leader takes records that no follower gets, somebody else is elected, and the old leader comes back and has to cut them, while its disk
     * does not do what it should, or shortly before its process or its power goes.
     */
    private void orphanedTail() {
        long atMs = dice.between(100, 1_600);
        // Longer, and the leader shrinks the ISR to itself and commits alone.
        long aloneMs = dice.between(20, Math.max(21, setup.lagTimeMs() * 3L / 4));
        long deposedMs = atMs + aloneMs;
        long awayMs = setup.sessionMs() + dice.between(50, 500);
        switch (dice.nextInt(5)) {
            case 0 -> {
                awayMs = dice.between(200, 600);
                add(deposedMs, FaultKind.KILL, "x", awayMs);
            }
            case 1 -> add(deposedMs, FaultKind.PAUSE, "x", awayMs);
            default -> add(deposedMs, FaultKind.CUT_FROM_QUORUM, "x", awayMs);
        }
        add(atMs, FaultKind.CUT_FROM_NODES, leader(), aloneMs + awayMs + dice.between(0, 30));
        long backMs = deposedMs + awayMs;
        int troubles = 1 + dice.nextInt(2);
        for (int i = 0; i < troubles; i++) {
            trouble(backMs);
        }
    }

    /** Around the time at which a log is cut. */
    private void trouble(long cutMs) {
        switch (dice.nextInt(8)) {
            case 0 -> add(cutMs + dice.between(0, 500), FaultKind.KILL, "x", dice.between(20, 200));
            case 1 -> add(cutMs + dice.between(0, 500), FaultKind.POWER_LOSS, "x", dice.between(20, 200));
            case 2, 3 -> add(cutMs - 100, FaultKind.POWER_LOSS_AT_CUT, "x", dice.between(300, 800));
            case 4 -> add(cutMs - dice.between(0, 30), FaultKind.FAIL_SYNC, "x", dice.between(100, 300));
            case 5 -> add(cutMs - dice.between(0, 200), FaultKind.HANG, "x", dice.between(100, 600));
            case 6 -> add(cutMs - dice.between(0, 200), FaultKind.SLOW_DISK, "x", dice.between(200, 800));
            default -> {
                // What is in flight on a disk that hangs while the log is cut under it, and then the power.
                add(cutMs - dice.between(20, 200), FaultKind.HANG, "x", dice.between(100, 400));
                add(cutMs + dice.between(150, 600), FaultKind.POWER_LOSS, "x", dice.between(20, 200));
            }
        }
    }

    private String anybody() {
        return dice.chance(0.5) ? leader() : "x=follower-" + partition;
    }

    /** What a sync that failed should have written is gone for good, which the next power loss shows. */
    private void failedSync() {
        long atMs = dice.between(100, 2_500);
        add(atMs, FaultKind.FAIL_SYNC, anybody(), dice.between(50, 300));
        add(atMs + dice.between(1, 400), FaultKind.POWER_LOSS, "x", dice.between(20, 400));
    }

    /** The power goes in the middle of things, perhaps again while the node recovers. */
    private void halfWritten() {
        long atMs = dice.between(100, 2_500);
        int times = 1 + dice.nextInt(3);
        for (int i = 0; i < times; i++) {
            add(atMs, FaultKind.POWER_LOSS_AT_WRITE, i == 0 ? anybody() : "x", dice.between(50, 200));
            atMs += dice.between(10, 300);
        }
    }

    /** Producers do not hear their leader's answers, and when they ask again it has lost its followers. */
    private void tooFewLeft() {
        long atMs = dice.between(100, 1_500);
        long deafMs = dice.between(400, 1_400);
        add(atMs, FaultKind.CUT_FROM_CLIENTS, leader(), deafMs);
        add(atMs + dice.between(0, 80), FaultKind.KILL_OTHERS, "x", deafMs + dice.between(100, 1_500));
    }

    /** Somebody says that he is a follower which is behind. */
    private void forgedFetches() {
        long atMs = dice.between(100, 2_500);
        long durationMs = dice.between(50, 600);
        add(atMs, FaultKind.FORGED_FETCH, leader(), "y=follower-" + partition, durationMs);
        switch (dice.nextInt(3)) {
            case 0 -> add(atMs + dice.nextInt(50), FaultKind.HANG, "y", durationMs);
            case 1 -> add(atMs + dice.nextInt(50), FaultKind.CUT, "x", "y", durationMs);
            default -> {}
        }
    }
}
