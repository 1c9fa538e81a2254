// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import java.io.PrintWriter;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say which cluster to talk to, and how to print. */
final class Connection {
    @Option(
            names = "--bootstrap",
            defaultValue = "${env:SHIPLOG_BOOTSTRAP}",
            paramLabel = "HOST:PORT,...",
            description = "Some of the cluster's storage nodes (or the environment's SHIPLOG_BOOTSTRAP).")
    private String bootstrap;

    @Option(
            names = "--timeout-ms",
            defaultValue = "15000",
            paramLabel = "MS",
            description = "How long to wait for an answer (${DEFAULT-VALUE}).")
    private int timeoutMs;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    /** Not a required option for picocli: a command whose subcommand has its own would ask for it, too. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    Admin open() {
        if (bootstrap == null || bootstrap.isBlank()) {
            throw new ParameterException(spec.commandLine(), "Where is the cluster? --bootstrap says so.");
        }
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "shiplog-tool",
                AdminClientConfig.RETRY_BACKOFF_MS_CONFIG,
                50,
                AdminClientConfig.RETRY_BACKOFF_MAX_MS_CONFIG,
                500,
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                500,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.min(timeoutMs, 5_000),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMs));
    }

    int timeoutMs() {
        return timeoutMs;
    }

    boolean json() {
        return json;
    }

    /** Prints rows in the way that was asked for. */
    void print(Rows rows, PrintWriter out) {
        out.print(json ? Json.write(rows.objects()) + System.lineSeparator() : rows.table());
        out.flush();
    }
}
