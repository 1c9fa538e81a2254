// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import io.shiplog.tools.quorum.QuorumAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code bin/cluster rolling-restart} runs. Exit 0: all restarted; 1: not all, and it says why; 2: usage. */
@Command(name = "rolling-restart", description = "Restarts the nodes of a local cluster one after the other.")
public final class RollingMain implements Callable<Integer> {
    @Option(names = "--quorum", required = true, description = "HOST:PORT,... of the metadata endpoints.")
    private String quorum;

    @Option(names = "--cluster-directory", required = true, description = "The directory of the cluster.")
    private Path directory;

    @Option(names = "--cluster-script", required = true, description = "The script bin/cluster.")
    private Path script;

    @Option(names = "--patience-ms", description = "How long one node may wait for its turn (${DEFAULT-VALUE}).")
    private long patienceMs = 120_000;

    @Parameters(paramLabel = "NODE", arity = "1..*", description = "In this order.")
    private List<String> nodes;

    private final long startNs = System.nanoTime();

    private RollingMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new RollingMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<NodeName> order = nodes.stream().map(NodeName::parse).toList();
        try (QuorumGate gate = QuorumGate.connect(QuorumAddress.parse(quorum))) {
            new RollingRestart(gate, new ClusterScript(script, directory), this::say, patienceMs).run(order);
            return CommandLine.ExitCode.OK;
        } catch (RollingRestart.GateStaysShut e) {
            say("given up: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void say(String line) {
        double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1000.0;
        System.out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds, line);
        System.out.flush();
    }
}
