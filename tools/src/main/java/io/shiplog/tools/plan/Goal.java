// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a plan is to bring about. */
public sealed interface Goal {
    /** One line for people, and the title of the job that comes of it. */
    String title();

    /** What kind of job it becomes. */
    default PlanKind kind() {
        return PlanKind.REASSIGN;
    }

    /** The nodes that a job of this kind names: the one to be emptied, then its replacement. */
    default List<Integer> nodes() {
        return List.of();
    }

    /** Bytes, replicas and leaders spread evenly over the nodes that serve. */
    record Balance() implements Goal {
        @Override
        public String title() {
            return "balance";
        }

        @Override
        public PlanKind kind() {
            return PlanKind.BALANCE;
        }
    }

    /** Some nodes take their share; nothing moves between the others. */
    record AddNodes(SortedSet<Integer> added) implements Goal {
        public AddNodes {
            added = new TreeSet<>(added);
        }

        @Override
        public String title() {
            return (added.size() == 1 ? "add node " : "add nodes ") + list(added);
        }

        @Override
        public PlanKind kind() {
            return PlanKind.BALANCE;
        }
    }

    /** Some nodes hold nothing any more. */
    record DrainNodes(SortedSet<Integer> drained) implements Goal {
        public DrainNodes {
            drained = new TreeSet<>(drained);
        }

        @Override
        public String title() {
            return (drained.size() == 1 ? "drain node " : "drain nodes ") + list(drained);
        }

        /** A job empties one node; of several it moves what they have now, and they stay open for more. */
        @Override
        public PlanKind kind() {
            return drained.size() == 1 ? PlanKind.DRAIN_NODE : PlanKind.REASSIGN;
        }

        @Override
        public List<Integer> nodes() {
            return drained.size() == 1 ? List.of(drained.first()) : List.of();
        }
    }

    /** One node takes the place of another in every partition that this one holds. */
    record ReplaceNode(int from, int to) implements Goal {
        @Override
        public String title() {
            return "replace node " + from + " by " + to;
        }

        @Override
        public PlanKind kind() {
            return PlanKind.REPLACE_NODE;
        }

        @Override
        public List<Integer> nodes() {
            return List.of(from, to);
        }
    }

    /** Every partition of some topics has so many replicas. */
    record ReplicationFactor(SortedSet<String> topics, int factor) implements Goal {
        public ReplicationFactor {
            topics = new TreeSet<>(topics);
        }

        @Override
        public String title() {
            return "replication factor " + factor + " for " + Problems.shortened(topics);
        }

        @Override
        public PlanKind kind() {
            return PlanKind.REPLICATION_FACTOR;
        }
    }

    /** The nodes of a rack hold nothing any more. */
    record OffRack(String rack) implements Goal {
        @Override
        public String title() {
            return "off rack " + rack;
        }
    }

    /** What lies in one directory of a node goes to other nodes. */
    record OffDirectory(int node, String directory) implements Goal {
        @Override
        public String title() {
            return "off directory " + node + ":" + directory;
        }
    }

    /** The replicas that somebody chose. */
    record Explicit(List<Assignment> assignments) implements Goal {
        public Explicit {
            assignments = List.copyOf(assignments);
        }

        @Override
        public String title() {
            return "assignment from a file";
        }
    }

    private static String list(SortedSet<Integer> ids) {
        return ids.toString().replaceAll("[\\[\\]]", "");
    }
}
