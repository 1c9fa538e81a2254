// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import io.shiplog.tools.trial.CheckedLoad;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import picocli.CommandLine;

/**
 * {@code RehearsalMain BOOTSTRAP QUORUM}: what the tools mostly do, done once against the cluster of the server's rehearsal: records to a
 * replicated topic and back, and the commands that look at things. Run while the JVM notes which classes that needs
 * ({@code bin/lib/class-data.sh}).
 */
public final class RehearsalMain {
    private static final String TOPIC = "rehearsal";
    private static final int PARTITIONS = 6;
    private static final int PER_SECOND = 2_000;
    private static final int RECORDS = 1_000;
    private static final long WAIT_MS = 60_000;
    private static final long SEED = 1;

    private RehearsalMain() {}

    /** Exit status 0 when all went well. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: RehearsalMain BOOTSTRAP QUORUM");
            System.exit(CommandLine.ExitCode.USAGE);
        }
        boolean whole = send(arguments[0]) && look(arguments[0], arguments[1]);
        System.exit(whole ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE);
    }

    private static boolean look(String bootstrap, String quorum) {
        List<List<String>> commands = List.of(
                List.of("cluster", "--bootstrap", bootstrap),
                List.of("cluster", "--json", "--bootstrap", bootstrap),
                List.of("explain", "cluster", "--bootstrap", bootstrap),
                List.of("explain", "partition", TOPIC + "-0", "--json", "--bootstrap", bootstrap),
                List.of("nodes", "--quorum", quorum),
                List.of("topics", "--bootstrap", bootstrap),
                List.of("topics", "describe", TOPIC, "--bootstrap", bootstrap),
                List.of("partitions", "--bootstrap", bootstrap),
                List.of("groups", "--bootstrap", bootstrap),
                List.of("quorum", "--bootstrap", bootstrap),
                List.of("configs", "--bootstrap", bootstrap),
                List.of("history", "--bootstrap", bootstrap),
                List.of("leaders", "--bootstrap", bootstrap),
                List.of("leaders", "elect", TOPIC, "--bootstrap", bootstrap),
                List.of("recover", "plan", "--bootstrap", bootstrap),
                List.of("reassign", "plan", "--balance", "--bootstrap", bootstrap),
                List.of("reassign", "status", "--bootstrap", bootstrap),
                List.of("reassign", "list", "--bootstrap", bootstrap));
        for (List<String> command : commands) {
            CommandLine shiplog = ShiplogMain.commandLine(command.toArray(new String[0]))
                    .setOut(new PrintWriter(Writer.nullWriter()));
            if (shiplog.execute(command.toArray(new String[0])) != CommandLine.ExitCode.OK) {
                System.err.println("failed: " + command);
                return false;
            }
        }
        return true;
    }

    private static boolean send(String bootstrap) throws Exception {
        CheckedLoad load = new CheckedLoad(bootstrap, TOPIC, PARTITIONS, SEED, PER_SECOND, WAIT_MS);
        load.begin(RECORDS);
        List<String> faults = load.end();
        faults.forEach(System.err::println);
        return faults.isEmpty();
    }
}
