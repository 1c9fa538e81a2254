// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Three quorum nodes, each in a process of its own, on free ports of the loopback. */
public final class QuorumProcesses implements AutoCloseable {
    static final int NODES = 3;
    private static final String MAIN = "io.shiplog.metadata.node.QuorumNodeMain";
    private static final String CONFIG_FILE = "config.properties";
    private static final int EXIT_SECONDS = 20;

    private final Path directory;
    private final String heap;
    private final List<Integer> ports;
    private final Map<Integer, Process> running = new TreeMap<>();

    /** Nodes under {@code directory}, each with a heap of at most {@code heap}, as the JVM's -Xmx takes it. */
    public QuorumProcesses(Path directory, String heap) throws IOException {
        this.directory = directory;
        this.heap = heap;
        this.ports = freePorts(2 * NODES);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    /** The metadata endpoints of the nodes. */
    public List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int id = 1; id <= NODES; id++) {
            endpoints.add(new Endpoint("127.0.0.1", endpointPort(id)));
        }
        return endpoints;
    }

    private int endpointPort(int id) {
        return ports.get(2 * id - 1);
    }

    /** Starts all nodes, each with these settings beside its own. */
    public void startAll(Map<String, String> settings) throws IOException {
        for (int id = 1; id <= NODES; id++) {
            start(id, settings);
        }
    }

    /** Kills one node, as kill -9 does, and does not wait for its end. */
    void kill(int id) {
        running.get(id).destroyForcibly();
    }

    /** Starts a node that was killed. */
    void restart(int id, Map<String, String> settings) throws IOException, InterruptedException {
        if (!running.get(id).waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("quorum node " + id + " does not end");
        }
        start(id, settings);
    }

    private void start(int id, Map<String, String> settings) throws IOException {
        Path home = Files.createDirectories(home(id));
        StringBuilder voters = new StringBuilder();
        for (int voter = 1; voter <= NODES; voter++) {
            voters.append(voter == 1 ? "" : ",")
                    .append(voter + "@127.0.0.1:" + ports.get(2 * voter - 2) + ":" + endpointPort(voter));
        }
        StringBuilder config = new StringBuilder();
        config.append("node.id=" + id + "\n").append("data.dir=" + home.resolve("data") + "\n");
        config.append("quorum.voters=" + voters + "\n").append("max.partitions.per.broker=1000000\n");
        settings.forEach((key, value) -> config.append(key + "=" + value + "\n"));
        Files.writeString(home.resolve(CONFIG_FILE), config, StandardCharsets.UTF_8);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:MetaspaceSize=96m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-DSHIPLOG_LOG_LEVEL=INFO",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN,
                home.resolve(CONFIG_FILE).toString());
        Path log = home.resolve("log");
        running.put(
                id,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start());
    }

    private Path home(int id) {
        return directory.resolve("quorum-" + id);
    }

    /** Kills all nodes, as kill -9 does. */
    void killAll() throws InterruptedException {
        running.values().forEach(Process::destroyForcibly);
        for (Process process : running.values()) {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " does not end");
            }
        }
        running.clear();
    }

    /** How many nodes have a snapshot on their disk that is younger than {@code sinceMs}. */
    int nodesWithSnapshotSince(long sinceMs) throws IOException {
        int nodes = 0;
        for (int id = 1; id <= NODES; id++) {
            try (Stream<Path> files = Files.walk(home(id).resolve("data"))) {
                nodes += files.anyMatch(file -> isSnapshotSince(file, sinceMs)) ? 1 : 0;
            }
        }
        return nodes;
    }

    private static boolean isSnapshotSince(Path file, long sinceMs) {
        String name = file.getFileName().toString();
        return name.matches("snapshot\\.[0-9]+_[0-9]+") && file.toFile().lastModified() >= sinceMs;
    }

    /** Bytes that the node's live objects take, after a full collection; -1 when this Java has no jcmd. */
    long liveHeapBytes(int id) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return -1;
        }
        Process histogram = new ProcessBuilder(
                        jcmd.toString(), String.valueOf(running.get(id).pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        histogram.waitFor();
        // The last line: Total, instances, bytes.
        String[] total =
                text.strip().substring(text.strip().lastIndexOf('\n') + 1).split(" +", -1);
        return total.length == 3 && total[0].equals("Total") ? Long.parseLong(total[2]) : -1;
    }

    /** Most memory that the process has had resident, in KiB; -1 where the system does not tell. */
    long peakResidentKiB(int id) throws IOException {
        Path status = Path.of("/proc", String.valueOf(running.get(id).pid()), "status");
        if (!Files.isReadable(status)) {
            return -1;
        }
        for (String line : Files.readAllLines(status, StandardCharsets.UTF_8)) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return -1;
    }

    /** Processor time that the nodes that run have used together, in ms. */
    double cpuMs() {
        double sum = 0;
        for (Process process : running.values()) {
            sum += process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
        }
        return sum;
    }

    /** Whether all nodes run; one that ended has halted or run out of memory. */
    boolean allAlive() {
        return running.size() == NODES && running.values().stream().allMatch(Process::isAlive);
    }

    @Override
    public void close() {
        try {
            killAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
