// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.quorum.QuorumAddress;
import io.shiplog.tools.rolling.ClusterScript;
import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.rolling.QuorumGate;
import io.shiplog.tools.rolling.RollingRestart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the demo against a local cluster that {@code bin/cluster demo} has started. Exit 0: all well; 1: not; 2: usage. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Runs the demo on a started local cluster.")
public final class DemoMain implements Callable<Integer> {
    private static final long PATIENCE_MS = 60_000;

    @Option(names = "--bootstrap", required = true, description = "HOST:PORT,...")
    private String bootstrap;

    @Option(names = "--cluster-directory", required = true, description = "The directory of the cluster.")
    private Path directory;

    @Option(names = "--cluster-script", required = true, description = "The script bin/cluster.")
    private Path script;

    @Option(names = "--files-from", required = true, description = "A file that names the input files, NUL-terminated.")
    private Path filesFrom;

    @Option(names = "--spread-ms", description = "Send a small input over this time (${DEFAULT-VALUE}).")
    private long spreadMs = 10_000;

    @Option(
            names = "--rolling",
            split = ",",
            paramLabel = "NODE,...",
            description =
                    "Restart these one after the other instead of killing a leader; asks --quorum whether it may.")
    private List<String> rolling = List.of();

    @Option(names = "--quorum", description = "HOST:PORT,... of the metadata endpoints; with --rolling.")
    private String quorum = "";

    private DemoMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new DemoMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Console console = new Console(System.out);
        LineFiles lines;
        try {
            lines = LineFiles.of(readNames());
        } catch (IOException e) {
            console.line("demo: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        try {
            ClusterScript cluster = new ClusterScript(script, directory);
            if (rolling.isEmpty()) {
                return run(new Demo(bootstrap, lines, cluster, spreadMs, null, console));
            }
            try (QuorumGate gate = QuorumGate.connect(QuorumAddress.parse(quorum))) {
                RollingRestart restart = new RollingRestart(gate, cluster, console::say, PATIENCE_MS);
                List<NodeName> nodes = rolling.stream().map(NodeName::parse).toList();
                return run(new Demo(bootstrap, lines, cluster, spreadMs, new RollingPlan(restart, nodes), console));
            }
        } catch (Exception e) {
            console.line("demo: FAIL: " + e);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static int run(Demo demo) throws Exception {
        return demo.run() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Path> readNames() throws IOException {
        List<Path> files = new ArrayList<>();
        String names = Files.readString(filesFrom, StandardCharsets.UTF_8);
        int start = 0;
        for (int end = names.indexOf(0); end >= 0; end = names.indexOf(0, start)) {
            files.add(Path.of(names.substring(start, end)));
            start = end + 1;
        }
        if (files.isEmpty()) {
            throw new IOException("no input file");
        }
        return files;
    }
}
