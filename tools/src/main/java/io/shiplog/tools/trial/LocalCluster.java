// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** A cluster of {@code bin/cluster} whose nodes may have disks of their own. */
public final class LocalCluster implements AutoCloseable {
    private static final String SCRIPT = "cluster";
    private static final int MAX_BASE_PORT = 32_000;
    private static final int MIN_BASE_PORT = 21_000;
    private static final int ATTEMPTS = 100;
    private static final long DEATH_MS = 10_000;

    private final Scripts scripts;
    private final Path directory;
    private final Path images;
    private final int quorum;
    private final int storage;
    private final int basePort;
    private final Map<String, Disk> disks = new HashMap<>();

    /** Writes the configurations; starts nothing. */
    public LocalCluster(Site site, String name, int quorum, int storage) throws IOException, InterruptedException {
        this.scripts = site.scripts();
        this.directory = site.work().resolve(name);
        this.images = site.work().resolve(name + "-images");
        this.quorum = quorum;
        this.storage = storage;
        this.basePort = site.basePort() == Site.ANY_PORT ? freeBasePort(Math.max(quorum, storage)) : site.basePort();
        run(
                Map.of(),
                "configure",
                "--quorum",
                Integer.toString(quorum),
                "--storage",
                Integer.toString(storage),
                "--base-port",
                Integer.toString(basePort));
    }

    /** Not the first one that is free: nodes are down for seconds here, and another run would take their ports. */
    private static int freeBasePort(int nodes) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int base = ThreadLocalRandom.current().nextInt(MIN_BASE_PORT, MAX_BASE_PORT);
            if (areFree(base, nodes)) {
                return base;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean areFree(int base, int nodes) {
        for (int role = 0; role <= 200; role += 100) {
            for (int id = 1; id <= nodes; id++) {
                try (ServerSocket socket = new ServerSocket(base + role + id, 1, InetAddress.getLoopbackAddress())) {
                    socket.setReuseAddress(true);
                } catch (IOException taken) {
                    return false;
                }
            }
        }
        return true;
    }

    public Path directory() {
        return directory;
    }

    public List<String> quorumNodes() {
        return names("quorum-", quorum);
    }

    public List<String> storageNodes() {
        return names("storage-", storage);
    }

    private static List<String> names(String role, int count) {
        List<String> names = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            names.add(role + id);
        }
        return names;
    }

    public int raftPort(int id) {
        return basePort + 100 + id;
    }

    /** The metadata endpoint of a quorum node. */
    public Endpoint endpoint(int id) {
        return new Endpoint("127.0.0.1", basePort + 200 + id);
    }

    public List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int id = 1; id <= quorum; id++) {
            endpoints.add(endpoint(id));
        }
        return endpoints;
    }

    public String bootstrap() {
        List<String> addresses = new ArrayList<>();
        for (int id = 1; id <= storage; id++) {
            addresses.add("127.0.0.1:" + (basePort + id));
        }
        return String.join(",", addresses);
    }

    public Path data(String node) {
        return directory.resolve(node).resolve("data");
    }

    public Path log(String node) {
        return directory.resolve(node).resolve("log");
    }

    /** Gives a node that does not run a new, empty disk. */
    public Disk giveDisk(String node, int sizeMib) throws IOException, InterruptedException {
        Disk disk = new Disk(scripts, images.resolve(node + ".img"), data(node), sizeMib);
        disk.renew();
        disks.put(node, disk);
        return disk;
    }

    /** Makes a directory that takes all the room that is left on the disk that it is the top-level directory of. */
    public void fill(Path ballast) throws IOException, InterruptedException {
        scripts.run(Map.of(), "lib/disk", List.of("fill", ballast.toString()));
    }

    public Disk disk(String node) {
        return disks.get(node);
    }

    /** Adds a line to the configuration of each named node. */
    public void set(List<String> nodes, String key, String value) throws IOException {
        for (String node : nodes) {
            Files.writeString(
                    directory.resolve(node).resolve("config.properties"),
                    key + "=" + value + "\n",
                    StandardOpenOption.APPEND);
        }
    }

    public void start(List<String> nodes) throws IOException, InterruptedException {
        start(nodes, "");
    }

    /** Starts nodes; storage nodes serve when this returns. */
    public void start(List<String> nodes, String jvmOptions) throws IOException, InterruptedException {
        run(Map.of("SHIPLOG_JVM_OPTIONS", jvmOptions), "start", nodes.toArray(new String[0]));
    }

    /** SIGTERM, and waits until nothing is left of them. */
    public void stop(List<String> nodes) throws IOException, InterruptedException {
        run(Map.of(), "stop", nodes.toArray(new String[0]));
    }

    /** SIGSTOP; when this returns, none of the node's threads runs any more. */
    public void pause(String node) throws IOException, InterruptedException {
        run(Map.of(), "pause", node);
    }

    /** SIGCONT. */
    public void resume(String node) throws IOException, InterruptedException {
        run(Map.of(), "resume", node);
    }

    private void run(Map<String, String> environment, String command, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command, "--dir", directory.toString()));
        line.addAll(List.of(arguments));
        scripts.run(environment, SCRIPT, line);
    }

    /** Whether the node's process lives. A dead process that nobody has waited for has no command line any more. */
    public boolean isRunning(String node) throws IOException {
        String config = directory.resolve(node).resolve("config.properties").toString();
        Path pidFile = directory.resolve(node).resolve("pid");
        if (!Files.exists(pidFile)) {
            return false;
        }
        Path process = Path.of("/proc", Files.readString(pidFile).strip());
        try {
            byte[] line = Files.readAllBytes(process.resolve("cmdline"));
            return List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1))
                    .contains(config);
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e;
            }
            return false;
        }
    }

    /** kill -9; nodes that do not run are no error. Returns when their files and ports are free. */
    public void kill(List<String> nodes) throws IOException, InterruptedException, Fault {
        for (String node : nodes) {
            if (isRunning(node)) {
                ProcessHandle.of(pid(node)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        for (String node : nodes) {
            Until.must(node + " dies of SIGKILL", DEATH_MS, () -> !isRunning(node) && hasLetGo(node));
        }
    }

    private long pid(String node) throws IOException {
        return Long.parseLong(
                Files.readString(directory.resolve(node).resolve("pid")).strip());
    }

    /** A dying process loses its command line before its files and sockets. */
    private boolean hasLetGo(String node) throws IOException {
        if (!Files.exists(directory.resolve(node).resolve("pid"))) {
            return true;
        }
        Path process = Path.of("/proc", Long.toString(pid(node)));
        try {
            ProcessStat stat =
                    ProcessStat.parse(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
            // Another program: the number was given to it since.
            return !stat.name().equals("java") || stat.hasLetGo();
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e;
            }
            return true;
        }
    }

    public PowerSwitch arm(List<String> nodes) throws IOException {
        return PowerSwitch.arm(scripts, nodes.stream().map(disks::get).toList());
    }

    /** What follows a cut: the processes are killed, and what their disks hold can be looked at. */
    public void killAndRemount(List<String> nodes) throws IOException, InterruptedException, Fault {
        kill(nodes);
        List<String> arguments = new ArrayList<>(List.of("remount"));
        for (String node : nodes) {
            arguments.add(disks.get(node).image().toString());
            arguments.add(disks.get(node).directory().toString());
        }
        // All in one: starting the script takes longer than what it does.
        scripts.run(Map.of(), "lib/disk", arguments);
    }

    public void killAndUnmount(List<String> nodes) throws IOException, InterruptedException, Fault {
        kill(nodes);
        for (String node : nodes) {
            disks.get(node).unmount();
        }
    }

    /** Ends all processes. Disks stay mounted: {@code bin/powercut} unmounts them when nobody wants to look any more. */
    @Override
    public void close() throws IOException {
        List<String> all = new ArrayList<>(storageNodes());
        all.addAll(quorumNodes());
        try {
            kill(all);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Fault e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
