// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.Leaderships;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Who leads how much; commands that change it stand below it. */
@Command(
        name = "leaders",
        mixinStandardHelpOptions = true,
        description = "Shows how leadership is spread over the nodes; balance, elect.",
        footer = {
            "",
            "The first replica of a partition is its preferred leader; leadership is balanced when each of them leads.",
            "",
            "Examples:",
            "  shiplog leaders",
            "  shiplog leaders balance --wait",
            "  shiplog leaders elect orders --partition 3"
        })
public final class LeadersCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Override
    public Integer call() throws Exception {
        try (Cluster cluster = connection.connect()) {
            return connection.show(watch, out -> {
                connection.print(rows(cluster.image()), out);
                return 0;
            });
        }
    }

    static Rows rows(MetadataImage image) {
        Rows rows = new Rows("node", "leads", "preferred", "replicas");
        for (Leaderships.Share share : Leaderships.shares(image)) {
            rows.add("storage-" + share.nodeId(), share.leads(), share.preferred(), share.replicas());
        }
        return rows;
    }
}
