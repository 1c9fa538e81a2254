// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import io.shiplog.tools.text.Units;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/**
 * Finds the moves that bring a goal about: as few bytes as it takes, replicas in as many racks as before, leaders shared as before, no
 * node filled up. The same input gives the same plan. Refuses when anything stands in the way; a plan is whole or there is none.
 */
public final class Planner {
    private static final SortedSet<Integer> NOBODY = new TreeSet<>();

    private final PlanInput input;
    private final PlanSettings settings;
    private final Problems problems = new Problems();
    private final List<String> notes = new ArrayList<>();

    private Planner(PlanInput input, PlanSettings settings) {
        this.input = input;
        this.settings = settings;
    }

    /** Plans. */
    public static PlanAnswer plan(PlanInput input, Goal goal, PlanSettings settings) {
        Planner planner = new Planner(input, settings);
        Draft draft = planner.draft(goal);
        if (!planner.problems.none()) {
            return planner.problems.refusal();
        }
        List<PlannedMove> all = planner.moves(draft);
        List<PlannedMove> moves = all.subList(0, Math.min(all.size(), settings.maxMoves()));
        int later = all.size() - moves.size();
        if (later > 0) {
            planner.keepFor(draft, moves);
        }
        planner.notes(goal, draft, moves.size(), later);
        // A job that empties a node has failed when something is left there: a part of it is a job of the common kind.
        boolean empties = goal.kind() == PlanKind.DRAIN_NODE || goal.kind() == PlanKind.REPLACE_NODE;
        boolean common = empties && (later > 0 || !planner.isRegistered(goal.nodes()));
        return new Plan(
                later > 0 ? goal.title() + ", a part of it" : goal.title(),
                common ? PlanKind.REASSIGN : goal.kind(),
                common ? List.of() : goal.nodes(),
                moves,
                later,
                planner.changes(draft, moves),
                planner.notes);
    }

    private boolean isRegistered(List<Integer> nodes) {
        return nodes.stream().allMatch(id -> input.node(id) != null);
    }

    /** What does not fit into a job stays where it is for now; that stands in nobody's way, each partition moves for itself. */
    private void keepFor(Draft draft, List<PlannedMove> moves) {
        Set<String> begun = new HashSet<>();
        moves.forEach(move -> begun.add(move.name()));
        for (int p = 0; p < draft.partitions(); p++) {
            if (draft.touched(p) && !begun.contains(draft.partition(p).name())) {
                draft.restore(p);
            }
        }
    }

    /** The assignment to be; null, or not to be used, when there are problems. */
    private Draft draft(Goal goal) {
        if (goal instanceof Goal.Balance) {
            return balance(null);
        } else if (goal instanceof Goal.AddNodes add) {
            add.added().forEach(this::checkTarget);
            return problems.none() ? balance(add.added()) : null;
        } else if (goal instanceof Goal.DrainNodes drain) {
            return drain(drain.drained());
        } else if (goal instanceof Goal.ReplaceNode replace) {
            return replace(replace.from(), replace.to());
        } else if (goal instanceof Goal.ReplicationFactor factor) {
            return resize(factor.topics(), factor.factor());
        } else if (goal instanceof Goal.OffRack off) {
            return offRack(off.rack());
        } else if (goal instanceof Goal.OffDirectory off) {
            return offDirectory(off.node(), off.directory());
        }
        return explicit((Goal.Explicit) goal);
    }

    private void checkTarget(int id) {
        String problem = NodeRules.problem(input, id);
        if (problem != null) {
            problems.add(problem);
        }
    }

    private boolean isKnown(int id) {
        if (input.node(id) == null) {
            problems.add(NodeRules.unknown(input, id));
            return false;
        }
        return true;
    }

    /** Over all nodes that serve; {@code takers} null: any of them takes, too. */
    private Draft balance(SortedSet<Integer> takers) {
        Draft draft = new Draft(input, NOBODY);
        if (takers != null) {
            draft.limitTargets(takers);
        }
        IntPredicate movable =
                p -> draft.partition(p).busy() == null && draft.partition(p).leader() >= 0;
        List<String> fixed = input.partitions().stream()
                .filter(each -> each.busy() != null || each.leader() < 0)
                .map(PlanPartition::name)
                .toList();
        if (!fixed.isEmpty()) {
            notes.add("left as they are, because they are moving already or have no leader: "
                    + Problems.shortened(fixed));
        }
        if (!new Balancing(draft, movable, settings).run()) {
            notes.add("more would have to move than one job holds: plan again when it is done");
        } else {
            IntPredicate reordered = takers == null ? movable : draft::touched;
            new Leaderships(draft, reordered).even(2 * settings.toleranceRatio());
        }
        return draft;
    }

    private Draft drain(SortedSet<Integer> nodes) {
        Set<Integer> named = new HashSet<>();
        input.partitions().forEach(partition -> named.addAll(partition.replicas()));
        boolean known = true;
        for (int id : nodes) {
            // One that was forgotten while it had replicas can still be freed of them.
            known &= named.contains(id) || isKnown(id);
        }
        if (!known) {
            return null;
        }
        Draft draft = new Draft(input, nodes);
        return relocate(draft, (p, node) -> nodes.contains(draft.id(node)));
    }

    private Draft offRack(String rack) {
        TreeSet<String> racks = new TreeSet<>();
        TreeSet<Integer> nodes = new TreeSet<>();
        for (PlanNode node : input.nodes()) {
            racks.add(node.rack().isEmpty() ? "(none)" : node.rack());
            if (node.rack().equals(rack)) {
                nodes.add(node.id());
            }
        }
        if (nodes.isEmpty()) {
            problems.add("no node is in rack " + rack + "; there are " + Problems.shortened(racks));
            return null;
        }
        return drain(nodes);
    }

    private Draft offDirectory(int id, String directory) {
        if (!isKnown(id)) {
            return null;
        }
        TreeSet<String> known = new TreeSet<>();
        input.node(id).directories().forEach(each -> known.add(each.path()));
        input.partitions().stream()
                .filter(each -> each.directories().containsKey(id))
                .forEach(each -> known.add(each.directories().get(id)));
        if (!known.contains(directory)) {
            problems.add("node " + id + " has no directory " + directory + "; "
                    + (known.isEmpty() ? "it names none" : "it has " + Problems.shortened(known)));
            return null;
        }
        // Its rack still counts: the node stays.
        Draft draft = new Draft(input, NOBODY);
        return relocate(
                draft,
                (p, node) -> draft.id(node) == id
                        && directory.equals(draft.partition(p).directories().get(id)));
    }

    private Draft relocate(Draft draft, BiPredicate<Integer, Integer> leaves) {
        for (int p = 0; p < draft.partitions(); p++) {
            for (int node : draft.replicas(p)) {
                if (leaves.test(p, node)) {
                    checkMovable(draft.partition(p));
                    break;
                }
            }
        }
        if (!problems.none()) {
            return draft;
        }
        Relocation relocation = new Relocation(draft, problems);
        relocation.replaceAll(leaves);
        if (problems.none()) {
            relocation.refine();
            new Leaderships(draft, p -> draft.touched(p) && draft.firstIsAdded(p)).settle();
        }
        return draft;
    }

    private void checkMovable(PlanPartition partition) {
        if (partition.busy() != null) {
            problems.add(partition.name() + " " + partition.busy() + "; wait for that, or cancel it");
        } else if (partition.leader() < 0) {
            problems.add(partition.name() + " " + NodeRules.leaderless());
        }
    }

    private Draft replace(int from, int to) {
        if (from == to) {
            problems.add("a node cannot replace itself; name another one");
        }
        if (isKnown(from)) {
            checkTarget(to);
        }
        if (!problems.none()) {
            return null;
        }
        TreeSet<Integer> leaving = new TreeSet<>(List.of(from));
        Draft draft = new Draft(input, leaving);
        int gone = draft.index(from);
        int successor = draft.index(to);
        // What the successor holds already has to go elsewhere.
        relocate(draft, (p, node) -> node == gone && draft.holds(p, successor));
        for (int p : draft.held(gone)) {
            checkMovable(draft.partition(p));
            if (!draft.hasRoom(p, successor)) {
                problems.add(draft.partition(p).name() + " ("
                        + Units.bytes(draft.partition(p).bytes())
                        + ") does not fit on node " + to
                        + " any more: a tenth of each directory stays free; make room there or take another node");
            }
            int racks = draft.racksOf(p);
            draft.replace(p, positionOf(draft.replicas(p), gone), successor);
            if (draft.racksOf(p) < Math.min(racks, draft.requiredRacks(p, draft.replicas(p).length))) {
                problems.add(draft.partition(p).name() + " would be in " + draft.racksOf(p) + " racks instead of "
                        + racks + "; take a node in rack " + rackOf(from) + ", or decommission node " + from);
            }
        }
        return draft;
    }

    private String rackOf(int id) {
        String rack = input.node(id).rack();
        return rack.isEmpty() ? "(none)" : rack;
    }

    private static int positionOf(int[] replicas, int node) {
        int position = 0;
        while (replicas[position] != node) {
            position++;
        }
        return position;
    }

    private Draft resize(SortedSet<String> topics, int factor) {
        TreeSet<String> unknown = new TreeSet<>(topics);
        input.partitions().forEach(partition -> unknown.remove(partition.topic()));
        unknown.forEach(topic -> problems.add("there is no topic " + topic + "; shiplog topics lists them"));
        if (factor < 1) {
            problems.add("a replication factor of " + factor + " is none; 1 is the least");
        } else if (factor > input.nodes().size()) {
            problems.add("a replication factor of " + factor + " takes " + factor + " nodes, and there are "
                    + input.nodes().size() + "; add nodes or take a smaller one");
        }
        if (!problems.none()) {
            return null;
        }
        Draft draft = new Draft(input, NOBODY);
        IntPredicate wanted = p -> topics.contains(draft.partition(p).topic()) && draft.replicas(p).length != factor;
        for (int p = 0; p < draft.partitions(); p++) {
            if (wanted.test(p)) {
                checkMovable(draft.partition(p));
            }
        }
        if (problems.none()) {
            Relocation relocation = new Relocation(draft, problems);
            relocation.resize(wanted, factor);
            relocation.refine();
        }
        return draft;
    }

    private Draft explicit(Goal.Explicit goal) {
        Map<String, PlanPartition> known = new HashMap<>();
        input.partitions().forEach(partition -> known.put(partition.name(), partition));
        List<PlannedMove> moves = new ArrayList<>();
        for (Assignment each : goal.assignments()) {
            PlanPartition partition = known.get(each.name());
            List<Integer> now = partition == null ? List.of() : partition.replicas();
            moves.add(new PlannedMove(each.topic(), each.partition(), now, each.replicas(), 0, -1, 0));
        }
        Problems found = PlanCheck.check(input, moves);
        found.lines().forEach(problems::add);
        if (!problems.none()) {
            return null;
        }
        Map<String, Assignment> wanted = new HashMap<>();
        goal.assignments().forEach(each -> wanted.put(each.name(), each));
        Draft draft = new Draft(input, NOBODY);
        for (int p = 0; p < draft.partitions(); p++) {
            Assignment assignment = wanted.get(draft.partition(p).name());
            if (assignment != null) {
                draft.assign(
                        p, assignment.replicas().stream().mapToInt(draft::index).toArray());
            }
        }
        return draft;
    }

    private List<PlannedMove> moves(Draft draft) {
        List<PlannedMove> moves = new ArrayList<>();
        for (int p = 0; p < draft.partitions(); p++) {
            if (draft.touched(p)) {
                PlanPartition partition = draft.partition(p);
                List<Integer> replicas = draft.replicaIds(p);
                boolean onlyOrder = partition.replicas().size() == replicas.size()
                        && partition.replicas().containsAll(replicas);
                moves.add(new PlannedMove(
                        partition.topic(),
                        partition.partition(),
                        partition.replicas(),
                        replicas,
                        partition.bytes(),
                        partition.leader(),
                        onlyOrder ? 1 : 0));
            }
        }
        // Large ones first: what is left at the end is small, and no node is busy alone for long.
        moves.sort(Comparator.comparingInt(PlannedMove::stage)
                .thenComparing(Comparator.comparingLong(PlannedMove::bytes).reversed())
                .thenComparing(PlannedMove::topic)
                .thenComparingInt(PlannedMove::partition));
        return moves;
    }

    private List<NodeChange> changes(Draft draft, List<PlannedMove> moves) {
        Map<Integer, NodeLoads> loads = new HashMap<>();
        for (PlanNode node : input.nodes()) {
            loads.put(node.id(), new NodeLoads());
        }
        for (int p = 0; p < draft.partitions(); p++) {
            PlanPartition partition = draft.partition(p);
            NodeLoads.count(loads, partition, partition.replicas(), true);
            NodeLoads.count(loads, partition, draft.replicaIds(p), false);
        }
        for (PlannedMove move : moves) {
            NodeLoads.count(loads, move);
        }
        return input.nodes().stream()
                .sorted(Comparator.comparingInt(PlanNode::id))
                .map(node -> loads.get(node.id()).change(node))
                .toList();
    }

    private void notes(Goal goal, Draft draft, int now, int later) {
        if (later > 0) {
            notes.add("a job holds " + now + " moves, and this takes " + later
                    + " more: when it is done, the same command moves on");
        }
        List<String> unsized = new ArrayList<>();
        for (int p = 0; p < draft.partitions(); p++) {
            PlanPartition partition = draft.partition(p);
            boolean copied = draft.touched(p) && !partition.replicas().containsAll(draft.replicaIds(p));
            if (copied && partition.bytes() == 0 && partition.directories().isEmpty()) {
                unsized.add(partition.name());
            }
        }
        if (!unsized.isEmpty()) {
            notes.add("no node says how large these are, so they count as empty: " + Problems.shortened(unsized));
        }
        TreeSet<Integer> open = new TreeSet<>();
        if (goal instanceof Goal.DrainNodes drain && (later > 0 || drain.kind() == PlanKind.REASSIGN)) {
            open.addAll(drain.drained());
        } else if (goal instanceof Goal.OffRack off) {
            input.nodes().stream()
                    .filter(node -> node.rack().equals(off.rack()))
                    .forEach(node -> open.add(node.id()));
        }
        if (!open.isEmpty()) {
            notes.add("new topics may still be placed on nodes " + Problems.shortened(open)
                    + "; shiplog nodes cordon keeps them off");
        }
        TreeSet<String> racks = new TreeSet<>();
        input.nodes().forEach(node -> racks.add(node.rack()));
        if (goal instanceof Goal.ReplicationFactor factor && racks.size() > 1 && factor.factor() > racks.size()) {
            notes.add(factor.factor() + " replicas in " + racks.size() + " racks: some of them share a rack");
        }
        List<String> closer = new ArrayList<>();
        for (int p = 0; p < draft.partitions(); p++) {
            int before = draft.touched(p) ? draft.racksBefore(p) : 0;
            if (draft.touched(p) && draft.racksOf(p) < Math.min(before, draft.replicas(p).length)) {
                closer.add(draft.partition(p).name());
            }
        }
        if (!closer.isEmpty()) {
            notes.add("would be in fewer racks than now: " + Problems.shortened(closer));
        }
        List<Integer> silent = input.nodes().stream()
                .filter(node -> node.serves()
                        && (node.directories().isEmpty()
                                || !node.directories().stream().allMatch(PlanDirectory::isSized)))
                .map(PlanNode::id)
                .sorted()
                .toList();
        if (!silent.isEmpty()) {
            notes.add("how much room is left was not said by node " + Problems.shortened(silent));
        }
    }
}
