// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import io.shiplog.tools.plan.PlanCheck;
import io.shiplog.tools.plan.PlanFile;
import io.shiplog.tools.plan.PlanInput;
import io.shiplog.tools.plan.PlanSettings;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Starts what was planned, after a look whether it still fits the cluster. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Starts a plan as a job; the cluster carries it out by itself.",
        footer = {
            "",
            "Before anything begins the plan is checked against the cluster as it is now; it begins whole or not at all.",
            "",
            "Examples:",
            "  shiplog reassign start plan.json --rate 50MiB --wait",
            "  shiplog reassign start kafka.json --dry-run"
        })
final class ReassignStartCommand extends JobCommand {
    @Mixin
    private JobOptions options;

    @Parameters(
            paramLabel = "PLAN",
            description = "A file of reassign plan, or one that kafka-reassign-partitions reads.")
    private Path path;

    @Override
    int run(Cluster cluster) throws Exception {
        PlanFile file = PlanFiles.read(path);
        JobSettings settings = options.settings(file.rateBytesPerSecond());
        JobCalls.requireJobs(cluster);
        PlanInput input = PlanInputs.gather(cluster);
        JobStarter starter = new JobStarter(cluster, target(), options);
        if (!file.isPlan()) {
            Plan plan = JobStarter.plan(input, new Goal.Explicit(file.assignments()), settings.getRateBytesPerSecond());
            if (plan.later() > 0) {
                target().err()
                        .println(plan.moves().size() + " moves fit into a job; when it is done, the same command moves "
                                + plan.later() + " more");
            }
            if (plan.moves().isEmpty()) {
                throw new Refused("nothing has to move: every partition of " + path + " is where it is to be");
            }
            return starter.start(
                    path.getFileName().toString(), plan.kind(), plan.subjects(), plan.moves(), settings, List.of());
        }
        if (file.moves().isEmpty()) {
            throw new Refused("nothing has to move: " + path + " has no partitions");
        }
        if (file.moves().size() > PlanSettings.MAX_MOVES) {
            throw new Refused(path + " has " + file.moves().size() + " partitions, and a job holds "
                    + PlanSettings.MAX_MOVES + "; plan again, which makes a part that fits, or split the file");
        }
        List<String> problems = PlanCheck.problems(input, file.moves());
        if (!problems.isEmpty()) {
            throw new Refused(problems);
        }
        return starter.start(
                file.title(),
                file.kind(),
                file.subjects(),
                file.moves(),
                settings,
                NextSteps.of(file.kind(), file.subjects()));
    }
}
