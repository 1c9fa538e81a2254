// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.plan.NodeChange;
import io.shiplog.tools.plan.Plan;
import io.shiplog.tools.plan.PlanFile;
import io.shiplog.tools.plan.PlannedMove;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A plan for people and for programs. */
final class PlanText {
    private static final int SHOWN = 20;
    private static final long SECOND_MS = 1_000;

    private PlanText() {}

    /** Moves (the first of many), what they do to each node, how much and for how long. */
    static void print(Plan plan, long rateBytesPerSecond, PrintWriter out) {
        out.println(plan.title());
        out.println();
        if (!plan.moves().isEmpty()) {
            out.print(moves(plan.moves()).table());
            if (plan.moves().size() > SHOWN) {
                out.println("and " + (plan.moves().size() - SHOWN) + " more (--json and --out have all)");
            }
            out.println();
            out.print(nodes(plan).table());
            out.println();
        }
        out.println(summary(plan, rateBytesPerSecond));
        plan.notes().forEach(note -> out.println("note: " + note));
    }

    /** One line. */
    static String summary(Plan plan, long rateBytesPerSecond) {
        if (plan.moves().isEmpty()) {
            return "nothing has to move";
        }
        String text = plan.moves().size() + " moves, " + plan.replicasToMove() + " new replicas, "
                + Units.bytes(plan.bytesToMove()) + " to copy";
        if (plan.bytesToMove() == 0) {
            return text;
        }
        return rateBytesPerSecond > 0
                ? text + ": about " + Units.duration(plan.secondsAt(rateBytesPerSecond) * SECOND_MS) + " at "
                        + Units.bytes(rateBytesPerSecond) + "/s" + " per node"
                : text + ", as fast as leaves headroom for clients";
    }

    private static Rows moves(List<PlannedMove> moves) {
        Rows rows = new Rows("partition", "from", "to", "size", "copied", "source");
        for (PlannedMove move : moves.subList(0, Math.min(SHOWN, moves.size()))) {
            rows.add(
                    move.name(),
                    move.expected(),
                    move.replicas(),
                    Units.bytes(move.partitionBytes()),
                    move.bytes() == 0 ? "nothing" : Units.bytes(move.bytes()),
                    move.added().isEmpty() ? null : move.source());
        }
        return rows;
    }

    private static Rows nodes(Plan plan) {
        Rows rows = new Rows("node", "rack", "state", "bytes", "replicas", "leaders", "receives", "sends");
        for (NodeChange node : plan.nodes()) {
            NodeChange.Load before = node.before();
            NodeChange.Load after = node.after();
            rows.add(
                    node.node(),
                    node.rack().isEmpty() ? null : node.rack(),
                    node.state().word(),
                    change(Units.bytes(before.bytes()), Units.bytes(after.bytes())),
                    change(String.valueOf(before.replicas()), String.valueOf(after.replicas())),
                    change(String.valueOf(before.leaders()), String.valueOf(after.leaders())),
                    node.incomingBytes() == 0 ? null : Units.bytes(node.incomingBytes()),
                    node.outgoingBytes() == 0 ? null : Units.bytes(node.outgoingBytes()));
        }
        return rows;
    }

    private static String change(String before, String after) {
        return before.equals(after) ? before : before + " -> " + after;
    }

    /** The file of the plan, and what it does to nodes. */
    static Map<String, Object> object(Plan plan, long rateBytesPerSecond) {
        Map<String, Object> object = PlanFile.write(plan, rateBytesPerSecond);
        long seconds = plan.secondsAt(rateBytesPerSecond);
        object.put("seconds", seconds < 0 ? null : seconds);
        List<Object> nodes = new ArrayList<>();
        for (NodeChange node : plan.nodes()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("node", node.node());
            each.put("rack", node.rack());
            each.put("state", node.state());
            each.put("bytesBefore", node.before().bytes());
            each.put("bytesAfter", node.after().bytes());
            each.put("replicasBefore", node.before().replicas());
            each.put("replicasAfter", node.after().replicas());
            each.put("leadersBefore", node.before().leaders());
            each.put("leadersAfter", node.after().leaders());
            each.put("incomingBytes", node.incomingBytes());
            each.put("outgoingBytes", node.outgoingBytes());
            nodes.add(each);
        }
        object.put("nodeChanges", nodes);
        return object;
    }

    /** Ids as a sentence names them. */
    static String list(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
