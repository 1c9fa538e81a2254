// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import java.util.TreeMap;
import java.util.TreeSet;

/** What was done to disks that no code can undo. */
public final class DiskLosses {
    private final TreeSet<Integer> lostPower = new TreeSet<>();
    private final TreeSet<Integer> rotted = new TreeSet<>();
    private final TreeSet<Integer> replaced = new TreeSet<>();
    private final TreeMap<Integer, Integer> count = new TreeMap<>();

    void onPowerLoss(int node) {
        lostPower.add(node);
    }

    void onRot(int node) {
        rotted.add(node);
        count.merge(node, 1, Integer::sum);
    }

    void onReplaced(int node) {
        replaced.add(node);
        count.merge(node, 1, Integer::sum);
    }

    /** How often the disk of a node was replaced or bits of it rotted. */
    public int disksLost(int node) {
        return count.getOrDefault(node, 0);
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
