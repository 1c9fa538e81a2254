// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Quorum nodes with disks that survive crashes and can be wiped; every step is taken by hand. */
final class FormationModel {
    final int nodes;
    private final SortedMap<Integer, String> voters = new TreeMap<>();
    private final Stamp[] disks;
    private final Formation[] running;
    private final Set<String> everFormed = new TreeSet<>();
    private int disksMade;

    FormationModel(int nodes) {
        this.nodes = nodes;
        this.disks = new Stamp[nodes + 1];
        this.running = new Formation[nodes + 1];
        for (int id = 1; id <= nodes; id++) {
            voters.put(id, "host" + id);
        }
    }

    void start(int id) {
        if (disks[id] == null) {
            disks[id] = Stamp.empty(id, id + "-" + ++disksMade);
        }
        running[id] = new Formation(voters, disks[id]);
    }

    void crash(int id) {
        running[id] = null;
    }

    /** Empties the disk of a node that does not run. */
    void wipe(int id) {
        running[id] = null;
        disks[id] = null;
    }

    boolean runs(int id) {
        return running[id] != null;
    }

    /** A question and its answer: both sides learn what the other's disk holds. */
    void exchange(int asking, int asked) {
        if (!runs(asking)) {
            return;
        }
        if (runs(asked)) {
            running[asked].onReport(running[asking].self());
            running[asking].onReport(running[asked].self());
        } else {
            running[asking].onUnreachable(asked);
        }
    }

    /** Syncs the next stamp, if there is one; a crash may come between the disk and the memory. */
    boolean persist(int id, boolean crashBeforeConfirming) {
        if (!runs(id) || running[id].next().isEmpty()) {
            return false;
        }
        Stamp next = running[id].next().get();
        disks[id] = next;
        if (next.phase() == Phase.FORMED) {
            everFormed.add(next.clusterId());
        }
        if (crashBeforeConfirming) {
            crash(id);
        } else {
            running[id].onPersisted(next);
        }
        return true;
    }

    /** Lets all running nodes talk and write until nothing changes any more. */
    void settle() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int asking = 1; asking <= nodes; asking++) {
                for (int asked = 1; asked <= nodes; asked++) {
                    if (asking != asked) {
                        exchange(asking, asked);
                    }
                }
            }
            for (int id = 1; id <= nodes; id++) {
                changed |= persist(id, false);
            }
        }
    }

    /** Every cluster id under which some disk could ever vote from the first formation. */
    Set<String> everFormed() {
        return everFormed;
    }

    Stamp disk(int id) {
        return disks[id];
    }

    Formation node(int id) {
        return running[id];
    }

    List<Phase> phases() {
        List<Phase> phases = new ArrayList<>();
        for (int id = 1; id <= nodes; id++) {
            phases.add(disks[id] == null ? null : disks[id].phase());
        }
        return phases;
    }

    static List<List<Integer>> orders(int nodes) {
        List<List<Integer>> orders = new ArrayList<>();
        orders.add(List.of());
        for (int id = 1; id <= nodes; id++) {
            List<List<Integer>> longer = new ArrayList<>();
            for (List<Integer> order : orders) {
                for (int at = 0; at <= order.size(); at++) {
                    List<Integer> next = new ArrayList<>(order);
                    next.add(at, id);
                    longer.add(next);
                }
            }
            orders = longer;
        }
        return orders;
    }
}
