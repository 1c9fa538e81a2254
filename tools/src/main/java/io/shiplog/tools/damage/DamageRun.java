// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.Sent;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * A cluster of three quorum and three storage nodes. In each cycle records are sent to a new topic, one file of one storage node that runs
 * or does not is damaged, and then: the producer goes on; every partition takes records; a stock consumer finds every acknowledged
 * record at its offset; all replicas become the same byte for byte. A node whose stamp is damaged refuses to start and says so; its
 * directory is emptied then, as an operator does it.
 */
final class DamageRun implements Trial {
    private static final int NODES = 3;
    private static final int PARTITIONS = 3;
    private static final int PER_SECOND = 3_000;
    private static final long WAIT_MS = 90_000;
    private static final long LOAD_BEFORE_MS = 2_500;
    private static final long LOAD_AFTER_MS = 1_500;
    private static final int SEGMENT_BYTES = 256 * 1024;

    private final LocalCluster cluster;
    private final Random random;
    private final Target only;
    private Admin admin;

    DamageRun(Site site, long seed, Target only) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(site, "damage", NODES, NODES);
        this.only = only;
    }

    /** Nodes look for rot all the time, and check whatever they read. */
    @Override
    public void open() throws Exception {
        cluster.set(cluster.storageNodes(), "scrub.interval.ms", "1000");
        cluster.set(cluster.storageNodes(), "scrub.bytes.per.second", "104857600");
        cluster.set(cluster.storageNodes(), "read.check.interval.ms", "0");
        cluster.start(cluster.quorumNodes());
        cluster.start(cluster.storageNodes());
        admin = TrialClients.admin(cluster.bootstrap());
    }

    private Sent send(String name) throws Exception {
        Map<String, String> configs = Map.of("segment.bytes", Integer.toString(SEGMENT_BYTES));
        Sent.Load load = new Sent.Load(random.nextLong(), PER_SECOND);
        return new Sent(cluster.bootstrap(), admin, name, PARTITIONS, configs, load);
    }

    /** Damages one file. */
    @Override
    public String cycle(int number) throws Exception {
        Sent sent = send("damage-" + number);
        TimeUnit.MILLISECONDS.sleep(LOAD_BEFORE_MS);
        Target target = only == null ? oneOf(List.of(Target.values())) : only;
        Blow blow = oneOf(List.of(Blow.values()));
        String node = oneOf(cluster.storageNodes());
        boolean running = random.nextBoolean();
        Path data = cluster.data(node);
        String topic = sent.topicId().toString();
        // On a busy machine a node may not have heard of the topic yet, or have nothing of it.
        Until.must("a file of kind " + target + " in " + data, WAIT_MS, () -> target.isIn(data, topic));
        if (!running) {
            cluster.kill(List.of(node));
        }
        Path file = target.choose(data, topic, random);
        String done = blow.strike(file, random);
        String what = target + " " + data.relativize(file) + " of " + node
                + (running ? ", which ran, " : ", which was killed, ") + done;
        try {
            return what + "; " + afterwards(sent, target, node, running);
        } catch (Fault e) {
            throw new Fault(what + "; " + e.getMessage());
        }
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private String afterwards(Sent sent, Target target, String node, boolean running) throws Exception {
        if (running && target == Target.SEGMENT) {
            // Read at once: whoever checks CRCs must not take anything wrong for good.
            var unused = sent.readAll(sent.topic().highWatermarks());
        }
        if (running && target != Target.SEGMENT) {
            TimeUnit.MILLISECONDS.sleep(LOAD_AFTER_MS);
            cluster.kill(List.of(node));
        }
        String refused = running && target == Target.SEGMENT ? "" : startAgain(node, target);
        TimeUnit.MILLISECONDS.sleep(LOAD_AFTER_MS);
        sent.records().finish();
        long repairedMs = awaitSameReplicas(sent);
        sent.check("damage");
        String result = refused + sent.ledger().acknowledgedLines() + " records acknowledged and there, longest gap "
                + sent.ledger().longestGapMs() + " ms, replicas the same after " + repairedMs + " ms";
        admin.deleteTopics(List.of(sent.topic().name())).all().get();
        return result;
    }

    /** Only a damaged stamp keeps a node from starting. */
    private String startAgain(String node, Target target) throws Exception {
        int before = logOf(node).length();
        String refusal;
        try {
            cluster.start(List.of(node));
            return "";
        } catch (IOException e) {
            if (target != Target.STAMP) {
                throw new Fault(node + " did not start: " + e.getMessage());
            }
            refusal = e.getMessage();
        }
        if (!logOf(node).substring(before).contains("stamp")) {
            throw new Fault(node + " did not start, and its log does not name the stamp: " + refusal);
        }
        empty(cluster.data(node));
        cluster.start(List.of(node));
        return "refused to start until its directory was emptied; ";
    }

    private String logOf(String node) throws IOException {
        return Files.readString(cluster.log(node), StandardCharsets.ISO_8859_1);
    }

    private static void empty(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Waits until all replicas are in sync and have the same bytes. */
    private long awaitSameReplicas(Sent sent) throws Exception {
        long startNs = System.nanoTime();
        if (!sent.topic().awaitFullIsr(WAIT_MS)) {
            throw new Fault("not all replicas are in sync after " + WAIT_MS + " ms: "
                    + sent.topic().describe());
        }
        long[] marks = sent.topic().highWatermarks();
        String[] difference = {""};
        boolean same = Until.holds(WAIT_MS, () -> {
            difference[0] = sent.difference(cluster.directory(), marks);
            return difference[0] == null;
        });
        if (!same) {
            throw new Fault("replicas differ after " + WAIT_MS + " ms: " + difference[0]);
        }
        if (!sent.topic().awaitFullIsr(WAIT_MS)) {
            throw new Fault("not all replicas are in sync again after " + WAIT_MS + " ms");
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    /** The same byte on every replica: nobody has it any more, and the check must say so. */
    @Override
    public String end() throws Exception {
        Sent sent = send("damage-control");
        TimeUnit.MILLISECONDS.sleep(LOAD_BEFORE_MS);
        sent.records().finish();
        long[] ends = sent.topic().highWatermarks();
        String name = sent.topicId() + "-0";
        for (String node : cluster.storageNodes()) {
            Path first = cluster.data(node).resolve(name).resolve("00000000000000000000.log");
            Blow.flipAt(first, SEGMENT_BYTES / 2);
        }
        try {
            var unused = sent.readAll(ends);
        } catch (Fault | RuntimeException e) {
            return "ok; control: the same byte flipped on all replicas of one partition, and the check says: "
                    + firstLine(e);
        }
        throw new Fault("control: the same byte flipped on all replicas, and nobody noticed");
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() throws IOException {
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }
}
