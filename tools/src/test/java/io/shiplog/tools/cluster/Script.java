// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** {@code bin/cluster} on a directory of its own, with ports of its own. The project must be built ({@code mvn package}). */
final class Script {
    private static final Path TOP = top();
    private static final long TIMEOUT_S = 300;

    private final Path directory;

    /** What a command printed (both streams) and how it ended. */
    record Outcome(int exit, String output) {
        String lastLine() {
            List<String> lines = output.lines().toList();
            return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        }
    }

    Script(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** Runs {@code bin/cluster COMMAND --dir DIRECTORY ARGUMENTS...} to its end. */
    Outcome run(String command, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command, "--dir", directory.toString()));
        all.addAll(List.of(arguments));
        return execute("cluster", all);
    }

    /** Runs a script of {@code bin/} to its end. */
    static Outcome execute(String script, List<String> arguments) throws IOException, InterruptedException {
        List<String> line =
                new ArrayList<>(List.of(TOP.resolve("bin").resolve(script).toString()));
        line.addAll(arguments);
        return execute(line);
    }

    /** Runs a line of shell to its end. */
    static Outcome bash(String line) throws IOException, InterruptedException {
        return execute(List.of("bash", "-c", line));
    }

    private static Outcome execute(List<String> line) throws IOException, InterruptedException {
        Path output = Files.createTempFile("script", ".out");
        try {
            Process process = builder(line).redirectOutput(output.toFile()).start();
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroy();
                throw new AssertionError(line + " did not end:\n" + Files.readString(output, StandardCharsets.UTF_8));
            }
            return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    /** Command lines of all processes that name the directory. */
    List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(directory.toString()))
                .toList();
    }

    /** A base port with all that a cluster of three needs free at this moment, below the range of ephemeral ports. */
    static int freeBasePort() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            if (areFree(base)) {
                return base;
            }
        }
        throw new AssertionError("no free ports");
    }

    /** Whether nobody listens on any port that a cluster of three with this base takes. */
    static boolean areFree(int base) {
        for (int role = 0; role <= 200; role += 100) {
            for (int node = 1; node <= 3; node++) {
                try (ServerSocket socket = new ServerSocket(base + role + node, 1, InetAddress.getLoopbackAddress())) {
                    socket.setReuseAddress(true);
                } catch (IOException e) {
                    return false;
                }
            }
        }
        return true;
    }

    private static ProcessBuilder builder(List<String> line) {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SHIPLOG_NO_BUILD", "1");
        return builder;
    }

    /** The project's directory. */
    static Path top() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
