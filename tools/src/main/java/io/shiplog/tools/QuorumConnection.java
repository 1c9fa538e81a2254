// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools;

import io.shiplog.tools.quorum.QuorumAddress;
import io.shiplog.tools.quorum.QuorumClient;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** The options of commands that ask the metadata quorum: where it is, and how to print. */
final class QuorumConnection {
    @Option(
            names = "--quorum",
            required = true,
            defaultValue = "${env:SHIPLOG_QUORUM}",
            paramLabel = "HOST:PORT,...",
            description = "Metadata endpoints of some quorum nodes (or the environment's SHIPLOG_QUORUM).")
    private String quorum;

    @Option(
            names = "--timeout-ms",
            defaultValue = "15000",
            paramLabel = "MS",
            description = "How long to wait for an answer (${DEFAULT-VALUE}).")
    private int timeoutMs;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    QuorumClient open() throws InterruptedException {
        return QuorumClient.connect(QuorumAddress.parse(quorum), timeoutMs);
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
