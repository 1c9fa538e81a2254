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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * Shows that the check of {@link StorageCutsScenario} can tell: the same load and the same cut of all storage nodes, but the topic has
 * {@code flush.policy=replicated}, so that acknowledged records were on no disk. A fault when nothing at all is lost in any cycle, and when
 * anything but an end of a partition is.
 */
final class ReplicatedControl implements Trial {
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final int DISK_MIB = 256;
    private static final int PER_SECOND = 1_500;
    private static final long LOAD_MS = 600;

    private final LocalCluster cluster;
    private final Random random;
    private Admin admin;
    private int lossy;

    ReplicatedControl(Site site, long seed) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(site, "control", 1, NODES);
    }

    @Override
    public void open() throws Exception {
        for (String node : cluster.storageNodes()) {
            cluster.giveDisk(node, DISK_MIB);
        }
        List<String> all = new ArrayList<>(cluster.quorumNodes());
        all.addAll(cluster.storageNodes());
        cluster.start(all);
        admin = TrialClients.admin(cluster.bootstrap());
    }

    @Override
    public String cycle(int number) throws Exception {
        Sent.Load load = new Sent.Load(random.nextLong(), PER_SECOND);
        Map<String, String> unflushed = Map.of("flush.policy", "replicated");
        Sent sent = new Sent(cluster.bootstrap(), admin, "control-" + number, PARTITIONS, unflushed, load);
        List<String> nodes = cluster.storageNodes();
        try (PowerSwitch power = cluster.arm(nodes)) {
            TimeUnit.MILLISECONDS.sleep(LOAD_MS);
            power.cut();
        }
        cluster.killAndRemount(nodes);
        sent.records().abandon();
        cluster.start(nodes);
        Sent.Loss loss = sent.loss();
        lossy += loss.any() ? 1 : 0;
        admin.deleteTopics(List.of(sent.topic().name())).all().get();
        return loss.words();
    }

    @Override
    public String end() throws Fault {
        if (lossy == 0) {
            throw new Fault("nothing was lost without a flush: the check of \"storage\" proves nothing");
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }
}
