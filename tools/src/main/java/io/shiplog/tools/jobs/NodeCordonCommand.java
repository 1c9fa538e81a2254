// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Keeps new replicas off a node. */
@Command(
        name = "cordon",
        mixinStandardHelpOptions = true,
        description = "Keeps new replicas off a storage node; what it has stays and serves.",
        footer = {"", "Example:", "  shiplog nodes cordon 3"})
public final class NodeCordonCommand extends JobCommand {
    @Parameters(paramLabel = "NODE", description = "3, or storage-3.")
    private String node;

    @Override
    int run(Cluster cluster) throws Exception {
        return NodeChanges.cordon(cluster, target(), Names.storageNumber(node), true);
    }
}
