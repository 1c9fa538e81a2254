// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.PowerSwitch;
import io.shiplog.tools.trial.Sent;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.TrialTopic;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;

/**
 * All storage nodes lose power at once while records are acknowledged (every second time the quorum nodes too), and one of the disks never
 * comes back. With {@code flush.policy=commit} every partition is online again and every acknowledged record is at its offset, and the
 * producer that lived through it goes on. A topic with {@code flush.policy=replicated} beside it shows what that policy loses.
 */
final class StorageScenario implements Trial {
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

    StorageScenario(Site site, long seed) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(site, "storage", NODES, NODES);
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
        admin = TrialClients.admin(cluster.bootstrap());
    }

    @Override
    public String cycle(int number) throws Exception {
        Sent commit = send("commit-" + number, Map.of());
        Sent replicated = send("replicated-" + number, Map.of("flush.policy", "replicated"));
        boolean quorumToo = number % 2 == 0;
        String gone = cluster.storageNodes().get(random.nextInt(NODES));
        List<String> back = new ArrayList<>(cluster.storageNodes());
        back.remove(gone);
        cut(quorumToo);
        int acknowledged = commit.ledger().acknowledgedLines();
        replicated.records().abandon();
        recover(quorumToo, gone, back);
        long onlineMs = awaitOnline(commit.topic());
        TimeUnit.MILLISECONDS.sleep(500);
        commit.records().finish();
        commit.check("commit");
        String loss = replicated.loss().words();
        replace(gone, commit);
        admin.deleteTopics(List.of(commit.topic().name(), replicated.topic().name()))
                .all()
                .get();
        return (quorumToo ? "all six nodes" : "all storage nodes") + " cut, the disk of " + gone + " gone; commit: "
                + acknowledged + " acknowledged before and " + (commit.ledger().acknowledgedLines() - acknowledged)
                + " after, all there, online after " + onlineMs + " ms; replicated: " + loss;
    }

    private Sent send(String name, Map<String, String> configs) throws Exception {
        Sent.Load load = new Sent.Load(random.nextLong(), PER_SECOND);
        return new Sent(cluster.bootstrap(), admin, name, PARTITIONS, configs, load);
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
    private long awaitOnline(TrialTopic topic) throws Exception {
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

    /** A new disk in the place of the one that is gone: the node fills it again, and the replicas are the same byte for byte. */
    private void replace(String gone, Sent commit) throws Exception {
        cluster.disk(gone).renew();
        cluster.start(List.of(gone));
        if (!commit.topic().awaitFullIsr(WAIT_MS)) {
            throw new Fault("the new disk of " + gone + " is not in sync after " + WAIT_MS + " ms");
        }
        String difference =
                commit.difference(cluster.directory(), commit.topic().highWatermarks());
        if (difference != null) {
            throw new Fault("commit: " + difference);
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
