// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that asks a cluster: how long to wait, and how to print. */
public abstract class ToolOptions {
    @Option(
            names = "--timeout-ms",
            defaultValue = "15000",
            paramLabel = "MS",
            description = "How long to wait for an answer (${DEFAULT-VALUE}).")
    private int timeoutMs;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** How long the command may wait for an answer. */
    public final int timeoutMs() {
        return timeoutMs;
    }

    /** How long one request may take of that. */
    final int requestTimeoutMs() {
        return Math.min(timeoutMs, 5_000);
    }

    /** Whether a program reads what is printed. */
    public final boolean json() {
        return json;
    }

    /** Where the cluster is must be said; not a required option for picocli, because a command whose subcommand has its own would ask for it, too. */
    final ParameterException notSaid(String how) {
        return new ParameterException(spec.commandLine(), "Where is the cluster? " + how + " says so.");
    }

    static boolean given(String value) {
        return value != null && !value.isBlank();
    }

    /** Prints rows in the way that was asked for. */
    public final void print(Rows rows, PrintWriter out) {
        out.print(json ? Json.write(rows.objects()) + System.lineSeparator() : rows.table());
        out.flush();
    }
}
