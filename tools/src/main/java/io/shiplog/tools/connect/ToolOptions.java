// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
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
            description = "How long to wait for an answer (${DEFAULT-VALUE}); to connect takes 5000 at most.")
    private int timeoutMs;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** How long the command may wait for an answer. */
    public final int timeoutMs() {
        if (timeoutMs <= 0) {
            throw usage("--timeout-ms " + timeoutMs + ": milliseconds above 0 are expected");
        }
        return timeoutMs;
    }

    /** Whether a program reads what is printed. */
    public final boolean json() {
        return json;
    }

    /** What is wrong with how the command was called, to be thrown: exit 2. */
    public final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Where answers go. */
    public final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Where remarks go that are no part of the answer. */
    public final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Prints rows in the way that was asked for. */
    public final void print(Rows rows, PrintWriter out) {
        out.print(json ? Json.write(rows.objects()) + System.lineSeparator() : rows.table());
        out.flush();
    }

    /** Prints rows as the answer. */
    public final void print(Rows rows) {
        print(rows, out());
    }

    /** Looks once, or again and again, as was asked for. */
    public final int show(Watch watch, Watch.Look look) throws Exception {
        return watch.run(out(), json, Failures::sentence, look);
    }
}
