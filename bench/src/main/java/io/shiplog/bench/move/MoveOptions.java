// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is moved, and under what load.
 *
 * @param system      shiplog or kafka
 * @param bootstrap   addresses of the cluster, which has nodes 1 to 5
 * @param tool        words of the command that runs bin/shiplog, or a tool of Kafka's
 * @param control     words of the command that kills and starts nodes; empty: nobody is killed
 * @param dir         where the cluster lives
 * @param plan        the file with the reassignment; Shiplog writes it, Kafka's tool reads it
 * @param gib         bytes of the topic, each of which has three replicas
 * @param partitions  of the topic
 * @param rate        records a second, from before the move until after it
 * @param recordBytes of each of these
 * @param keyed       whether these have keys: one to a batch, to all partitions in turn; otherwise as the stock producer likes
 * @param quietS      how long the latency of the quiet cluster is taken, after as long a time to warm up
 * @param warmUps     how often another topic goes to the new nodes and back before anything is measured
 * @param throttleMib per node, in MiB a second; 0: none (Shiplog: as fast as clients allow)
 * @param disturbed   whether the active controller, a source and a target are killed
 * @param cancelled   whether the job is cancelled half-way
 */
record MoveOptions(
        String system,
        String bootstrap,
        List<String> tool,
        List<String> control,
        String dir,
        String plan,
        double gib,
        int partitions,
        int rate,
        int recordBytes,
        boolean keyed,
        int quietS,
        int warmUps,
        int throttleMib,
        boolean disturbed,
        boolean cancelled) {
    static final String USAGE = """
            usage: MoveMain --system shiplog|kafka --bootstrap ADDRESSES --tool COMMAND --control COMMAND --dir DIR --plan FILE [--gib G] [--partitions N]
                            [--rate PER_SECOND] [--record-bytes N] [--keyed 1] [--quiet-s S] [--warm-ups N] [--throttle-mib N] [--kill 1] [--cancel 1]
            """;

    private static final List<String> REQUIRED =
            List.of("--system", "--bootstrap", "--tool", "--control", "--dir", "--plan");
    private static final int MAX_GIB = 100;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException when it cannot be understood; says what
     */
    static MoveOptions parse(String[] arguments) {
        Map<String, String> given = new HashMap<>(Map.of(
                "--gib",
                "4.5",
                "--partitions",
                "200",
                "--rate",
                "5000",
                "--record-bytes",
                "512",
                "--keyed",
                "0",
                "--quiet-s",
                "30",
                "--warm-ups",
                "8",
                "--throttle-mib",
                "0",
                "--kill",
                "0",
                "--cancel",
                "0"));
        for (int i = 0; i < arguments.length; i += 2) {
            boolean known = given.containsKey(arguments[i]) || REQUIRED.contains(arguments[i]);
            if (!known || i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " is unknown, or needs a value");
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        for (String name : REQUIRED) {
            if (!given.containsKey(name)) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        if (!List.of("shiplog", "kafka").contains(given.get("--system"))) {
            throw new IllegalArgumentException("--system is shiplog or kafka");
        }
        return new MoveOptions(
                given.get("--system"),
                given.get("--bootstrap"),
                List.of(given.get("--tool").split(" ")),
                List.of(given.get("--control").split(" ")),
                given.get("--dir"),
                given.get("--plan"),
                gib(given.get("--gib")),
                number(given, "--partitions", 1, 5_000),
                number(given, "--rate", 1, 100_000),
                number(given, "--record-bytes", 1, 1 << 20),
                number(given, "--keyed", 0, 1) == 1,
                number(given, "--quiet-s", 1, 600),
                number(given, "--warm-ups", 0, 100),
                number(given, "--throttle-mib", 0, 10_000),
                number(given, "--kill", 0, 1) == 1,
                number(given, "--cancel", 0, 1) == 1);
    }

    private static double gib(String text) {
        try {
            double gib = Double.parseDouble(text);
            if (gib > 0 && gib <= MAX_GIB) {
                return gib;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--gib takes a number, not " + text, e);
        }
        throw new IllegalArgumentException("--gib must be above 0 and at most " + MAX_GIB + ", not " + text);
    }

    private static int number(Map<String, String> given, String name, int min, int max) {
        try {
            int number = Integer.parseInt(given.get(name));
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " takes a number, not " + given.get(name), e);
        }
        throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ", not " + given.get(name));
    }
}
