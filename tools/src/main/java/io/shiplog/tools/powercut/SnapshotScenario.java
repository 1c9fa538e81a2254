// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.PowerSwitch;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * D7: a node that was away while the log was purged gets a snapshot, and loses power before, during or right after. Started again, it takes
 * no half snapshot for a whole one, and ends with the image of the others.
 */
final class SnapshotScenario extends QuorumScenario {
    private static final int DISK_MIB = 160;
    private static final int LAGGARD = 3;
    private static final int COMMANDS_AWAY = 60;
    private static final long INSTALL_MS = 90_000;

    /** When the power goes. */
    private enum Moment {
        /** Some time after the start of the process. */
        ANY_TIME,
        /** The first file of the snapshot has appeared. */
        ARRIVING,
        /** Ratis has taken the old directory of snapshots away, and not yet put the received one in its place. */
        MOVING,
        /** The snapshot has its name. */
        ARRIVED
    }

    SnapshotScenario(Site site, long seed) throws IOException, InterruptedException {
        super(site, "snapshot", seed);
    }

    @Override
    public void open() throws Exception {
        cluster.set(cluster.quorumNodes(), "metadata.log.max.entries.between.snapshots", "20");
        cluster.set(cluster.quorumNodes(), "metadata.log.preserved.entries", "0");
        cluster.set(cluster.quorumNodes(), "metadata.log.segment.bytes", "65536");
        cluster.giveDisk(node(LAGGARD), DISK_MIB);
        form();
    }

    @Override
    public String cycle(int number) throws Exception {
        RaftDirectory laggard = new RaftDirectory(cluster.data(node(LAGGARD)));
        cluster.kill(List.of(node(LAGGARD)));
        long had = newest(laggard);
        leaveBehind();
        Moment moment = Moment.values()[(number - 1) % Moment.values().length];
        String when;
        try (PowerSwitch power = cluster.arm(List.of(node(LAGGARD)))) {
            cluster.start(List.of(node(LAGGARD)));
            when = await(moment, laggard, had);
            power.cut();
        }
        cluster.killAndRemount(List.of(node(LAGGARD)));
        boolean whole = newest(laggard) > had;
        cluster.start(List.of(node(LAGGARD)));
        verify(List.of(1, 2, 3));
        if (newest(laggard) <= had) {
            throw new Fault("the node caught up without a snapshot: this cycle tests nothing");
        }
        return "cut " + when + "; on the disk then: " + (whole ? "a snapshot with its name" : "none")
                + "; caught up after the next start";
    }

    /** Commands until the leader has purged the segment that was open when the other one went away. */
    private void leaveBehind() throws Exception {
        RaftDirectory leader = new RaftDirectory(cluster.data(node(leader())));
        List<Path> before = leader.segments();
        long open = RaftDirectory.firstIndex(before.get(before.size() - 1));
        issue(COMMANDS_AWAY);
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
        while (RaftDirectory.firstIndex(leader.segments().get(0)) <= open) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("the leader's log is not purged: " + leader.segments());
            }
            issue(10);
        }
    }

    private String await(Moment moment, RaftDirectory laggard, long had) throws Exception {
        switch (moment) {
            case ANY_TIME -> {
                int delayMs = random.nextInt(1_500);
                TimeUnit.MILLISECONDS.sleep(delayMs);
                return delayMs + " ms after the start of the process";
            }
            case ARRIVING -> {
                Until.spin("a snapshot arrives", INSTALL_MS, () -> newest(laggard) > had || isArriving(laggard));
                return "while the snapshot came";
            }
            case MOVING -> {
                Until.spin(
                        "a snapshot is put in its place",
                        INSTALL_MS,
                        () -> newest(laggard) > had || !laggard.hasSnapshotDirectory());
                return (laggard.hasSnapshotDirectory() ? "just after" : "before")
                        + " the snapshot was put in its place";
            }
            case ARRIVED -> {
                Until.spin("a snapshot has arrived", INSTALL_MS, () -> newest(laggard) > had);
                return "when the snapshot had its name";
            }
        }
        throw new IllegalStateException(moment.toString());
    }

    private static long newest(RaftDirectory directory) throws IOException {
        List<Path> snapshots = directory.snapshots();
        if (snapshots.isEmpty()) {
            return -1;
        }
        String name = snapshots.get(snapshots.size() - 1).getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    /** Ratis receives into a directory of its own before it moves the whole. */
    private static boolean isArriving(RaftDirectory directory) throws IOException {
        Path temporary = directory.temporary();
        if (!Files.isDirectory(temporary)) {
            return false;
        }
        try (Stream<Path> files = Files.list(temporary)) {
            return files.findAny().isPresent();
        }
    }
}
