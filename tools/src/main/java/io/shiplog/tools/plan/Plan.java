// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;

/**
 * Moves that bring a goal about.
 *
 * @param kind of the job that it becomes
 * @param subjects the nodes that such a job names: the one to be emptied, then its replacement
 * @param moves by stage, then in the order in which a job begins them; empty when the cluster is as it should be
 * @param later moves that did not fit into one job; planning again when this is done makes the next part
 * @param nodes what it does to each node, by id
 * @param notes what somebody should know before starting it, a sentence each
 */
public record Plan(
        String title,
        PlanKind kind,
        List<Integer> subjects,
        List<PlannedMove> moves,
        int later,
        List<NodeChange> nodes,
        List<String> notes)
        implements PlanAnswer {
    public Plan {
        subjects = List.copyOf(subjects);
        moves = List.copyOf(moves);
        nodes = List.copyOf(nodes);
        notes = List.copyOf(notes);
    }

    /** Bytes that go over the network. */
    public long bytesToMove() {
        return moves.stream().mapToLong(PlannedMove::bytes).sum();
    }

    /** Replicas that are made. */
    public int replicasToMove() {
        return moves.stream().mapToInt(move -> move.added().size()).sum();
    }

    /**
     * How long the bytes take when every node may send and receive {@code rateBytesPerSecond}: as long as its busiest node is busy. In
     * seconds, at least; -1 when the rate is 0, that is not known before.
     */
    public long secondsAt(long rateBytesPerSecond) {
        if (rateBytesPerSecond <= 0) {
            return -1;
        }
        long busiest = 0;
        for (NodeChange node : nodes) {
            busiest = Math.max(busiest, Math.max(node.incomingBytes(), node.outgoingBytes()));
        }
        return (busiest + rateBytesPerSecond - 1) / rateBytesPerSecond;
    }
}
