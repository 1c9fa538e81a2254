// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Has the cluster forget a node. */
@Command(
        name = "unregister",
        mixinStandardHelpOptions = true,
        description = "Has the cluster forget a storage node that is stopped and empty.",
        footer = {"", "Example:", "  shiplog nodes unregister 3"})
public final class NodeUnregisterCommand extends JobCommand {
    @Parameters(paramLabel = "NODE", description = "3, or storage-3.")
    private String node;

    @Override
    int run(Cluster cluster) throws Exception {
        return NodeChanges.unregister(cluster, target(), Names.storageNumber(node));
    }
}
