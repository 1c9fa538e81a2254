// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import io.shiplog.tools.text.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows which replicas would go where, and writes that down. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = "Works out which replicas have to move for a goal; changes nothing.",
        footer = {
            "",
            "Examples:",
            "  shiplog reassign plan --add-nodes 4,5 --rate 50MiB --out plan.json",
            "  shiplog reassign plan --replication-factor 3 --topics orders,payments",
            "  shiplog reassign plan --off-directory 3:/disks/b"
        })
final class ReassignPlanCommand extends JobCommand {
    @ArgGroup(multiplicity = "0..1")
    private GoalOptions goal;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            description = "What each node may send, and receive, per second, such as 50MiB; says how long it takes.")
    private String rate;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the plan, for: shiplog reassign start FILE")
    private Path file;

    @Override
    int run(Cluster cluster) throws Exception {
        if (goal == null) {
            throw new IllegalArgumentException(
                    "plan what? --balance, --add-nodes, --drain, --replace, --replication-factor"
                            + " with --topics, --off-rack, --off-directory or --json-file says so");
        }
        Goal wanted = goal.goal();
        long bytesPerSecond = rate == null ? 0 : JobOptions.positive("--rate", rate);
        Plan plan = JobStarter.plan(PlanInputs.gather(cluster), wanted, bytesPerSecond);
        Map<String, Object> object = PlanText.object(plan, bytesPerSecond);
        PrintWriter out = target().out();
        if (file != null) {
            PlanFiles.write(file, object);
        }
        if (target().json()) {
            out.println(Json.write(object));
        } else {
            PlanText.print(plan, bytesPerSecond, out);
            if (file != null && !plan.moves().isEmpty()) {
                out.println("written to " + file + "; next: shiplog reassign start " + file);
            }
        }
        out.flush();
        return YES;
    }
}
