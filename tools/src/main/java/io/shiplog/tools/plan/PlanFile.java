// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan as a JSON object, and back. {@code kafka-reassign-partitions} reads {@code version} and {@code partitions} with {@code topic},
 * {@code partition}, {@code replicas} and {@code log_dirs}; the rest is Shiplog's own. An object of Kafka's alone is a list of assignments.
 *
 * @param title null when the file is Kafka's
 * @param kind of the job that a plan becomes
 * @param subjects the nodes that such a job names
 * @param rateBytesPerSecond that it was planned for; 0: adaptive
 * @param moves of a plan of Shiplog's; empty when {@code assignments} are Kafka's
 */
public record PlanFile(
        String title,
        PlanKind kind,
        List<Integer> subjects,
        long rateBytesPerSecond,
        List<PlannedMove> moves,
        List<Assignment> assignments) {
    private static final int VERSION = 1;
    /** The version of Shiplog's own keys. */
    private static final int SHIPLOG_VERSION = 1;

    private static final String ANY = "any";
    private static final int MAX_REPLICAS = 1_000;
    private static final long MAX_BYTES = 1L << 50;

    public PlanFile {
        subjects = List.copyOf(subjects);
        moves = List.copyOf(moves);
        assignments = List.copyOf(assignments);
    }

    /** What is wrong with an object; its message is one line. */
    public static final class NotAPlan extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotAPlan(String message) {
            super(message);
        }
    }

    /** Whether Shiplog wrote it; otherwise it holds Kafka's keys only. */
    public boolean isPlan() {
        return title != null;
    }

    /** The object of a plan. */
    public static Map<String, Object> write(Plan plan, long rateBytesPerSecond) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("version", VERSION);
        object.put("shiplogPlan", SHIPLOG_VERSION);
        object.put("title", plan.title());
        object.put("kind", plan.kind());
        object.put("nodes", plan.subjects());
        object.put("rateBytesPerSecond", rateBytesPerSecond);
        object.put("bytesToMove", plan.bytesToMove());
        object.put("notes", plan.notes());
        List<Object> partitions = new ArrayList<>();
        for (PlannedMove move : plan.moves()) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("topic", move.topic());
            each.put("partition", move.partition());
            each.put("replicas", move.replicas());
            each.put("log_dirs", Collections.nCopies(move.replicas().size(), ANY));
            each.put("expected", move.expected());
            each.put("bytes", move.partitionBytes());
            each.put("source", move.source());
            each.put("stage", move.stage());
            partitions.add(each);
        }
        object.put("partitions", partitions);
        return object;
    }

    /**
     * Understands an object that JSON was read into.
     *
     * @throws NotAPlan when it is none, with the place in the object
     */
    public static PlanFile read(Object json) {
        Fields top = Fields.of(json, "the file");
        if (top.whole("version", 1, VERSION) != VERSION) {
            throw new NotAPlan("version is to be " + VERSION);
        }
        boolean plan = top.has("shiplogPlan");
        if (plan) {
            top.whole("shiplogPlan", 1, SHIPLOG_VERSION);
        }
        List<PlannedMove> moves = new ArrayList<>();
        List<Assignment> assignments = new ArrayList<>();
        List<?> partitions = top.list("partitions");
        for (int i = 0; i < partitions.size(); i++) {
            Fields each = Fields.of(partitions.get(i), "partitions[" + i + "]");
            Assignment assignment = assignment(each);
            assignments.add(assignment);
            if (plan) {
                moves.add(move(each, assignment));
            }
        }
        return plan
                ? new PlanFile(
                        top.text("title"),
                        top.kind("kind"),
                        nodes(top),
                        top.whole("rateBytesPerSecond", 0, Long.MAX_VALUE),
                        moves,
                        List.of())
                : new PlanFile(null, PlanKind.REASSIGN, List.of(), 0, List.of(), assignments);
    }

    /** A job that empties a node names it, one that replaces it the other one as well. */
    private static List<Integer> nodes(Fields top) {
        PlanKind kind = top.kind("kind");
        List<Integer> nodes = top.ids("nodes", 2);
        int count = kind == PlanKind.DRAIN_NODE ? 1 : kind == PlanKind.REPLACE_NODE ? 2 : 0;
        if (nodes.size() != count) {
            throw new NotAPlan(
                    "nodes is to have " + count + (count == 1 ? " node" : " nodes") + " when kind is " + kind);
        }
        return nodes;
    }

    private static Assignment assignment(Fields each) {
        String topic = each.text("topic");
        int partition = (int) each.whole("partition", 0, Integer.MAX_VALUE);
        List<Integer> replicas = each.ids("replicas", MAX_REPLICAS);
        if (each.has("log_dirs")) {
            List<?> directories = each.list("log_dirs");
            if (directories.size() != replicas.size()) {
                throw new NotAPlan(each.path("log_dirs") + " has " + directories.size() + " entries for "
                        + replicas.size() + " replicas; give each its own, or leave log_dirs out");
            }
            for (Object directory : directories) {
                if (!ANY.equals(directory)) {
                    throw new NotAPlan(
                            each.path("log_dirs") + " names the directory " + directory
                                    + ": a job moves replicas between nodes; within one, kafka-reassign-partitions does it. Write \"any\"");
                }
            }
        }
        return new Assignment(topic, partition, replicas);
    }

    private static PlannedMove move(Fields each, Assignment assignment) {
        return new PlannedMove(
                assignment.topic(),
                assignment.partition(),
                each.ids("expected", MAX_REPLICAS),
                assignment.replicas(),
                each.whole("bytes", 0, MAX_BYTES),
                (int) each.whole("source", -1, Integer.MAX_VALUE),
                (int) each.whole("stage", 0, 1_000));
    }

    /** The members of an object, each checked when it is taken. */
    private record Fields(Map<?, ?> object, String path) {
        static Fields of(Object json, String path) {
            if (json instanceof Map<?, ?> object) {
                return new Fields(object, path);
            }
            throw new NotAPlan(path + " is to be an object in braces");
        }

        boolean has(String key) {
            return object.containsKey(key);
        }

        String path(String key) {
            return path.equals("the file") ? key : path + "." + key;
        }

        String text(String key) {
            if (object.get(key) instanceof String text && !text.isEmpty()) {
                return text;
            }
            throw wrong(key, "a text in quotes");
        }

        long whole(String key, long least, long most) {
            if (object.get(key) instanceof Long number && number >= least && number <= most) {
                return number;
            }
            throw wrong(
                    key,
                    most >= Integer.MAX_VALUE
                            ? "a whole number from " + least
                            : least == most ? String.valueOf(least) : "a whole number from " + least + " to " + most);
        }

        PlanKind kind(String key) {
            for (PlanKind kind : PlanKind.values()) {
                if (kind.name().equals(object.get(key))) {
                    return kind;
                }
            }
            throw wrong(key, "one of " + List.of(PlanKind.values()));
        }

        List<?> list(String key) {
            if (object.get(key) instanceof List<?> list) {
                return list;
            }
            throw wrong(key, "a list in brackets");
        }

        List<Integer> ids(String key, int most) {
            List<Integer> ids = new ArrayList<>();
            for (Object each : list(key)) {
                if (!(each instanceof Long id) || id < 0 || id > Integer.MAX_VALUE || ids.size() == most) {
                    throw wrong(key, "a list of at most " + most + " node numbers");
                }
                ids.add(id.intValue());
            }
            return ids;
        }

        private NotAPlan wrong(String key, String right) {
            return new NotAPlan(path(key) + (has(key) ? " is to be " + right : " is missing; it is to be " + right));
        }
    }
}
