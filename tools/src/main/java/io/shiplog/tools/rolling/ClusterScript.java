// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code bin/cluster}, run as a process. When this process ends early, a command under way is ended with it and waited for, so
 * that it starts no node behind the back of whoever cleans up.
 */
public final class ClusterScript implements NodeControl {
    private final Path script;
    private final Path directory;
    private Process running;

    public ClusterScript(Path script, Path directory) {
        this.script = script;
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(new Thread(this::endRunning, "cluster-script-cleanup"));
    }

    /** Where the cluster lives: {@code <directory>/storage-<id>/data} and so on. */
    public Path directory() {
        return directory;
    }

    /** Runs a command of bin/cluster to its end; throws with its output when it fails. */
    public void run(String command, String node) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(script.toString(), command, "--dir", directory.toString(), node));
        Process process = start(new ProcessBuilder(line).redirectErrorStream(true));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(
                    "bin/cluster " + command + " " + node + " ended with " + exit + ": " + output.strip());
        }
    }

    @Override
    public void stop(NodeName node) throws IOException, InterruptedException {
        run("stop", node.toString());
    }

    @Override
    public void start(NodeName node) throws IOException, InterruptedException {
        run("start", node.toString());
    }

    private synchronized Process start(ProcessBuilder builder) throws IOException {
        running = builder.start();
        return running;
    }

    private synchronized void endRunning() {
        if (running == null || !running.isAlive()) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(5, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
