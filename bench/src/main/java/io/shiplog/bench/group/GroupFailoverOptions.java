// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.group;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to measure on.
 *
 * @param system      whose cluster it is, for the table
 * @param bootstrap   addresses of the cluster
 * @param pidFile     where the process id of a node is; %d stands for its number
 * @param restart     words of the command that starts a node again; %d stands for its number
 * @param protocol    classic or consumer
 * @param consumers   members of the group, before another one joins
 * @param partitions  of the topic that they read
 * @param rounds      how often the coordinator's node is killed
 * @param heartbeatMs how often members are to be heard of, in both protocols; the nodes must be set to it
 */
record GroupFailoverOptions(
        String system,
        String bootstrap,
        String pidFile,
        List<String> restart,
        String protocol,
        int consumers,
        int partitions,
        int rounds,
        int heartbeatMs) {
    static final String USAGE = """
            usage: GroupFailoverMain --system NAME --bootstrap ADDRESSES --pid-file PATH --restart COMMAND --protocol classic|consumer
                                     [--consumers N] [--partitions N] [--rounds N] [--heartbeat-ms MS]
            """;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException when it cannot be understood; says what
     */
    static GroupFailoverOptions parse(String[] arguments) {
        Map<String, String> given = new HashMap<>(
                Map.of("--consumers", "20", "--partitions", "60", "--rounds", "3", "--heartbeat-ms", "1000"));
        List<String> required = List.of("--system", "--bootstrap", "--pid-file", "--restart", "--protocol");
        for (int i = 0; i < arguments.length; i += 2) {
            boolean known = given.containsKey(arguments[i]) || required.contains(arguments[i]);
            if (!known || i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " is unknown, or needs a value");
            }
            given.put(arguments[i], arguments[i + 1]);
        }
        for (String name : required) {
            if (!given.containsKey(name)) {
                throw new IllegalArgumentException(name + " is missing");
            }
        }
        if (!List.of("classic", "consumer").contains(given.get("--protocol"))) {
            throw new IllegalArgumentException("--protocol is classic or consumer");
        }
        return new GroupFailoverOptions(
                given.get("--system"),
                given.get("--bootstrap"),
                given.get("--pid-file"),
                List.of(given.get("--restart").split(" ")),
                given.get("--protocol"),
                number(given, "--consumers", 500),
                number(given, "--partitions", 5_000),
                number(given, "--rounds", 100),
                number(given, "--heartbeat-ms", 60_000));
    }

    private static int number(Map<String, String> given, String name, int max) {
        try {
            int number = Integer.parseInt(given.get(name));
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " takes a number, not " + given.get(name), e);
        }
        throw new IllegalArgumentException(name + " must be from 1 to " + max + ", not " + given.get(name));
    }
}
