// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lets a node get new replicas again. */
@Command(
        name = "uncordon",
        mixinStandardHelpOptions = true,
        description = "Lets a storage node get new replicas again.",
        footer = {"", "Example:", "  shiplog nodes uncordon 3"})
public final class NodeUncordonCommand extends JobCommand {
    @Parameters(paramLabel = "NODE", description = "3, or storage-3.")
    private String node;

    @Override
    int run(Cluster cluster) throws Exception {
        return NodeChanges.cordon(cluster, target(), Names.storageNumber(node), false);
    }
}
