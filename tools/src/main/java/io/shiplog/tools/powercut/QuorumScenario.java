// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Three quorum nodes and commands for them; what the scenarios of the quorum have in common. */
abstract class QuorumScenario implements Trial {
    static final int NODES = 3;
    static final long START_MS = 90_000;
    static final long CATCH_UP_MS = 90_000;

    final LocalCluster cluster;
    final Random random;
    final NodeImages images = new NodeImages();
    MetadataLoad load;
    /** What the images lacked when they were last compared with what was acknowledged. */
    private String lacking = "";

    QuorumScenario(Site site, String directory, long seed) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(site, directory, NODES, 1);
        // Patient, so that a busy machine is not taken for a broken promise; nothing that is checked here hangs on it.
        cluster.set(cluster.quorumNodes(), "quorum.election.timeout.min.ms", "1000");
        cluster.set(cluster.quorumNodes(), "quorum.election.timeout.max.ms", "2000");
    }

    /** Starts all nodes, which may have disks by now, and waits for the first acknowledged command. */
    final void form() throws Exception {
        cluster.start(cluster.quorumNodes());
        load = new MetadataLoad(cluster.endpoints());
        load.open(START_MS);
    }

    static String node(int id) {
        return "quorum-" + id;
    }

    /** The node id of the active controller, as the nodes say that answer. */
    final int leader() throws Exception {
        int[] leader = {-1};
        Until.must("an active controller", START_MS, () -> {
            for (Endpoint endpoint : cluster.endpoints()) {
                DescribeQuorumResponse answer = images.describe(endpoint);
                if (answer != null && answer.getLeaderId() > 0 && cluster.isRunning(node(answer.getLeaderId()))) {
                    leader[0] = answer.getLeaderId();
                    return true;
                }
            }
            return false;
        });
        return leader[0];
    }

    final void issue(int commands) throws Exception {
        int target = load.acknowledged() + commands;
        while (load.acknowledged() < target) {
            load.awaitCommand(START_MS);
        }
    }

    /** Waits until each of these nodes holds the same image, with everything that was acknowledged. */
    final void verify(List<Integer> nodes) throws Exception {
        load.awaitCommand(START_MS);
        List<MetadataImage> found = new ArrayList<>();
        boolean agreed = Until.holds(CATCH_UP_MS, () -> {
            found.clear();
            for (int id : nodes) {
                requireRunning(id);
                found.add(images.fetch(cluster.endpoint(id)));
            }
            return agree(found) && holdsAll(found.get(0));
        });
        if (!agreed) {
            throw new Fault(
                    "nodes " + nodes + " do not agree after " + CATCH_UP_MS + " ms: " + places(found) + lacking);
        }
    }

    private static String places(List<MetadataImage> found) {
        StringBuilder places = new StringBuilder();
        for (MetadataImage image : found) {
            places.append(image == null ? "no answer" : image.offset() + "/" + Long.toHexString(image.stateHash()))
                    .append(", ");
        }
        return places.toString();
    }

    private void requireRunning(int id) throws IOException {
        if (!cluster.isRunning(node(id))) {
            throw new IOException(node(id) + " ended: " + lastLine(node(id)));
        }
    }

    private static boolean agree(List<MetadataImage> found) {
        for (MetadataImage image : found) {
            if (image == null
                    || image.offset() != found.get(0).offset()
                    || image.stateHash() != found.get(0).stateHash()) {
                return false;
            }
        }
        return true;
    }

    /** Nodes that agree may still be behind. */
    private boolean holdsAll(MetadataImage image) {
        try {
            load.verify("the quorum", image);
            return true;
        } catch (Fault behind) {
            lacking = behind.getMessage();
            return false;
        }
    }

    /** The last line of a node's log that says why it ended, or the last at all. */
    final String lastLine(String node) throws IOException {
        List<String> lines = Files.readAllLines(cluster.log(node), StandardCharsets.UTF_8);
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            if (line.contains("ERROR") || line.contains("cannot start")) {
                return line;
            }
        }
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    @Override
    public void close() throws IOException {
        if (load != null) {
            load.close();
        }
        images.close();
        cluster.close();
    }
}
