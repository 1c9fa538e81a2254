// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.plan.Goal;
import io.shiplog.tools.plan.Plan;
import io.shiplog.tools.plan.PlanAnswer;
import io.shiplog.tools.plan.PlanInput;
import io.shiplog.tools.plan.PlanKind;
import io.shiplog.tools.plan.PlanRefusal;
import io.shiplog.tools.plan.PlanSettings;
import io.shiplog.tools.plan.PlannedMove;
import io.shiplog.tools.plan.Planner;
import io.shiplog.tools.text.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** From a goal or a plan to a job, in the same way for every command. */
final class JobStarter {
    private final Cluster cluster;
    private final Connection target;
    private final JobOptions options;

    JobStarter(Cluster cluster, Connection target, JobOptions options) {
        this.cluster = cluster;
        this.target = target;
        this.options = options;
    }

    /**
     * Plans.
     *
     * @throws Refused when there is no plan
     */
    static Plan plan(PlanInput input, Goal goal, long rateBytesPerSecond) {
        PlanAnswer answer = Planner.plan(input, goal, PlanSettings.of(rateBytesPerSecond));
        if (answer instanceof PlanRefusal refusal) {
            throw new Refused(refusal.problems());
        }
        return (Plan) answer;
    }

    /**
     * Plans for the cluster as it is now, at the rate that was asked for.
     *
     * @throws Refused when there is no plan
     */
    Plan plan(Goal goal) throws InterruptedException {
        JobCalls.requireJobs(cluster);
        return plan(PlanInputs.gather(cluster), goal, options.settings(0).getRateBytesPerSecond());
    }

    /**
     * Has the controller check that a plan could start now.
     *
     * @throws Refused when it could not
     */
    void check(Plan plan) throws InterruptedException {
        if (!plan.moves().isEmpty()) {
            JobCalls.start(
                    cluster, plan.title(), plan.kind(), plan.subjects(), plan.moves(), options.settings(0), true);
        }
    }

    /**
     * Shows a plan, starts it and waits, as far as was asked for.
     *
     * @param next what an operator does when it is done, a line each
     * @return how the command ends
     */
    int start(Plan plan, List<String> next) throws InterruptedException {
        JobSettings settings = options.settings(0);
        if (!target.json()) {
            PlanText.print(plan, settings.getRateBytesPerSecond(), target.out());
            target.out().flush();
        }
        boolean empties = plan.kind() == PlanKind.DRAIN_NODE || plan.kind() == PlanKind.REPLACE_NODE;
        if (plan.moves().isEmpty() && !empties) {
            return nothing();
        }
        int exit = start(plan.title(), plan.kind(), plan.subjects(), plan.moves(), settings, next);
        if (exit == JobCommand.YES && options.waits() && !options.dryRun() && plan.later() > 0) {
            target.err()
                    .println("shiplog: this part is done, and " + plan.later()
                            + " moves did not fit into one job; the same command moves on");
            return JobCommand.NO;
        }
        return exit;
    }

    private int nothing() {
        if (target.json()) {
            target.out().println(Json.write(answer(0, "nothing to do")));
        }
        return 0;
    }

    /** Starts moves as a job. */
    int start(
            String title,
            PlanKind kind,
            List<Integer> nodes,
            List<PlannedMove> moves,
            JobSettings settings,
            List<String> next)
            throws InterruptedException {
        long id = JobCalls.start(cluster, title, kind, nodes, moves, settings, options.dryRun());
        if (options.dryRun()) {
            say(0, "checked", "it could start now; nothing was started, because of --dry-run", List.of());
            return 0;
        }
        String started = "job " + id + " started";
        if (!options.waits()) {
            say(id, "started", started + "; shiplog reassign status " + id + " --watch shows how far it is", next);
            return 0;
        }
        say(id, "started", started, List.of());
        int exit = JobWait.until(cluster, target, id);
        if (exit == 0 && !target.json()) {
            next.forEach(line -> target.out().println("next: " + line));
            target.out().flush();
        }
        return exit;
    }

    private void say(long id, String what, String sentence, List<String> next) {
        if (target.json()) {
            target.out().println(Json.write(answer(id, what)));
        } else {
            target.out().println(sentence);
            next.forEach(line -> target.out().println("next: " + line));
        }
        target.out().flush();
    }

    private static Map<String, Object> answer(long id, String what) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("job", id == 0 ? null : id);
        answer.put("outcome", what);
        return answer;
    }
}
