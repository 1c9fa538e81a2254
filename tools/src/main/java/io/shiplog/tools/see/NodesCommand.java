// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.NodeTalks;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Watch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists all nodes; commands that take one in and out stand below it. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Lists storage and quorum nodes: state, version, disks, what they lead and hold.",
        footer = {
            "",
            "Examples:",
            "  shiplog nodes",
            "  shiplog nodes --watch            while a node is restarted",
            "  shiplog nodes --json"
        })
public final class NodesCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect();
                NodeTalks talks = new NodeTalks()) {
            QuorumClient quorum = cluster.quorumAsItIs();
            return connection.show(watch, out -> {
                QuorumDescription now = quorum.describedOrNull();
                if (now == null) {
                    connection.err().println("shiplog: no active controller; this is what one quorum node knew last");
                }
                connection.print(NodeRows.of(quorum.image(), now, talks.nodes(quorum.image())), out);
                return 0;
            });
        }
    }
}
