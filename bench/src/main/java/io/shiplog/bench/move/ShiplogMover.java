// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code bin/shiplog reassign}: plan and start; the job does the rest. */
final class ShiplogMover implements Mover {
    private static final Pattern JOB = Pattern.compile("\"job\": (\\d+)");
    private static final Pattern PERCENT = Pattern.compile("\"percent\": ([0-9.]+)");
    private static final Pattern ETA = Pattern.compile("\"etaSeconds\": (\\d+)");
    private static final Pattern STATE = Pattern.compile("\"state\": \"([A-Z_]+)\"");

    private final MoveOptions options;
    private final Shell shell = new Shell();
    private String job = "";

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
    public void start() throws IOException, InterruptedException {
        shell.step(command("plan", "--add-nodes", "4,5", "--out", options.plan()));
        List<String> start = command("start", options.plan(), "--json");
        Shell.Result started = options.throttleMib() == 0
                ? shell.step(start)
                : shell.step(start, "--rate", options.throttleMib() + "MiB");
        job = found(JOB, started.out(), "job");
    }

    @Override
    public Progress progress() throws IOException, InterruptedException {
        Shell.Result status = Shell.run(command("status", job, "--json"));
        if (status.status() != 0) {
            // the controller may be gone just now
            return new Progress(-1, -1, false);
        }
        String state = found(STATE, status.out(), "state");
        if (state.equals("FAILED")) {
            throw new IOException("the job has failed: " + status.out());
        }
        Matcher eta = ETA.matcher(status.out());
        return new Progress(
                Double.parseDouble(found(PERCENT, status.out(), "percent")),
                eta.find() ? TimeUnit.SECONDS.toMillis(Long.parseLong(eta.group(1))) : -1,
                state.equals("DONE") || state.equals("CANCELLED"));
    }

    @Override
    public void finish() {
        // nothing: the throttle was the job's
    }

    @Override
    public void cancel() throws IOException, InterruptedException {
        shell.step(command("cancel", job));
    }

    @Override
    public boolean throttlesLeft() throws IOException, InterruptedException {
        Shell.Result configs =
                Shell.run(List.of(options.tool().get(0)), "configs", "--bootstrap", options.bootstrap(), "--json");
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
