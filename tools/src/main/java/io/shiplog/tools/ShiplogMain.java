// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.operate.ElectionsCommand;
import io.shiplog.tools.see.ClusterCommand;
import io.shiplog.tools.see.HistoryCommand;
import io.shiplog.tools.see.NodesCommand;
import io.shiplog.tools.see.PartitionsCommand;
import io.shiplog.tools.see.QuorumCommand;
import io.shiplog.tools.see.TopicsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The admin tool, {@code bin/shiplog}. Exit 0: done; 1: the cluster refused or did not answer; 2: usage. */
@Command(
        name = "shiplog",
        mixinStandardHelpOptions = true,
        version = "shiplog 0.1.0",
        description = "Looks at a cluster and changes it.",
        subcommands = {
            TopicsCommand.class,
            PartitionsCommand.class,
            ClusterCommand.class,
            NodesCommand.class,
            QuorumCommand.class,
            ElectionsCommand.class,
            HistoryCommand.class
        })
public final class ShiplogMain {
    private ShiplogMain() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ShiplogMain()).setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            commandLine.getErr().println("shiplog: " + Failures.sentence(failure));
            return CommandLine.ExitCode.SOFTWARE;
        });
    }
}
