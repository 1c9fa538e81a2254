// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import io.shiplog.tools.demo.DemoClients;
import io.shiplog.tools.demo.DemoTopic;
import io.shiplog.tools.demo.Ledger;
import io.shiplog.tools.demo.ReadLog;
import io.shiplog.tools.demo.Reader;
import io.shiplog.tools.demo.Replicas;
import io.shiplog.tools.demo.Verification;
import io.shiplog.tools.powercut.Fault;
import io.shiplog.tools.powercut.LocalCluster;
import io.shiplog.tools.powercut.Records;
import io.shiplog.tools.powercut.Scripts;
import io.shiplog.tools.powercut.Until;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * A cluster of three quorum and three storage nodes. In each cycle records are sent to a new topic, one file of one storage node that runs
 * or does not is damaged, and then: the producer goes on; every partition takes records; a stock consumer finds every acknowledged
 * record at its offset; all replicas become the same byte for byte. A node whose stamp is damaged refuses to start and says so; its
 * directory is emptied then, as an operator does it.
 */
final class DamageRun implements AutoCloseable {
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

    /** One topic, and what is known of its records. */
    private final class Sent {
        private final DemoTopic topic;
        private final Ledger ledger = new Ledger(PARTITIONS);
        private final Records records;
        private final Uuid id;

        Sent(String name) throws ExecutionException, InterruptedException {
            topic = new DemoTopic(admin, name, PARTITIONS);
            topic.create(Map.of("segment.bytes", Integer.toString(SEGMENT_BYTES)), WAIT_MS);
            id = topic.describe().topicId();
            records = new Records(cluster.bootstrap(), name, ledger, random.nextLong(), PER_SECOND);
            records.start();
        }
    }

    DamageRun(Scripts scripts, Path work, long seed, Target only) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.cluster = new LocalCluster(scripts, work, "damage", NODES, NODES);
        this.only = only;
    }

    /** Nodes look for rot all the time, and check whatever they read. */
    void open() throws Exception {
        cluster.set(cluster.storageNodes(), "scrub.interval.ms", "1000");
        cluster.set(cluster.storageNodes(), "scrub.bytes.per.second", "104857600");
        cluster.set(cluster.storageNodes(), "read.check.interval.ms", "0");
        cluster.start(cluster.quorumNodes());
        cluster.start(cluster.storageNodes());
        admin = DemoClients.admin(cluster.bootstrap());
    }

    /** Damages one file. Returns what happened. */
    String cycle(int number) throws Exception {
        Sent sent = new Sent("damage-" + number);
        TimeUnit.MILLISECONDS.sleep(LOAD_BEFORE_MS);
        Target target = only == null ? oneOf(List.of(Target.values())) : only;
        Blow blow = oneOf(List.of(Blow.values()));
        String node = oneOf(cluster.storageNodes());
        boolean running = random.nextBoolean();
        if (!running) {
            cluster.kill(List.of(node));
        }
        Path file = target.choose(cluster.data(node), sent.id.toString(), random);
        if (file == null) {
            throw new IllegalStateException("no file of kind " + target + " in " + cluster.data(node));
        }
        String done = blow.strike(file, random);
        String what = target + " " + cluster.data(node).relativize(file) + " of " + node
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
            read(sent, sent.topic.highWatermarks());
        }
        if (running && target != Target.SEGMENT) {
            TimeUnit.MILLISECONDS.sleep(LOAD_AFTER_MS);
            cluster.kill(List.of(node));
        }
        String refused = running && target == Target.SEGMENT ? "" : startAgain(node, target);
        TimeUnit.MILLISECONDS.sleep(LOAD_AFTER_MS);
        sent.records.finish();
        long repairedMs = awaitSameReplicas(sent);
        check(sent);
        String result = refused + sent.ledger.acknowledgedLines() + " records acknowledged and there, longest gap "
                + sent.ledger.longestGapMs() + " ms, replicas the same after " + repairedMs + " ms";
        admin.deleteTopics(List.of(sent.topic.name())).all().get();
        return result;
    }

    /** Only a damaged stamp keeps a node from starting. */
    private String startAgain(String node, Target target) throws Exception {
        try {
            cluster.start(List.of(node));
            return "";
        } catch (IOException e) {
            if (target != Target.STAMP) {
                throw new Fault(node + " did not start: " + e.getMessage());
            }
        }
        String log = Files.readString(cluster.log(node), StandardCharsets.UTF_8);
        if (!log.contains("stamp")) {
            throw new Fault(node + " did not start, and its log does not name the stamp");
        }
        empty(cluster.data(node));
        cluster.start(List.of(node));
        return "refused to start until its directory was emptied; ";
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
        if (!sent.topic.awaitFullIsr(WAIT_MS)) {
            throw new Fault("not all replicas are in sync after " + WAIT_MS + " ms: " + sent.topic.describe());
        }
        long[] marks = sent.topic.highWatermarks();
        String[] difference = {""};
        boolean same = Until.holds(WAIT_MS, () -> {
            difference[0] = difference(sent, marks);
            return difference[0] == null;
        });
        if (!same) {
            throw new Fault("replicas differ after " + WAIT_MS + " ms: " + difference[0]);
        }
        if (!sent.topic.awaitFullIsr(WAIT_MS)) {
            throw new Fault("not all replicas are in sync again after " + WAIT_MS + " ms");
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    /** Files may go and come while replicas are repaired: that is a difference too. */
    private String difference(Sent sent, long[] marks) {
        Replicas replicas = new Replicas(cluster.directory());
        try {
            for (int p = 0; p < PARTITIONS; p++) {
                String found = replicas.difference(sent.id, p, marks[p], NODES);
                if (found != null) {
                    return found;
                }
            }
            return null;
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void check(Sent sent) throws Exception {
        Verification verification = new Verification(sent.ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(read(sent, sent.topic.highWatermarks()), PARTITIONS);
        if (!verification.faults().isEmpty()) {
            throw new Fault(String.join("; ", verification.faults()));
        }
    }

    /** What a stock consumer finds below these offsets; nothing in it is wrong. */
    private ReadLog read(Sent sent, long[] ends) throws Exception {
        long records = 0;
        for (long end : ends) {
            records += end;
        }
        ReadLog read = new ReadLog(sent.ledger, PARTITIONS);
        Reader reader = new Reader(cluster.bootstrap(), "damage-reader", sent.topic.name(), PARTITIONS, read);
        reader.start();
        reader.await(Math.toIntExact(records), WAIT_MS);
        if (read.oddity() != null) {
            throw new Fault("read: " + read.oddity());
        }
        if (read.records() < records) {
            throw new Fault("read: " + read.records() + " of " + records + " records after " + WAIT_MS + " ms");
        }
        return read;
    }

    /** The same byte on every replica: nobody has it any more, and the check must say so. */
    String control() throws Exception {
        Sent sent = new Sent("damage-control");
        TimeUnit.MILLISECONDS.sleep(LOAD_BEFORE_MS);
        sent.records.finish();
        long[] ends = sent.topic.highWatermarks();
        String name = sent.id + "-0";
        for (String node : cluster.storageNodes()) {
            Path first = cluster.data(node).resolve(name).resolve("00000000000000000000.log");
            Blow.flipAt(first, SEGMENT_BYTES / 2);
        }
        try {
            var unused = read(sent, ends);
        } catch (Fault | RuntimeException e) {
            return "the same byte flipped on all replicas of one partition, and the check says: " + firstLine(e);
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
