// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A directory of a simulated disk: its entries, those that the disk is bound to hold, and what was done in between. */
final class DirectoryNode extends Node {
    /**
     * In one go, a name goes and a name comes.
     *
     * @param removed null when none
     * @param added null when none
     */
    private record Change(String removed, String added, Node node) {
        void apply(Map<String, Node> entries) {
            if (removed != null) {
                entries.remove(removed);
            }
            if (added != null) {
                entries.put(added, node);
            }
        }
    }

    private final TreeMap<String, Node> entries = new TreeMap<>();
    private TreeMap<String, Node> durable = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();

    Node get(String name) {
        return entries.get(name);
    }

    SortedMap<String, Node> entries() {
        return entries;
    }

    void put(String name, Node node) {
        add(new Change(null, name, node));
    }

    void remove(String name) {
        if (entries.containsKey(name)) {
            add(new Change(name, null, null));
        }
    }

    void rename(String from, String to) {
        add(new Change(from, to, entries.get(from)));
    }

    private void add(Change change) {
        change.apply(entries);
        pending.add(change);
    }

    void sync() {
        if (!pending.isEmpty()) {
            durable = new TreeMap<>(entries);
            pending.clear();
        }
    }

    @Override
    void settle() {
        sync();
        entries.values().forEach(Node::settle);
    }

    @Override
    DirectoryNode durableCopy() {
        DirectoryNode copy = new DirectoryNode();
        durable.forEach((name, node) -> copy.settle(name, node.durableCopy()));
        return copy;
    }

    /** Of entries that were made, renamed or removed since the last sync any subset survives. */
    @Override
    DirectoryNode survivor(Dice dice, double survival) {
        TreeMap<String, Node> left = new TreeMap<>(durable);
        for (Change change : pending) {
            if (dice.chance(survival)) {
                change.apply(left);
            }
        }
        DirectoryNode survivor = new DirectoryNode();
        left.forEach((name, node) -> survivor.settle(name, node.survivor(dice, survival)));
        return survivor;
    }

    private void settle(String name, Node node) {
        entries.put(name, node);
        durable.put(name, node);
    }
}
