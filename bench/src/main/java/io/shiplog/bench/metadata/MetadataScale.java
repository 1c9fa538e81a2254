// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import io.shiplog.bench.harness.Figures;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.PartitionAlterationOutcome;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * Measures the metadata path against three real quorum processes: {@link SimulatedNode}s, in this process, are the storage nodes. The phases run
 * in order, each on what the one before left.
 */
final class MetadataScale {
    private static final long WAIT_MS = 120_000;
    private static final int PARTITIONS_PER_REQUEST = 10_000;
    private static final int ALTERATIONS_PER_COMMAND = 1_000;
    private static final int COMMANDS_IN_FLIGHT = 4;
    private static final int MIN_MEMBERS = 2;
    private static final int SNAPSHOT_BUFFER_BYTES = 1 << 16;
    private static final long PACED_EVERY_MS = 20;
    private static final String LATENCY_TARGET = "p50 <= 3";
    private static final int MAX_ATTEMPTS = 100;
    private static final long REPEAT_AFTER_MS = 200;
    private static final double NS_PER_MS = 1e6;
    private static final double BYTES_PER_MIB = 1 << 20;

    private final ScaleOptions options;
    private final Path directory;
    private final Figures figures = new Figures();
    private final Map<Integer, SimulatedNode> nodes = new TreeMap<>();
    private QuorumProcesses quorum;
    private List<Endpoint> endpoints;
    private int repeats;

    MetadataScale(ScaleOptions options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    /** Runs all phases; the quorum's processes end with it. */
    Figures run() throws Exception {
        try (QuorumProcesses processes = new QuorumProcesses(directory, options.heap())) {
            quorum = processes;
            endpoints = processes.endpoints();
            processes.startAll(Map.of());
            for (int id = 1; id <= SyntheticMetadata.BROKERS; id++) {
                nodes.put(id, new SimulatedNode(id, endpoints));
            }
            for (SimulatedNode node : nodes.values()) {
                node.join();
            }
            roundLatency();
            create();
            changes();
            failovers();
            heap("after the failovers");
            snapshotOfImage();
            pushes();
            heap("after a restart from snapshots");
            if (!processes.allAlive()) {
                throw new IllegalStateException("a quorum node died on the way; see " + directory);
            }
            figures.add("commands given again, their outcome unknown", "count", "0", repeats);
            return figures;
        } finally {
            nodes.values().forEach(SimulatedNode::close);
        }
    }

    /** Commands of one record, one after the other: each is a round of its own. From the client and back, two hops more than the round. */
    private void roundLatency() throws Exception {
        for (int i = 0; i < options.rounds(); i++) {
            oneRound();
        }
        double cpuMs = quorum.cpuMs();
        for (int i = 0; i < options.rounds(); i++) {
            figures.add("round, back to back", "ms", LATENCY_TARGET, oneRound());
        }
        figures.add("CPU of the quorum per round", "ms", "", (quorum.cpuMs() - cpuMs) / options.rounds());
        for (int i = 0; i < options.rounds() / 4; i++) {
            double tookMs = oneRound();
            figures.add("round, one every " + PACED_EVERY_MS + " ms", "ms", LATENCY_TARGET, tookMs);
            TimeUnit.MILLISECONDS.sleep(PACED_EVERY_MS);
        }
    }

    private double oneRound() throws Exception {
        long startNs = System.nanoTime();
        repeated(() -> node(1).client().allocateProducerIds());
        return msSince(startNs);
    }

    /** Creates the partitions, in requests as large as they may be; each answers when the asking node has the new topic in its image. */
    private void create() throws Exception {
        progress("creating " + options.partitions() + " partitions");
        double cpuMs = quorum.cpuMs();
        long startNs = System.nanoTime();
        int topic = 0;
        for (int left = options.partitions(); left > 0; left -= PARTITIONS_PER_REQUEST) {
            int count = Math.min(left, PARTITIONS_PER_REQUEST);
            long requestNs = System.nanoTime();
            NewTopicSpec spec = new NewTopicSpec(
                    "topic-" + topic++, count, (short) SyntheticMetadata.REPLICATION, Map.of(), Map.of());
            TopicOutcome outcome = repeated(() -> node(1).client().createTopics(List.of(spec), false, (int) WAIT_MS))
                    .get(0);
            if (outcome.error() != Errors.TOPIC_ALREADY_EXISTS) {
                requireNone(outcome.error(), outcome.name());
            }
            figures.add("CreateTopics of " + count + " partitions", "ms", "", msSince(requestNs));
        }
        long offset = node(1).image().offset();
        awaitOffset(offset);
        figures.add("creation of all, known to all nodes", "ms", "", msSince(startNs));
        figures.add("CPU of the quorum per partition created", "us", "", cpuUsSince(cpuMs, options.partitions()));
    }

    /** Every leader shrinks the ISR of all its partitions and expands it again, with many partitions in a command. */
    private void changes() throws Exception {
        for (int round = 0; round < options.changeRounds(); round++) {
            for (int members = MIN_MEMBERS; members <= SyntheticMetadata.REPLICATION; members++) {
                progress("ISR of all partitions to " + members + " members");
                double cpuMs = quorum.cpuMs();
                long startNs = System.nanoTime();
                int changed = alterAll(members);
                double perSecond = changed / (msSince(startNs) / 1_000);
                figures.add(
                        "partition changes, " + ALTERATIONS_PER_COMMAND + " a command", "1/s", ">= 20,000", perSecond);
                figures.add("CPU of the quorum per partition change", "us", "", cpuUsSince(cpuMs, changed));
            }
        }
    }

    /**
     * Changes the ISRs that do not have so many members; how many there were. As a leader does it: again when the outcome is not known, or
     * when a node was fenced meanwhile, on a machine that was too busy.
     */
    private int alterAll(int members) throws Exception {
        int changed = 0;
        int attempts = 0;
        for (boolean left = true; left; ) {
            if (++attempts > MAX_ATTEMPTS) {
                throw new IllegalStateException("the ISR changes do not end");
            }
            List<Thread> leaders = new ArrayList<>();
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            left = false;
            for (SimulatedNode node : nodes.values()) {
                List<List<PartitionAlterationSpec>> pieces = node.proposals(members, ALTERATIONS_PER_COMMAND);
                left |= !pieces.isEmpty();
                Thread leader = new Thread(() -> propose(node, pieces, failures));
                leaders.add(leader);
                leader.start();
                for (List<PartitionAlterationSpec> piece : pieces) {
                    changed += piece.size();
                }
            }
            for (Thread leader : leaders) {
                leader.join();
            }
            for (Throwable failure : failures) {
                progress("again: " + failure);
                repeats++;
            }
            if (!failures.isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(REPEAT_AFTER_MS);
            }
        }
        return changed;
    }

    private static void propose(
            SimulatedNode node, List<List<PartitionAlterationSpec>> pieces, Queue<Throwable> failures) {
        List<CompletableFuture<List<PartitionAlterationOutcome>>> inFlight = new ArrayList<>();
        try {
            for (List<PartitionAlterationSpec> piece : pieces) {
                if (inFlight.size() == COMMANDS_IN_FLIGHT) {
                    requireAltered(get(inFlight.remove(0)));
                }
                inFlight.add(node.client().alterPartitions(piece));
            }
            for (CompletableFuture<List<PartitionAlterationOutcome>> each : inFlight) {
                requireAltered(get(each));
            }
        } catch (InterruptedException | ExecutionException | TimeoutException | RuntimeException e) {
            failures.add(e);
        }
    }

    private static void requireAltered(List<PartitionAlterationOutcome> outcomes) {
        for (PartitionAlterationOutcome outcome : outcomes) {
            requireNone(outcome.error(), "an ISR change");
        }
    }

    /** Nodes die in turn, each with what it leads by then: a third in the first run. Each comes back and into every ISR before the next. */
    private void failovers() throws Exception {
        for (int run = 0; run < options.failovers(); run++) {
            int victim = 1 + run % nodes.size();
            failover(victim);
            SimulatedNode back = new SimulatedNode(victim, endpoints);
            nodes.put(victim, back);
            back.join();
            alterAll(SyntheticMetadata.REPLICATION);
            awaitAll("all in sync", node -> node.memberships(victim) == options.partitions());
        }
    }

    private void failover(int victim) throws Exception {
        SimulatedNode dying = nodes.remove(victim);
        SimulatedNode witness = nodes.values().iterator().next();
        int led = witness.leaderships(victim);
        progress("failover of node " + victim + ", which leads " + led);
        double cpuMs = quorum.cpuMs();
        long startNs = System.nanoTime();
        Thread death = new Thread(dying::close);
        death.start();
        awaitAll("leaderships of " + victim + " moved", node -> node.leaderships(victim) == 0);
        double movedMs = msSince(startNs);
        awaitAll("node " + victim + " in no ISR", node -> node.memberships(victim) == 0);
        figures.add("failover: leaderships moved, known to all nodes", "ms", "<= 2,000", movedMs);
        figures.add("failover: leaderships moved, each 1,000 of them", "ms", "", movedMs * 1_000 / Math.max(1, led));
        figures.add("failover: out of every ISR, known to all nodes", "ms", "", msSince(startNs));
        figures.add("CPU of the quorum per failover", "ms", "", quorum.cpuMs() - cpuMs);
        death.join();
    }

    /** The whole image to a file, synced, and back; in this process. */
    private void snapshotOfImage() throws IOException {
        progress("snapshot files");
        MetadataImage image = node(1).image();
        Path file = directory.resolve("snapshot");
        for (int i = 0; i < options.snapshots(); i++) {
            long startNs = System.nanoTime();
            try (FileOutputStream out = new FileOutputStream(file.toFile())) {
                OutputStream buffered = new BufferedOutputStream(out, SNAPSHOT_BUFFER_BYTES);
                SnapshotFormat.write(buffered, image, 1, 1);
                out.getChannel().force(true);
            }
            figures.add("snapshot written and synced", "ms", "sum <= 5,000", msSince(startNs));
            startNs = System.nanoTime();
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), SNAPSHOT_BUFFER_BYTES)) {
                SnapshotFormat.read(in);
            }
            figures.add("snapshot loaded", "ms", "sum <= 5,000", msSince(startNs));
        }
        figures.add("snapshot file", "MiB", "", Files.size(file) / BYTES_PER_MIB);
        Files.delete(file);
    }

    /** All quorum nodes start from snapshots, so that a node that knows nothing is given one; then again for every new node. */
    private void pushes() throws Exception {
        progress("restart of the quorum");
        long offset = node(1).image().offset();
        for (SimulatedNode node : nodes.values()) {
            node.close();
        }
        nodes.clear();
        quorum.killAll();
        long sinceMs = System.currentTimeMillis();
        quorum.startAll(Map.of("metadata.log.max.snapshot.interval.ms", "1000"));
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
        while (quorum.nodesWithSnapshotSince(sinceMs) < QuorumProcesses.NODES) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no snapshots within " + WAIT_MS + " ms");
            }
            TimeUnit.MILLISECONDS.sleep(PACED_EVERY_MS);
        }
        quorum.killAll();
        long startNs = System.nanoTime();
        quorum.startAll(Map.of());
        pushTo(startNs, offset, "quorum restarted, image at a node that knows nothing", "");
        for (int i = 0; i < options.snapshots(); i++) {
            pushTo(System.nanoTime(), offset, "snapshot pushed to a node that knows nothing", "sum <= 5,000");
        }
    }

    private void pushTo(long startNs, long offset, String name, String target) throws Exception {
        try (SimulatedNode reader = new SimulatedNode(-1, endpoints)) {
            reader.await("the whole image", WAIT_MS, () -> reader.image().offset() >= offset);
            figures.add(name, "ms", target, msSince(startNs));
        }
    }

    private void heap(String when) throws IOException, InterruptedException {
        for (int id = 1; id <= QuorumProcesses.NODES; id++) {
            long live = quorum.liveHeapBytes(id);
            long resident = quorum.peakResidentKiB(id);
            if (live >= 0) {
                figures.add("live heap of a quorum node, " + when, "MiB", "<= 512", live / BYTES_PER_MIB);
            }
            if (resident >= 0) {
                figures.add("peak resident memory of a quorum node, " + when, "MiB", "", resident / 1024.0);
            }
        }
    }

    private SimulatedNode node(int id) {
        return nodes.get(id);
    }

    /** Something that is true of a node, as far as that node has heard. */
    private interface Seen {
        boolean by(SimulatedNode node);
    }

    private void awaitAll(String what, Seen seen) throws InterruptedException {
        for (SimulatedNode node : nodes.values()) {
            node.await(what, WAIT_MS, () -> seen.by(node));
        }
    }

    private void awaitOffset(long offset) throws InterruptedException {
        awaitAll("metadata offset " + offset, node -> node.image().offset() >= offset);
    }

    private static <T> T get(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    /** The answer to a command, given again when its outcome is not known, as every caller has to. */
    private <T> T repeated(Supplier<CompletableFuture<T>> command) throws Exception {
        while (true) {
            try {
                return get(command.get());
            } catch (ExecutionException e) {
                if (!isUnavailable(e)) {
                    throw e;
                }
                repeats++;
            }
        }
    }

    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof ExecutionException && failure.getCause() instanceof MetadataUnavailable;
    }

    private double cpuUsSince(double cpuMs, int count) {
        return (quorum.cpuMs() - cpuMs) * 1_000 / Math.max(1, count);
    }

    private static void requireNone(Errors error, String what) {
        if (error != Errors.NONE) {
            throw new IllegalStateException(what + " was refused: " + error);
        }
    }

    private static double msSince(long startNs) {
        return (System.nanoTime() - startNs) / NS_PER_MS;
    }

    private static void progress(String what) {
        System.err.println("... " + what);
    }
}
