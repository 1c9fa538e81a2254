// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A cluster of real processes, driven by {@code bin/cluster} as a user drives it. */
final class ProcessCluster implements AutoCloseable {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final int NODES = 3;
    private static final long COMMAND_TIMEOUT_S = 120;

    private final Path directory;
    private final int basePort = freeBasePort();

    ProcessCluster(Path directory) throws IOException {
        this.directory = directory;
    }

    void start(String... nodes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("start", "--base-port", Integer.toString(basePort)));
        arguments.addAll(List.of(nodes));
        run(arguments);
    }

    /** SIGKILL. */
    void kill(String... nodes) throws IOException {
        run("kill", nodes);
    }

    /** SIGSTOP. */
    void pause(String... nodes) throws IOException {
        run("pause", nodes);
    }

    /** SIGCONT. */
    void resume(String... nodes) throws IOException {
        run("resume", nodes);
    }

    String bootstrap() {
        List<String> addresses = new ArrayList<>();
        for (int id = 1; id <= NODES; id++) {
            addresses.add(address(id));
        }
        return String.join(",", addresses);
    }

    String address(int storageId) {
        return "127.0.0.1:" + port(storageId);
    }

    /** The Kafka port of a storage node. */
    int port(int storageId) {
        return basePort + storageId;
    }

    Path data(int storageId) {
        return directory.resolve("storage-" + storageId).resolve("data");
    }

    /** The disk of a killed node never comes back: it starts again with an empty one. */
    void loseDisk(int storageId) throws IOException {
        try (Stream<Path> files = Files.walk(data(storageId))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void run(String command, String... nodes) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(nodes));
        run(arguments);
    }

    private void run(List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(PROJECT.resolve("bin/cluster").toString()));
        command.addAll(arguments);
        command.addAll(List.of("--dir", directory.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // The build that runs this test has built what is to be run.
        builder.environment().put("SHIPLOG_NO_BUILD", "1");
        Path output = directory.resolveSibling("cluster-command.log");
        builder.redirectOutput(output.toFile());
        int status = await(builder.start(), command);
        if (status != 0) {
            throw new AssertionError(command + ": " + Files.readString(output, StandardCharsets.UTF_8));
        }
    }

    private static int await(Process process, List<String> command) {
        try {
            if (process.waitFor(COMMAND_TIMEOUT_S, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new AssertionError(command + " did not end");
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted during " + command, e);
        }
    }

    /** The ports of bin/cluster lie at fixed distances from a base. */
    private static int freeBasePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base = 20_000 + (int) (Math.random() * 8_000);
            if (allFree(base)) {
                return base;
            }
        }
        throw new IOException("no free range of ports");
    }

    private static boolean allFree(int base) {
        for (int role = 0; role <= 200; role += 100) {
            for (int id = 1; id <= NODES; id++) {
                try (ServerSocket socket = new ServerSocket(base + role + id, 1, InetAddress.getLoopbackAddress())) {
                    socket.setReuseAddress(true);
                } catch (IOException taken) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Leaves no process behind, whatever state the cluster is in. */
    @Override
    public void close() throws IOException {
        run(List.of("stop"));
    }
}
