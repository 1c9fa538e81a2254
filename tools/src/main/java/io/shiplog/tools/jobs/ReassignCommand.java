// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.proto.ControlJobCommand.Action;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Units;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plans moves of replicas, and starts, watches and steers them as jobs. */
@Command(
        name = "reassign",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Moves replicas: plan, start, status, pause, resume, cancel, rate, list, remove.",
        subcommands = {ReassignPlanCommand.class, ReassignStartCommand.class, ReassignStatusCommand.class},
        footer = {
            "",
            "Examples:",
            "  shiplog reassign plan --balance --rate 50MiB --out plan.json",
            "  shiplog reassign start plan.json",
            "  shiplog reassign status --watch",
            "  shiplog reassign cancel 3"
        })
public final class ReassignCommand implements Runnable {
    private static final String ADAPTIVE = "adaptive";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "reassign what? plan, start, status, pause, resume, cancel, rate, list or remove");
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Lists jobs: those under way and the last that have ended.",
            footer = {"", "Example:", "  shiplog reassign list"})
    int list(@Mixin Connection target) throws Exception {
        return JobCommand.answering(target, cluster -> {
            JobCalls.requireJobs(cluster);
            Rows rows = new Rows("job", "kind", "state", "moves", "bytes", "started", "by", "title", "message");
            List<Object> objects = new ArrayList<>();
            for (JobImage job : cluster.image().jobs().all()) {
                JobProgress progress = JobProgress.of(job, Map.of(), System.currentTimeMillis());
                rows.add(
                        job.id(),
                        JobView.word(job.kind()),
                        JobView.word(job.state()),
                        progress.doneMoves() + "/" + progress.moves(),
                        Units.bytes(progress.bytes()),
                        Instant.ofEpochMilli(job.createdAtMs() / 1_000 * 1_000),
                        job.principal().isEmpty() ? null : job.principal(),
                        job.title(),
                        job.message().isEmpty() ? null : job.message());
                Map<String, Object> object = JobView.head(job);
                object.put("moves", progress.moves());
                object.put("movesDone", progress.doneMoves());
                object.put("bytes", progress.bytes());
                objects.add(object);
            }
            if (target.json()) {
                target.out().println(Json.write(objects));
                target.out().flush();
            } else {
                target.print(rows);
            }
            return JobCommand.YES;
        });
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Pauses a job: no move begins, and those under way copy nothing.",
            footer = {"", "Example:", "  shiplog reassign pause 3"})
    int pause(@Mixin Connection target, @Parameters(paramLabel = "JOB", description = "Its number.") long job)
            throws Exception {
        return control(target, job, Action.PAUSE, "paused; shiplog reassign resume " + job + " lets it go on");
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Lets a paused job go on.",
            footer = {"", "Example:", "  shiplog reassign resume 3"})
    int resume(@Mixin Connection target, @Parameters(paramLabel = "JOB", description = "Its number.") long job)
            throws Exception {
        return control(target, job, Action.RESUME, "goes on");
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Cancels a job: every partition goes back to where it was, unless --keep.",
            footer = {"", "Examples:", "  shiplog reassign cancel 3", "  shiplog reassign cancel 3 --keep --wait"})
    int cancel(
            @Mixin Connection target,
            @Parameters(paramLabel = "JOB", description = "Its number.") long job,
            @Option(names = "--keep", description = "What is done stays; only what is under way goes back.")
                    boolean keep,
            @Option(names = "--wait", description = "Until everything is back.") boolean wait)
            throws Exception {
        return JobCommand.answering(target, cluster -> {
            JobCalls.requireJobs(cluster);
            JobCalls.job(cluster, job);
            JobCalls.control(cluster, job, keep ? Action.CANCEL_KEEP : Action.CANCEL_BACK);
            say(
                    cluster,
                    target,
                    job,
                    keep
                            ? "is being cancelled: what is done stays, what is under way goes back"
                            : "is being cancelled: everything goes back to where it was");
            if (!wait) {
                return JobCommand.YES;
            }
            JobWait.until(cluster, target, job);
            boolean cancelled = JobCalls.job(cluster, job).state() == io.shiplog.metadata.image.JobState.CANCELLED;
            return cancelled ? JobCommand.YES : JobCommand.NO;
        });
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Gives a job another rate.",
            footer = {"", "Examples:", "  shiplog reassign rate 3 100MiB", "  shiplog reassign rate 3 adaptive"})
    int rate(
            @Mixin Connection target,
            @Parameters(paramLabel = "JOB", description = "Its number.") long job,
            @Parameters(
                            paramLabel = "BYTES|adaptive",
                            description = "What each node may send, and receive, per second, such as 100MiB.")
                    String rate)
            throws Exception {
        boolean adaptive = rate.equals(ADAPTIVE);
        long bytesPerSecond = adaptive ? 0 : JobOptions.positive("rate", rate);
        return JobCommand.answering(target, cluster -> {
            JobCalls.requireJobs(cluster);
            JobSettings.Builder settings =
                    JobRecords.settings(JobCalls.job(cluster, job).settings()).toBuilder();
            settings.setRateBytesPerSecond(bytesPerSecond)
                    .setMinRateBytesPerSecond(adaptive ? JobOptions.LEAST_RATE : 0);
            JobCalls.settings(cluster, job, settings.build());
            return say(
                    cluster,
                    target,
                    job,
                    "goes " + JobView.settings(JobCalls.job(cluster, job).settings()));
        });
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Forgets a job that has ended; the history of the metadata keeps it.",
            footer = {"", "Example:", "  shiplog reassign remove 3"})
    int remove(@Mixin Connection target, @Parameters(paramLabel = "JOB", description = "Its number.") long job)
            throws Exception {
        return JobCommand.answering(target, cluster -> {
            JobCalls.requireJobs(cluster);
            JobCalls.job(cluster, job);
            JobCalls.control(cluster, job, Action.REMOVE);
            if (target.json()) {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("job", job);
                answer.put("outcome", "forgotten");
                target.out().println(Json.write(answer));
            } else {
                target.out().println("job " + job + " is forgotten");
            }
            target.out().flush();
            return JobCommand.YES;
        });
    }

    private static int control(Connection target, long job, Action action, String outcome) throws Exception {
        return JobCommand.answering(target, cluster -> {
            JobCalls.requireJobs(cluster);
            JobCalls.job(cluster, job);
            JobCalls.control(cluster, job, action);
            return say(cluster, target, job, outcome);
        });
    }

    private static int say(Cluster cluster, Connection target, long job, String outcome) throws InterruptedException {
        if (target.json()) {
            target.out().println(Json.write(JobView.head(JobCalls.job(cluster, job))));
        } else {
            target.out().println("job " + job + " " + outcome);
        }
        target.out().flush();
        return JobCommand.YES;
    }
}
