// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code bin/shiplog reassign status JOB --watch=1 --json}: one process that says each second how far the job is, as an operator would have it on a screen. */
final class JobWatch implements AutoCloseable {
    private static final Pattern PERCENT = Pattern.compile("\"percent\": ([0-9.]+)");
    private static final Pattern ETA = Pattern.compile("\"etaSeconds\": (\\d+)");
    private static final Pattern STATE = Pattern.compile("\"state\": \"([A-Z_]+)\"");
    private static final Mover.Progress UNKNOWN = new Mover.Progress(-1, -1, false);

    private final Process process;
    private volatile Mover.Progress seen = UNKNOWN;
    /** What ended the job badly, or the watching; null as long as nothing has. */
    private volatile String failure;

    JobWatch(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread reader = new Thread(this::read, "job-watch");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            StringBuilder object = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                object.append(line).append('\n');
                if (line.equals("}")) {
                    take(object.toString());
                    object.setLength(0);
                }
            }
            failure = "the watch has ended";
        } catch (IOException | UncheckedIOException e) {
            failure = "the watch has ended: " + e.getMessage();
        }
    }

    private void take(String status) {
        Matcher state = STATE.matcher(status);
        Matcher percent = PERCENT.matcher(status);
        if (!state.find() || !percent.find()) {
            // the controller may be gone just now; the next answer tells more
            return;
        }
        if (state.group(1).equals("FAILED")) {
            failure = status;
        }
        Matcher eta = ETA.matcher(status);
        seen = new Mover.Progress(
                Double.parseDouble(percent.group(1)),
                eta.find() ? Long.parseLong(eta.group(1)) * 1_000 : -1,
                state.group(1).equals("DONE") || state.group(1).equals("CANCELLED"));
    }

    /** As it was said last. */
    Mover.Progress progress() throws IOException {
        if (failure != null) {
            throw new IOException("how far is the job? " + failure);
        }
        return seen;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
