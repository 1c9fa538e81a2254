// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * An assignment while it is being worked out: nodes and partitions by index, and what every change does to loads, room and racks. Nodes
 * that replica lists name and nobody knows any more are there, too; they take nothing.
 */
final class Draft {
    static final int NONE = -1;
    /** A replica counts at least so much: an empty one costs files, fetches and time at a start, too. */
    private static final long LEAST_WEIGHT = 1 << 20;

    private final PlanInput input;
    private final Map<Integer, Integer> indexes = new HashMap<>();
    private final int[] ids;
    private final int[] racks;
    private final boolean[] serving;
    private final boolean[] target;
    private final Room[] room;
    private final long[] load;
    private final int[] leaders;
    private final List<TreeSet<Integer>> held = new ArrayList<>();
    private final int[][] original;
    private final int[][] current;
    private final long[] weight;
    private final int[] requiredRacks;
    private final int[] topics;
    private final int[][] ofTopic;
    private final int racksLeft;

    /** Begins with what is; {@code leaving} are nodes whose racks do not count any more, and which take nothing. */
    Draft(PlanInput input, SortedSet<Integer> leaving) {
        this.input = input;
        List<PlanNode> known = new ArrayList<>(input.nodes());
        known.sort((a, b) -> Integer.compare(a.id(), b.id()));
        TreeSet<Integer> all = new TreeSet<>();
        known.forEach(node -> all.add(node.id()));
        input.partitions().forEach(partition -> all.addAll(partition.replicas()));
        int count = all.size();
        ids = new int[count];
        racks = new int[count];
        serving = new boolean[count];
        target = new boolean[count];
        room = new Room[count];
        load = new long[count];
        leaders = new int[count];
        for (int id : all) {
            ids[indexes.size()] = id;
            indexes.put(id, indexes.size());
            held.add(new TreeSet<>());
        }
        racksLeft = describeNodes(known, leaving);
        int partitions = input.partitions().size();
        original = new int[partitions][];
        current = new int[partitions][];
        weight = new long[partitions];
        requiredRacks = new int[partitions];
        topics = new int[partitions];
        Map<String, Integer> numbers = new HashMap<>();
        for (int p = 0; p < partitions; p++) {
            topics[p] = numbers.computeIfAbsent(input.partitions().get(p).topic(), unknown -> numbers.size());
        }
        ofTopic = new int[count][numbers.size()];
        placeAll();
    }

    private int describeNodes(List<PlanNode> known, SortedSet<Integer> leaving) {
        List<String> names = new ArrayList<>();
        TreeSet<Integer> left = new TreeSet<>();
        Arrays.fill(racks, NONE);
        for (PlanNode node : known) {
            int index = indexes.get(node.id());
            if (!names.contains(node.rack())) {
                names.add(node.rack());
            }
            racks[index] = names.indexOf(node.rack());
            boolean stays = !leaving.contains(node.id());
            serving[index] = node.serves();
            target[index] = node.serves() && stays;
            room[index] = new Room(node.directories());
            if (stays) {
                left.add(racks[index]);
            }
        }
        return left.size();
    }

    private void placeAll() {
        long sum = 0;
        long replicas = 0;
        for (PlanPartition partition : input.partitions()) {
            sum += partition.bytes() * partition.replicas().size();
            replicas += partition.replicas().size();
        }
        long least = Math.max(LEAST_WEIGHT, replicas == 0 ? 0 : sum / replicas / 10);
        int racksBefore =
                (int) Arrays.stream(racks).filter(rack -> rack >= 0).distinct().count();
        for (int p = 0; p < current.length; p++) {
            PlanPartition partition = input.partitions().get(p);
            original[p] = partition.replicas().stream().mapToInt(indexes::get).toArray();
            current[p] = original[p];
            weight[p] = partition.bytes() + least;
            int distinct = distinctRacks(current[p]);
            boolean met = distinct >= Math.min(current[p].length, racksBefore);
            requiredRacks[p] = met ? Integer.MAX_VALUE : distinct;
            for (int node : current[p]) {
                held.get(node).add(p);
                load[node] += weight[p];
                ofTopic[node][topics[p]]++;
            }
            if (current[p].length > 0) {
                leaders[current[p][0]]++;
            }
        }
    }

    int partitions() {
        return current.length;
    }

    PlanPartition partition(int p) {
        return input.partitions().get(p);
    }

    int nodes() {
        return ids.length;
    }

    int id(int node) {
        return ids[node];
    }

    /** The node's index; {@link #NONE} when nobody knows it. */
    int index(int id) {
        return indexes.getOrDefault(id, NONE);
    }

    boolean serves(int node) {
        return serving[node];
    }

    boolean isTarget(int node) {
        return target[node];
    }

    /** Only these take replicas from now on, of those that do. */
    void limitTargets(SortedSet<Integer> only) {
        for (int node = 0; node < ids.length; node++) {
            target[node] &= only.contains(ids[node]);
        }
    }

    long load(int node) {
        return load[node];
    }

    int leaders(int node) {
        return leaders[node];
    }

    long weight(int p) {
        return weight[p];
    }

    /** Partitions that a node holds, by index; as they are now. */
    List<Integer> held(int node) {
        return new ArrayList<>(held.get(node));
    }

    int heldCount(int node) {
        return held.get(node).size();
    }

    /** How many replicas a node has of the topic of a partition. */
    int ofTopic(int node, int p) {
        return ofTopic[node][topics[p]];
    }

    /** Replicas now, as indexes of nodes. Not to be changed. */
    int[] replicas(int p) {
        return current[p];
    }

    boolean holds(int p, int node) {
        return contains(current[p], node);
    }

    boolean wasReplica(int p, int node) {
        return contains(original[p], node);
    }

    /** Whether the replica at a position was not there before. */
    boolean isAdded(int p, int position) {
        return !contains(original[p], current[p][position]);
    }

    boolean firstIsAdded(int p) {
        return isAdded(p, 0);
    }

    boolean touched(int p) {
        return current[p] != original[p] && !Arrays.equals(current[p], original[p]);
    }

    /** How many racks the replicas have to be in: as many as can be, unless that was not so before. */
    int requiredRacks(int p, int factor) {
        return Math.min(requiredRacks[p], Math.min(factor, racksLeft));
    }

    /** In how many racks the replicas would be with {@code node} at {@code position}; the position after the last one adds it. */
    int racksWith(int p, int position, int node) {
        int[] changed = Arrays.copyOf(current[p], Math.max(current[p].length, position + 1));
        changed[position] = node;
        return distinctRacks(changed);
    }

    /** In how many racks they would be without the one at {@code position}. */
    int racksWithout(int p, int position) {
        return distinctRacks(without(current[p], position));
    }

    int racksOf(int p) {
        return distinctRacks(current[p]);
    }

    int racksBefore(int p) {
        return distinctRacks(original[p]);
    }

    private int distinctRacks(int[] replicas) {
        int distinct = 0;
        for (int i = 0; i < replicas.length; i++) {
            boolean seen = racks[replicas[i]] == NONE;
            for (int j = 0; j < i && !seen; j++) {
                seen = racks[replicas[j]] == racks[replicas[i]];
            }
            distinct += seen ? 0 : 1;
        }
        return distinct;
    }

    /** Whether a node takes replicas, has none of this partition, and has room for it. */
    boolean mayTake(int p, int node) {
        return target[node] && !holds(p, node) && hasRoom(p, node);
    }

    boolean hasRoom(int p, int node) {
        return contains(original[p], node)
                || (room[node] != null && room[node].fits(partition(p).bytes()));
    }

    void replace(int p, int position, int node) {
        int[] changed = current[p].clone();
        changed[position] = node;
        become(p, changed);
    }

    void add(int p, int node) {
        int[] changed = Arrays.copyOf(current[p], current[p].length + 1);
        changed[changed.length - 1] = node;
        become(p, changed);
    }

    void remove(int p, int position) {
        become(p, without(current[p], position));
    }

    /** The replica at {@code position} changes places with the first one. */
    void swapFirst(int p, int position) {
        int[] changed = current[p].clone();
        changed[position] = current[p][0];
        changed[0] = current[p][position];
        become(p, changed);
    }

    void assign(int p, int[] replicas) {
        become(p, replicas);
    }

    /** Everything as it was before. */
    void restore(int p) {
        become(p, original[p]);
    }

    private void become(int p, int[] changed) {
        count(p, -1);
        current[p] = changed;
        count(p, 1);
    }

    private void count(int p, int sign) {
        for (int node : current[p]) {
            load[node] += sign * weight[p];
            ofTopic[node][topics[p]] += sign;
            if (sign > 0) {
                held.get(node).add(p);
            } else {
                held.get(node).remove(p);
            }
            if (room[node] != null && !contains(original[p], node)) {
                room[node].take(sign * partition(p).bytes());
            }
        }
        if (current[p].length > 0) {
            leaders[current[p][0]] += sign;
        }
    }

    /** Ids of the replicas of a partition now. */
    List<Integer> replicaIds(int p) {
        return Arrays.stream(current[p]).mapToObj(node -> ids[node]).toList();
    }

    private static boolean contains(int[] nodes, int node) {
        for (int each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }

    private static int[] without(int[] nodes, int position) {
        int[] fewer = Arrays.copyOf(nodes, nodes.length - 1);
        for (int i = position; i < fewer.length; i++) {
            fewer[i] = nodes[i + 1];
        }
        return fewer;
    }
}
