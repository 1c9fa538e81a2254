// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server;

import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.metadata.node.HaltOnFatal;
import io.shiplog.metadata.node.QuorumConfig;
import io.shiplog.metadata.node.QuorumNode;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.node.StorageNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code RehearsalMain DIRECTORY ADDRESSES}: a cluster of three quorum nodes and three storage nodes in this process, until standard input ends;
 * then one after the other stops in order. Run while the JVM notes which classes a node needs ({@code bin/lib/class-data.sh}), with the
 * tools' rehearsal as its load: what a node does in its life comes up once. No node's main class: two of a kind share nothing but the JVM.
 *
 * <p>When all nodes serve, the file ADDRESSES appears, with the addresses of the storage nodes and those of the metadata endpoints.
 */
public final class RehearsalMain {
    private static final int NODES = 3;
    private static final String HOST = "127.0.0.1";

    private final Path directory;
    private final int[] raftPorts = new int[NODES];
    private final int[] endpointPorts = new int[NODES];
    private final List<QuorumNode> quorum = new ArrayList<>();
    private final List<StorageNode> storage = new ArrayList<>();

    private RehearsalMain(Path directory) {
        this.directory = directory;
    }

    /** Exit status 0 when all went well: only then are the notes of the JVM worth keeping. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            Launch.end("usage: RehearsalMain DIRECTORY ADDRESSES", Launch.BAD_CONFIG);
            return;
        }
        RehearsalMain rehearsal = new RehearsalMain(Path.of(arguments[0]));
        rehearsal.start();
        rehearsal.tell(Path.of(arguments[1]));
        while (System.in.read() >= 0) {
            // Nothing is said but the end.
        }
        rehearsal.stop();
        // Libraries leave threads behind that would keep the process.
        System.exit(0);
    }

    private void start() throws IOException {
        choosePorts();
        for (int node = 1; node <= NODES; node++) {
            quorum.add(QuorumNode.start(QuorumConfig.of(values(node)), new HaltOnFatal()));
        }
        for (int node = 1; node <= NODES; node++) {
            StorageNode each = new StorageNode(BrokerConfig.of(values(node)), new HaltOnFatal());
            storage.add(each);
            each.start();
        }
    }

    /** All at once, so that they differ. */
    private void choosePorts() throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        for (int i = 0; i < 2 * NODES; i++) {
            taken.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        for (int i = 0; i < NODES; i++) {
            raftPorts[i] = taken.get(i).getLocalPort();
            endpointPorts[i] = taken.get(NODES + i).getLocalPort();
        }
        for (ServerSocket each : taken) {
            each.close();
        }
    }

    private ConfigValues values(int node) {
        Map<String, String> values = new HashMap<>();
        values.put("node.id", Integer.toString(node));
        values.put("data.dir", directory.resolve("quorum-" + node).toString());
        values.put("log.dirs", directory.resolve("storage-" + node).toString());
        values.put("listeners", "PLAINTEXT://" + HOST + ":0");
        values.put("quorum.endpoints", endpoints());
        // The directory of temporary files may be small.
        values.put("metadata.reserve.bytes", "0");
        values.put("disk.reserve.bytes", "0");
        List<String> voters = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            voters.add((i + 1) + "@" + HOST + ":" + raftPorts[i] + ":" + endpointPorts[i]);
        }
        values.put("quorum.voters", String.join(",", voters));
        return new ConfigValues("rehearsal", values);
    }

    private String endpoints() {
        List<String> endpoints = new ArrayList<>();
        for (int port : endpointPorts) {
            endpoints.add(HOST + ":" + port);
        }
        return String.join(",", endpoints);
    }

    private void tell(Path file) throws IOException {
        List<String> bootstrap = new ArrayList<>();
        for (StorageNode each : storage) {
            bootstrap.add(HOST + ":" + each.port());
        }
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(whole, String.join(",", bootstrap) + " " + endpoints() + "\n");
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The partitions of each storage node go to those that are left. */
    private void stop() throws IOException {
        for (StorageNode each : storage) {
            each.close();
        }
        for (QuorumNode each : quorum) {
            each.close();
        }
    }
}
