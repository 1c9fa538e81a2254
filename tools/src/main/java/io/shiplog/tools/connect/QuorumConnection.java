// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.tools.quorum.QuorumAddress;
import io.shiplog.tools.quorum.QuorumClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import picocli.CommandLine.Option;

/** The options of commands that ask the metadata quorum. A storage node that is named instead is asked where the quorum is. */
public final class QuorumConnection extends ToolOptions {
    @Option(
            names = "--quorum",
            defaultValue = "${env:SHIPLOG_QUORUM}",
            paramLabel = "HOST:PORT,...",
            description = "Metadata endpoints of some quorum nodes (or the environment's SHIPLOG_QUORUM).")
    private String quorum;

    @Option(
            names = "--bootstrap",
            defaultValue = "${env:SHIPLOG_BOOTSTRAP}",
            paramLabel = "HOST:PORT,...",
            description = "Or storage nodes, which know where the quorum is (or the environment's SHIPLOG_BOOTSTRAP).")
    private String bootstrap;

    /** A new connection to the metadata quorum; the caller closes it. */
    public QuorumClient open() throws ExecutionException, InterruptedException {
        return QuorumClient.connect(endpoints(), timeoutMs());
    }

    private List<Endpoint> endpoints() throws ExecutionException, InterruptedException {
        if (given(quorum)) {
            return QuorumAddress.parse(quorum);
        }
        if (!given(bootstrap)) {
            throw notSaid("--quorum or --bootstrap");
        }
        List<Endpoint> endpoints = new ArrayList<>();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                timeoutMs(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                requestTimeoutMs()))) {
            for (QuorumInfo.Node node :
                    admin.describeMetadataQuorum().quorumInfo().get().nodes().values()) {
                for (RaftVoterEndpoint endpoint : node.endpoints()) {
                    endpoints.add(new Endpoint(endpoint.host(), endpoint.port()));
                }
            }
        }
        return endpoints;
    }

    /** As whom the history of the metadata names who uses this tool. */
    public static RequestOrigin origin() {
        return new RequestOrigin("User:" + System.getProperty("user.name", "ANONYMOUS"), "shiplog-tool");
    }
}
