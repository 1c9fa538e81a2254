// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Quorum nodes in this process, on free ports of the loopback and directories of a test. */
public final class TestQuorum implements AutoCloseable {
    private static final Set<Integer> GIVEN_PORTS = ConcurrentHashMap.newKeySet();

    private static final long START_MS = 60_000;

    private final Path directory;
    private final SortedMap<Integer, Voter> voters = new TreeMap<>();
    private final Map<Integer, Voter> outside = new HashMap<>();
    private final Map<Integer, QuorumNode> running = new HashMap<>();
    private final Map<String, String> settings = new HashMap<>();
    private final List<String> fatals = new CopyOnWriteArrayList<>();

    public TestQuorum(Path directory, int nodes) {
        this.directory = directory;
        List<Integer> ports = freePorts(2 * nodes);
        for (int id = 1; id <= nodes; id++) {
            voters.put(id, new Voter(id, "127.0.0.1", ports.get(2 * id - 2), ports.get(2 * id - 1)));
        }
        // Patient enough for two busy cores.
        set("quorum.election.timeout.min.ms", "400").set("quorum.election.timeout.max.ms", "800");
        set("metadata.reserve.bytes", "0");
    }

    /** A setting of every node that is started from now on. */
    public TestQuorum set(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Free now, and given to nobody else in this process: quorums of other tests may run beside this one. */
    static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            while (ports.size() < count) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                if (GIVEN_PORTS.add(socket.getLocalPort())) {
                    ports.add(socket.getLocalPort());
                }
            }
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a node that is not among those with which the quorum begins. */
    public QuorumNode startOutside(int id) {
        List<Integer> ports = freePorts(2);
        outside.computeIfAbsent(id, unknown -> new Voter(id, "127.0.0.1", ports.get(0), ports.get(1)));
        return start(id);
    }

    public TestQuorum startAll() {
        voters.keySet().forEach(this::start);
        return this;
    }

    /** From now on {@code quorum.voters} names a node that never ran instead of this one. */
    public void replaceInConfiguration(int id, int by) {
        List<Integer> ports = freePorts(2);
        voters.remove(id);
        voters.put(by, new Voter(by, "127.0.0.1", ports.get(0), ports.get(1)));
    }

    public QuorumNode start(int id) {
        Map<String, String> values = new HashMap<>(settings);
        values.put("node.id", String.valueOf(id));
        values.put("data.dir", dataDir(id).toString());
        if (outside.containsKey(id)) {
            values.put("quorum.self", outside.get(id).toString());
        }
        values.put(
                "quorum.voters",
                String.join(",", voters.values().stream().map(Voter::toString).toList()));
        try {
            QuorumNode node = QuorumNode.start(
                    QuorumConfig.of(new ConfigValues("test", values)),
                    (reason, cause) -> fatals.add(id + ": " + reason + ": " + cause));
            running.put(id, node);
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path dataDir(int id) {
        return directory.resolve("quorum-" + id);
    }

    public Collection<QuorumNode> running() {
        return List.copyOf(running.values());
    }

    public QuorumNode node(int id) {
        return running.get(id);
    }

    /** Waits for a node that is the active controller, with the formed cluster in its image. */
    public QuorumNode awaitActive() {
        Await.until("an active controller; fatal: " + fatals, START_MS, () -> active() != null);
        return active();
    }

    private QuorumNode active() {
        for (QuorumNode node : running.values()) {
            if (node.isActiveController() && !node.image().clusterId().isEmpty()) {
                return node;
            }
        }
        return null;
    }

    public void stop(int id) {
        try {
            running.remove(id).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void kill(int id) {
        try {
            running.remove(id).closeAbruptly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empties the directory of a node that does not run. */
    public void wipe(int id) {
        try (Stream<Path> files = Files.walk(dataDir(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<Endpoint> endpoints() {
        return voters.values().stream()
                .map(voter -> new Endpoint(voter.host(), voter.endpointPort()))
                .toList();
    }

    public Voter voter(int id) {
        return voters.get(id);
    }

    /** What nodes would have stopped for. */
    public List<String> fatals() {
        return fatals;
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::kill);
    }
}
