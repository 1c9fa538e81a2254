// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Empties a node for good. */
@Command(
        name = "decommission",
        mixinStandardHelpOptions = true,
        description = "Empties a storage node for good: it gets nothing new, and all it has goes elsewhere.",
        footer = {
            "",
            "A node that is down can be decommissioned, too: what it had is copied from the other replicas.",
            "To take it back: shiplog reassign cancel JOB.",
            "",
            "Examples:",
            "  shiplog decommission 3 --dry-run",
            "  shiplog decommission 3 --rate 50MiB --wait"
        })
public final class DecommissionCommand extends JobCommand {
    @Mixin
    private JobOptions options;

    @Parameters(paramLabel = "NODE", description = "3, or storage-3.")
    private String node;

    @Override
    int run(Cluster cluster) throws Exception {
        int id = Names.storageNumber(node);
        JobStarter starter = new JobStarter(cluster, target(), options);
        Plan plan = starter.plan(new Goal.DrainNodes(new TreeSet<>(List.of(id))));
        return starter.start(plan, NextSteps.of(plan.kind(), plan.subjects()));
    }
}
