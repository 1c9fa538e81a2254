// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.NodeTalks;
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
            return connection.show(watch, out -> {
                MetadataImage image = cluster.imageAsItIs(connection);
                connection.print(NodeRows.of(image, cluster.told(), talks.nodes(image)), out);
                return 0;
            });
        }
    }
}
