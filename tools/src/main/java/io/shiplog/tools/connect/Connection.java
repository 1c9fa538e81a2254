// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import picocli.CommandLine.Option;

/** The options of commands that ask storage nodes. */
public final class Connection extends ToolOptions {
    @Option(
            names = "--bootstrap",
            defaultValue = "${env:SHIPLOG_BOOTSTRAP}",
            paramLabel = "HOST:PORT,...",
            description = "Some of the cluster's storage nodes (or the environment's SHIPLOG_BOOTSTRAP).")
    private String bootstrap;

    /** A new Kafka admin client; the caller closes it. */
    public Admin open() {
        if (!given(bootstrap)) {
            throw notSaid("--bootstrap");
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
                requestTimeoutMs(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMs()));
    }
}
