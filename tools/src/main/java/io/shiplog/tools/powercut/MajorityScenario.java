// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.PowerSwitch;
import io.shiplog.tools.trial.Site;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** D4: two or all three quorum nodes lose power while commands run; what was acknowledged is there on every node afterwards. */
final class MajorityScenario extends QuorumScenario {
    private static final int DISK_MIB = 160;
    private static final int MAX_LOAD_MS = 1_500;

    MajorityScenario(Site site, long seed) throws IOException, InterruptedException {
        super(site, "majority", seed);
    }

    @Override
    public void open() throws Exception {
        // Small, so that segments close, snapshots are written and the log is purged between the cuts.
        cluster.set(cluster.quorumNodes(), "metadata.log.max.entries.between.snapshots", "100");
        cluster.set(cluster.quorumNodes(), "metadata.log.preserved.entries", "50");
        cluster.set(cluster.quorumNodes(), "metadata.log.segment.bytes", "65536");
        for (String node : cluster.quorumNodes()) {
            cluster.giveDisk(node, DISK_MIB);
        }
        form();
    }

    @Override
    public String cycle(int number) throws Exception {
        List<String> victims = new ArrayList<>(cluster.quorumNodes());
        String spared = "";
        if (random.nextBoolean()) {
            spared = victims.remove(random.nextInt(victims.size()));
        }
        int before = load.acknowledged();
        try (PowerSwitch power = cluster.arm(victims)) {
            load.start();
            TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(MAX_LOAD_MS));
            power.cut();
        }
        cluster.killAndRemount(victims);
        cluster.start(victims);
        load.stop();
        load.awaitCommand(START_MS);
        verify(List.of(1, 2, 3));
        return String.join(", ", victims) + (spared.isEmpty() ? "" : " (not " + spared + ")") + " cut; "
                + (load.acknowledged() - before) + " commands acknowledged around it, "
                + load.topics().size()
                + " topics checked on three nodes";
    }
}
