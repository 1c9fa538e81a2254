// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.demo.DemoClients;
import io.shiplog.tools.demo.DemoTopic;
import io.shiplog.tools.demo.Ledger;
import io.shiplog.tools.demo.ReadLog;
import io.shiplog.tools.demo.Reader;
import io.shiplog.tools.demo.Replicas;
import io.shiplog.tools.demo.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;

/**
 * All storage nodes lose power at once while records are acknowledged (every second time the quorum nodes too), and one of the disks never
 * comes back. With {@code flush.policy=commit} every partition is online again and every acknowledged record is at its offset, and the
 * producer that lived through it goes on. A topic with {@code flush.policy=replicated} beside it shows what that policy loses.
 */
final class StorageScenario implements Scenario {
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final int QUORUM_DISK_MIB = 160;
    private static final int STORAGE_DISK_MIB = 512;
    private static final int PER_SECOND = 1_500;
    private static final long WAIT_MS = 60_000;
    private static final int MIN_IN_SYNC = 2;

    private final LocalCluster cluster;
    private final Random random;
    private Admin admin;

    /** One topic of a cycle, and what is known of its records. */
    private final class Sent {
        private final DemoTopic topic;
        private final Ledger ledger = new Ledger(PARTITIONS);
        private final Records records;

        Sent(String name, Map<String, String> configs) throws ExecutionException, InterruptedException {
            topic = new DemoTopic(admin, name, PARTITIONS);
            topic.create(configs, WAIT_MS);
            records = new Records(cluster.bootstrap(), name, ledger, random.nextLong(), PER_SECOND);
            records.start();
        }
    }

    StorageScenario(Scripts scripts, Path work, long seed) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(scripts, work, "storage", NODES, NODES);
    }

    @Override
    public void open() throws Exception {
        for (String node : cluster.quorumNodes()) {
            cluster.giveDisk(node, QUORUM_DISK_MIB);
        }
        for (String node : cluster.storageNodes()) {
            cluster.giveDisk(node, STORAGE_DISK_MIB);
        }
        List<String> all = new ArrayList<>(cluster.quorumNodes());
        all.addAll(cluster.storageNodes());
        cluster.start(all);
        admin = DemoClients.admin(cluster.bootstrap());
    }

    @Override
    public String cycle(int number) throws Exception {
        Sent commit = new Sent("commit-" + number, Map.of());
        Sent replicated = new Sent("replicated-" + number, Map.of("flush.policy", "replicated"));
        boolean quorumToo = number % 2 == 0;
        String gone = cluster.storageNodes().get(random.nextInt(NODES));
        List<String> back = new ArrayList<>(cluster.storageNodes());
        back.remove(gone);
        cut(quorumToo);
        int acknowledged = commit.ledger.acknowledgedLines();
        replicated.records.abandon();
        recover(quorumToo, gone, back);
        long onlineMs = awaitOnline(commit.topic);
        TimeUnit.MILLISECONDS.sleep(500);
        commit.records.finish();
        checkCommit(commit);
        String loss = lossOf(replicated);
        replace(gone, commit);
        admin.deleteTopics(List.of(commit.topic.name(), replicated.topic.name()))
                .all()
                .get();
        return (quorumToo ? "all six nodes" : "all storage nodes") + " cut, the disk of " + gone + " gone; commit: "
                + acknowledged + " acknowledged before and " + (commit.ledger.acknowledgedLines() - acknowledged)
                + " after, all there, online after " + onlineMs + " ms; replicated: " + loss;
    }

    /** Some time after the load began. */
    private void cut(boolean quorumToo) throws Exception {
        List<String> victims = new ArrayList<>(cluster.storageNodes());
        if (quorumToo) {
            victims.addAll(cluster.quorumNodes());
        }
        try (PowerSwitch power = cluster.arm(victims)) {
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(2_000));
            power.cut();
        }
        cluster.killAndUnmount(victims);
    }

    private void recover(boolean quorumToo, String gone, List<String> back) throws Exception {
        List<String> nodes = new ArrayList<>(back);
        if (quorumToo) {
            nodes.addAll(0, cluster.quorumNodes());
        }
        for (String node : nodes) {
            cluster.disk(node).mount();
        }
        if (cluster.isRunning(gone)) {
            throw new IllegalStateException(gone + " runs without a disk");
        }
        cluster.start(nodes);
    }

    /** Waits until every partition has a leader and enough replicas in sync to take records. */
    private long awaitOnline(DemoTopic topic) throws Exception {
        long startNs = System.nanoTime();
        String[] seen = {""};
        boolean online = Until.holds(WAIT_MS, () -> {
            try {
                seen[0] = "";
                for (TopicPartitionInfo partition : topic.describe().partitions()) {
                    if (partition.leader() == null
                            || partition.leader().isEmpty()
                            || partition.isr().size() < MIN_IN_SYNC) {
                        seen[0] += partition + " ";
                    }
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw new IOException(e.getCause());
                }
                seen[0] = e.getCause().toString();
            }
            return seen[0].isEmpty();
        });
        if (!online) {
            throw new Fault("not every partition is online after " + WAIT_MS + " ms: " + seen[0]);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private void checkCommit(Sent sent) throws Exception {
        Verification verification = new Verification(sent.ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(readBack(sent), PARTITIONS);
        if (!verification.faults().isEmpty()) {
            throw new Fault("commit: " + String.join("; ", verification.faults()));
        }
    }

    private ReadLog readBack(Sent sent) throws Exception {
        long records = 0;
        for (long mark : sent.topic.highWatermarks()) {
            records += mark;
        }
        ReadLog read = new ReadLog(sent.ledger, PARTITIONS);
        Reader reader = new Reader(cluster.bootstrap(), "power-cut-reader", sent.topic.name(), PARTITIONS, read);
        reader.start();
        reader.await(Math.toIntExact(records), WAIT_MS);
        return read;
    }

    /** May be anything from nothing to all of it; only its shape is promised. */
    private String lossOf(Sent sent) throws Exception {
        List<Integer> offline = new ArrayList<>();
        for (TopicPartitionInfo partition : sent.topic.describe().partitions()) {
            if (partition.leader() == null || partition.leader().isEmpty()) {
                offline.add(partition.partition());
            }
        }
        if (!offline.isEmpty()) {
            return "partitions " + offline + " offline, " + sent.ledger.acknowledgedLines()
                    + " were acknowledged in all";
        }
        awaitReadable(sent);
        ReplicatedLoss loss = ReplicatedLoss.of(sent.ledger, readBack(sent), PARTITIONS);
        if (loss.fault() != null) {
            throw new Fault("replicated: " + loss.fault());
        }
        return loss.toString();
    }

    /** A new leader does not name its high watermark before it knows it. */
    private void awaitReadable(Sent sent) throws Exception {
        Until.must("the high watermarks of " + sent.topic.name(), WAIT_MS, () -> {
            try {
                for (int p = 0; p < PARTITIONS; p++) {
                    var unused = admin.listOffsets(
                                    Map.of(new TopicPartition(sent.topic.name(), p), OffsetSpec.latest()))
                            .all()
                            .get();
                }
                return true;
            } catch (ExecutionException e) {
                return false;
            }
        });
    }

    /** A new disk in the place of the one that is gone: the node fills it again, and the replicas are the same byte for byte. */
    private void replace(String gone, Sent commit) throws Exception {
        cluster.disk(gone).renew();
        cluster.start(List.of(gone));
        if (!commit.topic.awaitFullIsr(WAIT_MS)) {
            throw new Fault("the new disk of " + gone + " is not in sync after " + WAIT_MS + " ms");
        }
        Uuid topicId = commit.topic.describe().topicId();
        long[] marks = commit.topic.highWatermarks();
        Replicas replicas = new Replicas(cluster.directory());
        for (int p = 0; p < PARTITIONS; p++) {
            String difference = replicas.difference(topicId, p, marks[p], NODES);
            if (difference != null) {
                throw new Fault("commit: " + difference);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }
}
