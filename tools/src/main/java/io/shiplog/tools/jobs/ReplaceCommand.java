// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a node in the place of another. */
@Command(
        name = "replace",
        mixinStandardHelpOptions = true,
        description = "Puts a storage node in the place of another one, which may be down.",
        footer = {"", "Examples:", "  shiplog replace 3 --by 6 --dry-run", "  shiplog replace 3 --by 6 --wait"})
public final class ReplaceCommand extends JobCommand {
    @Mixin
    private JobOptions options;

    @Parameters(paramLabel = "OLD", description = "3, or storage-3.")
    private String old;

    @Option(names = "--by", required = true, paramLabel = "NEW", description = "A node that serves; best an empty one.")
    private String by;

    @Override
    int run(Cluster cluster) throws Exception {
        int from = Names.storageNumber(old);
        int to = Names.storageNumber(by);
        JobStarter starter = new JobStarter(cluster, target(), options);
        Plan plan = starter.plan(new Goal.ReplaceNode(from, to));
        return starter.start(plan, NextSteps.of(plan.kind(), plan.subjects()));
    }
}
