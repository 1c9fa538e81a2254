// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How far jobs are. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how far a job is: percent, bytes, rate, time left, and what its moves wait for.",
        footer = {
            "",
            "The rate is that of the last minute while watching (at first of the last half of the time), and otherwise the average since the job began.",
            "Exit: 1 when the job has failed or was cancelled.",
            "",
            "Examples:",
            "  shiplog reassign status",
            "  shiplog reassign status 3 --watch"
        })
final class ReassignStatusCommand extends JobCommand {
    @Mixin
    private Watch watch;

    @Parameters(paramLabel = "JOB", arity = "0..1", description = "Its number; without: all that have not ended.")
    private Long job;

    @Override
    int run(Cluster cluster) throws Exception {
        JobCalls.requireJobs(cluster);
        Map<Long, JobView> views = new TreeMap<>();
        return target().show(watch, out -> look(cluster, views, out));
    }

    private int look(Cluster cluster, Map<Long, JobView> views, PrintWriter out) throws InterruptedException {
        List<Long> ids = new ArrayList<>();
        if (job != null) {
            ids.add(job);
        } else {
            cluster.image().jobs().open().forEach(each -> ids.add(each.id()));
        }
        List<Object> objects = new ArrayList<>();
        int exit = YES;
        for (long id : ids) {
            JobView view = views.computeIfAbsent(id, JobView::new);
            JobImage seen = view.look(cluster);
            exit = seen.open() || seen.state() == io.shiplog.metadata.image.JobState.DONE ? exit : NO;
            if (target().json()) {
                objects.add(view.object());
            } else {
                view.print(out);
                out.println();
            }
        }
        if (target().json()) {
            out.println(Json.write(job == null ? objects : objects.get(0)));
        } else if (ids.isEmpty()) {
            out.println("no job is under way; shiplog reassign list shows those that have ended");
        } else if (watch.on()) {
            out.println("Ctrl-C ends the watching, not the job");
        }
        return exit;
    }
}
