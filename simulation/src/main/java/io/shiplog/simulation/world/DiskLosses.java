// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import java.util.Arrays;
import java.util.TreeSet;

/** What was done to disks that no code can undo. */
public final class DiskLosses {
    private final TreeSet<Integer> lostPower = new TreeSet<>();
    private final TreeSet<Integer> rotted = new TreeSet<>();
    private final TreeSet<Integer> replaced = new TreeSet<>();
    /** By node; it is asked after every event. */
    private int[] count = new int[8];

    private int[] emptied = new int[8];

    void onPowerLoss(int node) {
        lostPower.add(node);
    }

    void onRot(int node) {
        rotted.add(node);
        count(node);
    }

    void onReplaced(int node) {
        replaced.add(node);
        count(node);
    }

    private void count(int node) {
        if (node >= count.length) {
            count = Arrays.copyOf(count, 2 * node);
        }
        count[node]++;
    }

    void onEmptied(int node) {
        if (node >= emptied.length) {
            emptied = Arrays.copyOf(emptied, 2 * node);
        }
        emptied[node]++;
    }

    /** How often the disk of a node was replaced by an empty one. */
    public int disksEmptied(int node) {
        return node < emptied.length ? emptied[node] : 0;
    }

    /** How often the disk of a node was replaced or bits of it rotted. */
    public int disksLost(int node) {
        return node < count.length ? count[node] : 0;
    }

    /** Nodes that ever lost power, and with it what was not synced. */
    public int nodesThatLostPower() {
        return lostPower.size();
    }

    /** Nodes of whose disks bits rotted, or reads failed. */
    public int rottenNodes() {
        return rotted.size();
    }

    /** Nodes whose disks were wiped or rolled back. */
    public int replacedNodes() {
        return replaced.size();
    }

    /** Whether the disk of a node may hold less than it was told to, given that what is not synced counts or does not. */
    boolean mayLack(int node, boolean unsyncedCounts) {
        return rotted.contains(node) || replaced.contains(node) || (unsyncedCounts && lostPower.contains(node));
    }

    public boolean isReplaced(int node) {
        return replaced.contains(node);
    }

    public boolean isRotten(int node) {
        return rotted.contains(node);
    }

    public boolean hasLostPower(int node) {
        return lostPower.contains(node);
    }

    /** Nodes whose disks no longer hold what they were told to hold, whatever the reason. */
    public int untrueDisks() {
        TreeSet<Integer> all = new TreeSet<>(rotted);
        all.addAll(replaced);
        return all.size();
    }
}
