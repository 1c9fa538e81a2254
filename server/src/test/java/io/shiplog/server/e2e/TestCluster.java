// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.metadata.node.QuorumConfig;
import io.shiplog.metadata.node.QuorumNode;
import io.shiplog.replication.fetch.RackAwareSelector;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.node.StorageNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A cluster of real quorum and storage nodes in this process, on free ports of loopback, with real disks. */
final class TestCluster implements AutoCloseable {
    static final int FIRST_STORAGE_ID = 101;
    private static final long START_TIMEOUT_S = 60;
    /** As the class MarksCodec of storage lays them out. */
    private static final int MARKS_SEQUENCE_AT = 12;

    private static final int MARKS_CLEAN_EPOCH_AT = 20;

    private final Path directory;
    private final Map<String, String> settings = new HashMap<>();
    private final Map<Integer, QuorumNode> quorum = new TreeMap<>();
    private final Map<Integer, StorageNode> storage = new TreeMap<>();
    private final Map<Integer, Integer> kafkaPorts = new TreeMap<>();
    private final List<Integer> quorumPorts = new ArrayList<>();
    private final List<String> fatal = new CopyOnWriteArrayList<>();
    private boolean twoDisks;
    private boolean racks;

    /** @param directory where the nodes' data go */
    TestCluster(Path directory, int quorumNodes, int storageNodes) throws IOException {
        this.directory = directory;
        List<Integer> ports = freePorts(2 * quorumNodes + storageNodes);
        quorumPorts.addAll(ports.subList(0, 2 * quorumNodes));
        for (int i = 0; i < storageNodes; i++) {
            kafkaPorts.put(FIRST_STORAGE_ID + i, ports.get(2 * quorumNodes + i));
        }
    }

    /** A setting of every storage node that is started from now on. */
    TestCluster with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Every storage node has a second log directory, {@link #secondData}. */
    TestCluster withTwoDisks() {
        twoDisks = true;
        return this;
    }

    /** Every storage node is in a {@link #rack} of its own, and consumers that name one read there (KIP-392). */
    TestCluster withRacks() {
        racks = true;
        return with("replica.selector.class", RackAwareSelector.KAFKA_NAME);
    }

    static String rack(int id) {
        return "rack-" + id;
    }

    TestCluster start() throws Exception {
        for (int id = 1; id <= quorumPorts.size() / 2; id++) {
            startQuorum(id);
        }
        startStorage(kafkaPorts.keySet().toArray(new Integer[0]));
        return this;
    }

    void startQuorum(int id) throws IOException {
        Map<String, String> values = Map.of(
                "node.id", Integer.toString(id),
                "quorum.voters", voters(),
                "data.dir", directory.resolve("quorum-" + id).toString());
        QuorumConfig config = QuorumConfig.of(new ConfigValues("quorum-" + id, values));
        quorum.put(
                id,
                QuorumNode.start(config, (reason, cause) -> fatal.add("quorum-" + id + ": " + reason + ", " + cause)));
    }

    /** Returns when all of them serve. */
    void startStorage(Integer... ids) throws Exception {
        List<CompletableFuture<Void>> started = new ArrayList<>();
        for (int id : ids) {
            StorageNode node = new StorageNode(config(id), (reason, cause) -> {
                fatal.add("storage-" + id + ": " + reason + ", " + cause);
            });
            storage.put(id, node);
            started.add(CompletableFuture.runAsync(() -> start(node), task -> new Thread(task, "start-" + id).start()));
        }
        CompletableFuture.allOf(started.toArray(new CompletableFuture<?>[0])).get(START_TIMEOUT_S, TimeUnit.SECONDS);
    }

    private static void start(StorageNode node) {
        try {
            node.start();
        } catch (IOException e) {
            throw new AssertionError("a storage node did not start", e);
        }
    }

    BrokerConfig config(int id) {
        return BrokerConfig.of(new ConfigValues("storage-" + id, properties(id)));
    }

    /** What stands in the configuration of a storage node. */
    Map<String, String> properties(int id) {
        Map<String, String> values = new HashMap<>(settings);
        values.put("node.id", Integer.toString(id));
        values.put("listeners", "PLAINTEXT://127.0.0.1:" + kafkaPorts.get(id));
        values.put("log.dirs", twoDisks ? data(id) + "," + secondData(id) : data(id).toString());
        values.put("quorum.endpoints", endpoints());
        if (racks) {
            values.put("broker.rack", rack(id));
        }
        return values;
    }

    /** The log directory of a storage node. */
    Path data(int id) {
        return directory.resolve("storage-" + id);
    }

    Path secondData(int id) {
        return directory.resolve("storage-" + id + "-second");
    }

    /** Waits until a storage node has found that it cannot go on; that is then no failure of the test. */
    void awaitFatal(int id) {
        Await.until("the end of storage-" + id, 30_000, () -> fatal.removeIf(line -> line.startsWith("storage-" + id)));
    }

    StorageNode node(int id) {
        return storage.get(id);
    }

    QuorumNode quorumNode(int id) {
        return quorum.get(id);
    }

    /** SIGTERM. */
    void stopStorage(int id) {
        storage.remove(id).close();
    }

    /** As close to kill -9 as one process allows. */
    void crashStorage(int id) {
        storage.remove(id).crash();
    }

    /** The disk of a node that is down never comes back: it starts again with an empty one. */
    void loseDisk(int id) throws IOException {
        try (Stream<Path> files = Files.walk(data(id))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The broker epoch in the clean mark of a node's disk, as its marks file says now; -1 without one. */
    long cleanEpoch(int id) throws IOException {
        long newest = -1;
        long epoch = -1;
        for (int slot = 0; slot < 2; slot++) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(data(id).resolve("marks-" + slot)));
            if (bytes.getLong(MARKS_SEQUENCE_AT) > newest) {
                newest = bytes.getLong(MARKS_SEQUENCE_AT);
                epoch = bytes.getLong(MARKS_CLEAN_EPOCH_AT);
            }
        }
        return epoch;
    }

    void stopQuorum(int id) throws IOException {
        quorum.remove(id).close();
    }

    /** The newest image of any storage node that runs. */
    MetadataImage image() {
        MetadataImage newest = MetadataImage.empty();
        for (QuorumNode node : quorum.values()) {
            newest = node.image().offset() > newest.offset() ? node.image() : newest;
        }
        return newest;
    }

    PartitionImage partition(String topic, int partition) {
        return image().topic(topic).partition(partition);
    }

    /** Id of the leader, waited for. */
    int leader(String topic, int partition) {
        Await.until(
                "a leader of " + topic,
                30_000,
                () -> partition(topic, partition).hasLeader());
        return partition(topic, partition).leader();
    }

    void awaitIsr(String topic, int partition, int size) {
        Await.until(
                size + " replicas of " + topic + "-" + partition + " in sync, not " + partition(topic, partition),
                60_000,
                () -> partition(topic, partition).isrSize() == size);
    }

    /** Waits until every replica's segment files hold the same bytes; there is something to compare. */
    void awaitIdenticalLogs(String topic, int partition) {
        Await.until("identical logs of " + topic + "-" + partition, 30_000, () -> {
            Set<String> contents = new HashSet<>();
            try {
                for (int id : partition(topic, partition).replicas()) {
                    contents.add(logContents(id, topic, partition));
                }
            } catch (NoSuchFileException e) {
                return false; // it went while this looked: replicas are repaired
            }
            return contents.size() == 1 && !contents.contains("");
        });
    }

    /** Names and hashes of the segment files of one replica. */
    String logContents(int id, String topic, int partition) throws IOException {
        Path log = logDirectory(id, topic, partition);
        StringBuilder contents = new StringBuilder();
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                contents.append(file.getFileName())
                        .append(' ')
                        .append(bytes.length)
                        .append(' ');
                contents.append(Arrays.hashCode(bytes)).append('\n');
            }
        }
        return contents.toString();
    }

    Path logDirectory(int id, String topic, int partition) {
        String name = image().topic(topic).id() + "-" + partition;
        Path second = secondData(id).resolve(name);
        return twoDisks && Files.isDirectory(second) ? second : data(id).resolve(name);
    }

    int kafkaPort(int id) {
        return kafkaPorts.get(id);
    }

    String bootstrap() {
        return kafkaPorts.values().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    Clients clients() {
        return new Clients(bootstrap());
    }

    private String voters() {
        List<String> voters = new ArrayList<>();
        for (int i = 0; i < quorumPorts.size(); i += 2) {
            voters.add((i / 2 + 1) + "@127.0.0.1:" + quorumPorts.get(i) + ":" + quorumPorts.get(i + 1));
        }
        return String.join(",", voters);
    }

    private String endpoints() {
        List<String> endpoints = new ArrayList<>();
        for (int i = 1; i < quorumPorts.size(); i += 2) {
            endpoints.add("127.0.0.1:" + quorumPorts.get(i));
        }
        return String.join(",", endpoints);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Stops everything, and fails the test when a node found that it could not be trusted any more. */
    @Override
    public void close() throws IOException {
        storage.values().forEach(StorageNode::close);
        for (QuorumNode node : quorum.values()) {
            node.close();
        }
        assertThat(fatal).isEmpty();
    }
}
