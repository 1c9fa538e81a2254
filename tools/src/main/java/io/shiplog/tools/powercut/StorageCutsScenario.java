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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * One, two or all three storage nodes lose power at once while records are acknowledged, again and again on one cluster, as fast as nodes can
 * be started. After each cut all partitions are in sync again, the producer that lived through it has got each of its records acknowledged,
 * each stands at its offset, and no recovery found fault with what was flushed. The quorum node keeps its power: what happens to quorum nodes
 * is the other scenarios' concern.
 *
 * <p>The same with full disks: some time before the cut others take all the room that is left on the victims' disks, under the load. The
 * nodes start on the full disks and serve, or, where not one block is left, end and say so; they go on when there is room.
 */
final class StorageCutsScenario implements Trial {
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final int DISK_MIB = 512;
    /** Filled in an instant. */
    private static final int SMALL_DISK_MIB = 160;

    private static final int PER_SECOND = 1_500;
    private static final int CYCLES_PER_TOPIC = 10;
    private static final long LEAST_LOAD_MS = 300;
    private static final int FURTHER_LOAD_MS = 900;
    private static final long WAIT_MS = 60_000;
    private static final int LONGEST_FULL_MS = 1_500;
    private static final String FILLER = "filler";
    /** What the C library calls it; the last lines of a node's log are in the exception. */
    private static final String NO_SPACE = "No space left on device";

    /** The compiler that starts fastest: no node lives long enough for the other one. */
    private static final String JVM_OPTIONS = "-XX:TieredStopAtLevel=1";

    private final LocalCluster cluster;
    private final boolean full;
    private final Random random;
    private final Map<String, Long> logRead = new HashMap<>();
    private Admin admin;
    private Sent sent;

    /** @param full whether the disks are full when the power goes */
    StorageCutsScenario(Site site, boolean full, long seed) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.full = full;
        this.cluster = new LocalCluster(site, full ? "full-cuts" : "cuts", 1, NODES);
    }

    @Override
    public void open() throws Exception {
        for (String node : cluster.storageNodes()) {
            cluster.giveDisk(node, full ? SMALL_DISK_MIB : DISK_MIB);
            // What fills the disk is not in the node's own directory.
            cluster.set(
                    List.of(node), "log.dirs", cluster.data(node).resolve("log").toString());
        }
        List<String> all = new ArrayList<>(cluster.quorumNodes());
        all.addAll(cluster.storageNodes());
        cluster.start(all, JVM_OPTIONS);
        admin = TrialClients.admin(cluster.bootstrap());
    }

    @Override
    public String cycle(int number) throws Exception {
        if ((number - 1) % CYCLES_PER_TOPIC == 0) {
            nextTopic(number);
        }
        List<String> victims = new ArrayList<>(cluster.storageNodes());
        Collections.shuffle(victims, random);
        victims = victims.subList(0, 1 + (number - 1) % NODES);
        Phases phases = new Phases();
        sent.records().resume();
        try (PowerSwitch power = cluster.arm(victims)) {
            TimeUnit.MILLISECONDS.sleep(LEAST_LOAD_MS + random.nextInt(FURTHER_LOAD_MS));
            if (full) {
                fill(victims);
            }
            power.cut();
        }
        int before = sent.ledger().acknowledgedLines();
        phases.end("load");
        cluster.killAndRemount(victims);
        phases.end("disks");
        String refused = full ? startFull(victims) : start(victims);
        phases.end("start");
        if (!sent.topic().awaitFullIsr(WAIT_MS)) {
            throw new Fault("not every replica is in sync " + WAIT_MS + " ms after the nodes' start");
        }
        phases.end("in sync");
        sent.records().pause();
        phases.end("acknowledged");
        refuseDamage();
        sent.check("commit");
        phases.end("checked");
        int after = sent.ledger().acknowledgedLines();
        return String.join(", ", victims) + (full ? " full, then cut" : " cut") + refused + "; " + before
                + " records acknowledged before, " + (after - before) + " after, all there (ms: " + phases + ")";
    }

    private void fill(List<String> victims) throws Exception {
        for (String node : victims) {
            cluster.fill(cluster.data(node).resolve(FILLER));
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_FULL_MS));
    }

    private String start(List<String> victims) throws Exception {
        cluster.start(victims, JVM_OPTIONS);
        return "";
    }

    /** With room in the end. Returns in words whether it began without. */
    private String startFull(List<String> victims) throws Exception {
        String refused = "";
        try {
            start(victims);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains(NO_SPACE)) {
                throw e;
            }
            refused = " (started when there was room)";
        }
        makeRoom(victims);
        if (!refused.isEmpty()) {
            start(victims);
        }
        return refused;
    }

    /** What the file system had not written down itself when the power went is gone already. */
    private void makeRoom(List<String> victims) throws IOException {
        for (String node : victims) {
            Copies.delete(cluster.data(node).resolve(FILLER));
        }
    }

    private void nextTopic(int number) throws Exception {
        if (sent != null) {
            sent.records().finish();
            admin.deleteTopics(List.of(sent.topic().name())).all().get();
        }
        Sent.Load load = new Sent.Load(random.nextLong(), PER_SECOND);
        sent = new Sent(cluster.bootstrap(), admin, "cuts-" + number, PARTITIONS, Map.of(), load);
    }

    /** A replica that was given up and fetched anew from a peer would pass every other check. */
    private void refuseDamage() throws IOException, Fault {
        for (String node : cluster.storageNodes()) {
            byte[] log = Files.readAllBytes(cluster.log(node));
            int from = Math.toIntExact(logRead.getOrDefault(node, 0L));
            logRead.put(node, (long) log.length);
            String text = new String(log, from, log.length - from, StandardCharsets.UTF_8);
            String refused = text.lines()
                    .filter(line -> line.contains(" is damaged"))
                    .findFirst()
                    .orElse(null);
            if (refused != null) {
                throw new Fault(node + " refused what a power cut left: " + refused);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (sent != null) {
            try {
                sent.records().abandon();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }

    /** How long each part of a cycle took. */
    private static final class Phases {
        private final StringBuilder words = new StringBuilder();
        private long sinceNs = System.nanoTime();

        void end(String phase) {
            long nowNs = System.nanoTime();
            words.append(words.isEmpty() ? "" : ", ")
                    .append(phase)
                    .append(' ')
                    .append(TimeUnit.NANOSECONDS.toMillis(nowNs - sinceNs));
            sinceNs = nowNs;
        }

        @Override
        public String toString() {
            return words.toString();
        }
    }
}
