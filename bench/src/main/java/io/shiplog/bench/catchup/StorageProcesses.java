// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.catchup;

import io.shiplog.bench.harness.DirectoryTree;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Three storage nodes, each in a process of its own with the flags that bin/storage-node gives it. */
final class StorageProcesses implements AutoCloseable {
    static final int NODES = 3;
    static final int FIRST_ID = 101;
    private static final String MAIN = "io.shiplog.server.StorageNodeMain";
    private static final int EXIT_SECONDS = 60;
    private static final int START_SECONDS = 120;

    private final Path directory;
    private final String quorum;
    private final List<Integer> ports;
    private final Map<Integer, Process> running = new TreeMap<>();

    StorageProcesses(Path directory, List<Endpoint> quorum) throws IOException {
        this.directory = directory;
        this.quorum = quorum.stream()
                .map(endpoint -> endpoint.host() + ":" + endpoint.port())
                .collect(Collectors.joining(","));
        this.ports = freePorts();
    }

    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    String bootstrap() {
        return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    void start(int id, Map<String, String> settings) throws IOException {
        Path home = Files.createDirectories(home(id));
        StringBuilder config = new StringBuilder();
        config.append("node.id=").append(id).append('\n');
        config.append("listeners=PLAINTEXT://127.0.0.1:")
                .append(ports.get(id - FIRST_ID))
                .append('\n');
        config.append("log.dirs=").append(data(id)).append('\n');
        config.append("quorum.endpoints=").append(quorum).append('\n');
        settings.forEach(
                (key, value) -> config.append(key).append('=').append(value).append('\n'));
        Path file = home.resolve("config.properties");
        Files.writeString(file, config, StandardCharsets.UTF_8);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:MetaspaceSize=96m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-DSHIPLOG_LOG_LEVEL=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN,
                file.toString());
        running.put(
                id,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                home.resolve("log").toFile()))
                        .start());
    }

    /** Returns when all nodes accept connections. */
    void awaitListening() {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        for (int port : ports) {
            while (!isListening(port)) {
                checkAlive();
                if (System.nanoTime() > deadlineNs) {
                    throw new IllegalStateException("not all storage nodes serve after " + START_SECONDS + " s");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** kill -9; returns when the process has ended. */
    void kill(int id) throws InterruptedException {
        Process process = running.remove(id);
        process.destroyForcibly();
        await(process);
    }

    /** What the disk of a node that does not run held is gone. */
    void loseDisk(int id) throws IOException {
        DirectoryTree.delete(data(id));
    }

    /** Processor time that the node has used since its start, in ms. */
    double cpuMs(int id) {
        return running.get(id).info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
    }

    void checkAlive() {
        running.forEach((id, process) -> {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        "storage node " + id + " has ended; its log is " + home(id).resolve("log"));
            }
        });
    }

    private Path home(int id) {
        return directory.resolve("storage-" + id);
    }

    private Path data(int id) {
        return home(id).resolve("data");
    }

    private static void await(Process process) throws InterruptedException {
        if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + process.pid() + " does not end");
        }
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
        try {
            for (Process process : running.values()) {
                await(process);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running.clear();
    }
}
