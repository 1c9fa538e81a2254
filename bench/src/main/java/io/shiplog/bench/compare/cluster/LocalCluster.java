// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.cluster;

import io.shiplog.bench.harness.Await;
import io.shiplog.bench.harness.DirectoryTree;
import io.shiplog.bench.harness.ProcessUsage;
import io.shiplog.bench.harness.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The processes of one contestant in a directory of their own. Both systems are started by their script (bin/cluster, bin/kafka-peer), and killed and
 * paused in the same way, by a signal. Not for more than one thread, but for {@link #start}.
 */
public final class LocalCluster implements AutoCloseable {
    /** Nodes that clients talk to have the ids from 1 to this. */
    public static final int NODES = 3;

    private static final long END_S = 30;

    private final Contestant contestant;
    private final String script;
    private final Path directory;
    private final int basePort;

    /**
     * Starts nothing yet.
     *
     * @param bin       the directory of the scripts
     * @param directory where it will live; must not exist
     */
    public LocalCluster(Contestant contestant, Path bin, Path directory) throws IOException {
        this.contestant = contestant;
        this.script =
                bin.resolve(contestant.isKafka() ? "kafka-peer" : "cluster").toString();
        this.directory = directory;
        this.basePort = FreePorts.base(NODES);
    }

    /** Who it is. */
    public Contestant contestant() {
        return contestant;
    }

    /** Starts all of it for the first time; returns when every node serves. */
    public void create() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(script, "start"));
        words.addAll(contestant.shape());
        words.addAll(List.of("--base-port", Integer.toString(basePort), "--dir", directory.toString()));
        must(words);
    }

    /** Starts all of it again after {@link #stop}; returns when every node serves. */
    public void start() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(script, "start"));
        if (contestant.isKafka()) {
            words.addAll(List.of("1", "2", "3"));
        }
        words.addAll(List.of("--dir", directory.toString()));
        must(words);
    }

    /** Starts one node again; returns when it serves. */
    public void startNode(int id) throws IOException, InterruptedException {
        must(List.of(script, "start", nameForScript(id), "--dir", directory.toString()));
    }

    /** Ends all of it in good order. */
    public void stop() throws IOException, InterruptedException {
        must(List.of(script, "stop", "--dir", directory.toString()));
    }

    private void must(List<String> words) throws IOException, InterruptedException {
        Shell.Result result = Shell.run(contestant.environment(), words);
        if (result.status() != 0) {
            throw new IOException(String.join(" ", words) + " ended with " + result.status() + ": " + result.out());
        }
    }

    /** The addresses of all nodes, known before any of them runs. */
    public String bootstrap() {
        List<String> addresses = new ArrayList<>();
        for (int id = 1; id <= NODES; id++) {
            addresses.add("127.0.0.1:" + (basePort + id));
        }
        return String.join(",", addresses);
    }

    /** Like kill -9; returns when nothing is left of the process. */
    public void kill(String name) throws IOException {
        ProcessHandle process = process(name);
        process.destroyForcibly();
        Await.until("the end of " + name, END_S, () -> ProcessUsage.isGone(process.pid()));
    }

    /** SIGSTOP. */
    public void pause(String name) throws IOException, InterruptedException {
        Shell.must(List.of("kill", "-STOP", Long.toString(process(name).pid())));
    }

    /** SIGCONT. */
    public void resume(String name) throws IOException, InterruptedException {
        Shell.must(List.of("kill", "-CONT", Long.toString(process(name).pid())));
    }

    /** The process that holds the replicas of a node. */
    public String brokerName(int id) {
        return (contestant == Contestant.SHIPLOG_APART ? "storage-" : "node-") + id;
    }

    /** The process that holds a vote in the metadata quorum. */
    public String controllerName(int id) {
        return (contestant == Contestant.SHIPLOG_APART ? "quorum-" : "node-") + id;
    }

    private String nameForScript(int id) {
        return contestant.isKafka() ? Integer.toString(id) : brokerName(id);
    }

    /** Starts a process again by its name; returns when it runs, and serves if clients talk to it. */
    public void startProcess(String name) throws IOException, InterruptedException {
        String word = contestant.isKafka() ? name.substring(name.indexOf('-') + 1) : name;
        must(List.of(script, "start", word, "--dir", directory.toString()));
    }

    /** Processes that run, by name. */
    public Map<String, Long> pids() throws IOException {
        Map<String, Long> pids = new TreeMap<>();
        if (!Files.isDirectory(directory)) {
            return pids;
        }
        try (Stream<Path> homes = Files.list(directory)) {
            for (Path home : homes.filter(Files::isDirectory).toList()) {
                String name = home.getFileName().toString();
                find(name).ifPresent(process -> pids.put(name, process.pid()));
            }
        }
        return pids;
    }

    /** Processor time of all processes together, in seconds. */
    public double cpuSeconds() throws IOException {
        return ProcessUsage.cpuSeconds(pids().values());
    }

    private ProcessHandle process(String name) throws IOException {
        return find(name).orElseThrow(() -> new IOException(name + " does not run in " + directory));
    }

    /** A pid file may be older than its process; one that is reused has another command line. */
    private Optional<ProcessHandle> find(String name) throws IOException {
        Path home = directory.resolve(name);
        Path file = home.resolve("pid");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (!text.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(text)).filter(process -> isOf(process.pid(), home));
    }

    private static boolean isOf(long pid, Path home) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.UTF_8)
                    .contains(home + "/");
        } catch (IOException gone) {
            return false;
        }
    }

    /** Kills what runs, and deletes all of it. */
    @Override
    public void close() throws IOException {
        for (String name : pids().keySet()) {
            kill(name);
        }
        DirectoryTree.delete(directory);
    }
}
