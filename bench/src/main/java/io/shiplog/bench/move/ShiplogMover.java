// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import io.shiplog.bench.harness.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code bin/shiplog reassign}: plan and start; the job does the rest. */
final class ShiplogMover implements Mover {
    private static final Pattern JOB = Pattern.compile("\"job\": (\\d+)");

    private final MoveOptions options;
    private final Shell shell = new Shell();
    private String job = "";
    private JobWatch watch;

    ShiplogMover(MoveOptions options) {
        this.options = options;
    }

    private List<String> command(String... words) {
        List<String> command = new ArrayList<>(options.tool());
        command.add("reassign");
        command.addAll(List.of(words));
        command.addAll(List.of("--bootstrap", options.bootstrap()));
        return command;
    }

    @Override
    public void rehearse(Path assignment) throws IOException, InterruptedException {
        Path plan = Files.createTempFile("rehearsal", ".json");
        try {
            Shell.must(command("plan", "--json-file", assignment.toString(), "--out", plan.toString()));
            watch(Shell.must(command("start", plan.toString(), "--json")));
        } finally {
            Files.delete(plan);
        }
    }

    private void watch(Shell.Result started) throws IOException {
        job = found(JOB, started.out(), "job");
        watch = new JobWatch(command("status", job, "--watch=1", "--json"));
    }

    @Override
    public void start() throws IOException, InterruptedException {
        shell.step(command("plan", "--add-nodes", "4,5", "--out", options.plan()));
        List<String> start = command("start", options.plan(), "--json");
        watch(
                options.throttleMib() == 0
                        ? shell.step(start)
                        : shell.step(start, "--rate", options.throttleMib() + "MiB"));
    }

    @Override
    public Progress progress() throws IOException {
        return watch.progress();
    }

    @Override
    public void finish() {
        // nothing: the throttle was the job's
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }

    @Override
    public void cancel() throws IOException, InterruptedException {
        shell.step(command("cancel", job));
    }

    @Override
    public boolean throttlesLeft() throws IOException, InterruptedException {
        Shell.Result configs = Shell.run(options.tool(), "configs", "--bootstrap", options.bootstrap(), "--json");
        if (configs.status() != 0) {
            throw new IOException("what is configured? " + configs.out());
        }
        return configs.out().contains("throttled");
    }

    @Override
    public int steps() {
        return shell.steps();
    }

    private static String found(Pattern pattern, String text, String what) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("no " + what + " in: " + text);
        }
        return matcher.group(1);
    }
}
