// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.ReadLog;
import io.shiplog.tools.trial.Reader;
import io.shiplog.tools.trial.Sent;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.Trial;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.Until;
import io.shiplog.tools.trial.Verification;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Three quorum and three storage nodes; a stock producer (acks=all, idempotent) sends at an even rate, a stock consumer reads along. Each cycle is one
 * {@link Strike} and what is left of its time. At the end each record that was sent is acknowledged and stands once at its offset, in order,
 * whatever was read along stands where it was read, and all replicas are the same byte for byte.
 */
final class ChaosRun implements Trial {
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final long WAIT_MS = 120_000;
    private static final int CONTROL_RECORDS = 300;
    private static final Duration POLL = Duration.ofMillis(100);

    private final LocalCluster cluster;
    private final Random random;
    private final long everyMs;
    private final int perSecond;
    private final AckGaps gaps = new AckGaps();
    private final List<String> nodes = new ArrayList<>();
    private Admin admin;
    private Sent sent;
    private ReadLog live;
    private Reader alongside;

    /** @param everyMs from one strike to the next, when nothing takes longer */
    ChaosRun(Site site, long seed, long everyMs, int perSecond) throws IOException, InterruptedException {
        this.random = new Random(seed);
        this.everyMs = everyMs;
        this.perSecond = perSecond;
        this.cluster = new LocalCluster(site, "chaos", NODES, NODES);
        nodes.addAll(cluster.quorumNodes());
        nodes.addAll(cluster.storageNodes());
    }

    @Override
    public void open() throws Exception {
        cluster.start(nodes);
        admin = TrialClients.admin(cluster.bootstrap());
        sent = send("chaos", perSecond);
        live = new ReadLog(sent.ledger(), PARTITIONS);
        alongside = new Reader(cluster.bootstrap(), "chaos-reader", "chaos", PARTITIONS, live);
        alongside.start();
    }

    private Sent send(String topic, int rate) throws Exception {
        Sent.Load load = new Sent.Load(random.nextLong(), rate);
        return new Sent(cluster.bootstrap(), admin, topic, PARTITIONS, Map.of(), load);
    }

    @Override
    public String cycle(int number) throws Exception {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMs);
        Strike strike = Strike.next(random, nodes);
        int before = sent.ledger().acknowledgedLines();
        sent.ledger().mark();
        execute(strike);
        TimeUnit.NANOSECONDS.sleep(endNs - System.nanoTime());
        if (sent.ledger().firstFailure() != null) {
            throw new Fault(strike + "; not acknowledged: " + sent.ledger().firstFailure());
        }
        for (String node : nodes) {
            if (!cluster.isRunning(node)) {
                throw new Fault(strike + "; then " + node + " ended by itself");
            }
        }
        long gapMs = sent.ledger().longestGapSinceMarkMs();
        gaps.add(strike, gapMs);
        return strike + "; longest ack gap " + gapMs + " ms; " + (sent.ledger().acknowledgedLines() - before)
                + " records acknowledged";
    }

    private void execute(Strike strike) throws Exception {
        List<String> node = List.of(strike.node());
        switch (strike.kind()) {
            case KILL -> {
                cluster.kill(node);
                TimeUnit.MILLISECONDS.sleep(strike.awayMs());
                cluster.start(node);
            }
            case PAUSE -> {
                cluster.pause(strike.node());
                TimeUnit.MILLISECONDS.sleep(strike.awayMs());
                cluster.resume(strike.node());
            }
            case RESTART -> {
                cluster.stop(node);
                cluster.start(node);
            }
        }
    }

    @Override
    public String end() throws Exception {
        sent.records().finish();
        if (!sent.topic().awaitFullIsr(WAIT_MS)) {
            throw new Fault("not all replicas are in sync after " + WAIT_MS + " ms: "
                    + sent.topic().describe());
        }
        int acknowledged = sent.ledger().acknowledgedLines();
        alongside.await(acknowledged, WAIT_MS);
        compare();
        String control = control();
        return "ok: " + acknowledged + " records acknowledged and there, once and in order, and read along; "
                + PARTITIONS + " partitions the same on " + NODES + " replicas; " + gaps.words() + "; " + control;
    }

    private void compare() throws Exception {
        long[] marks = sent.topic().highWatermarks();
        ReadLog back = sent.readAll(marks);
        Verification verification = new Verification(sent.ledger(), sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(back, PARTITIONS);
        verification.readAlong(live, back, PARTITIONS);
        if (!verification.faults().isEmpty()) {
            throw new Fault(String.join("; ", verification.faults()));
        }
        String[] difference = {""};
        // A follower in sync may still write the last batch.
        boolean same = Until.holds(WAIT_MS, () -> {
            difference[0] = sent.difference(cluster.directory(), marks);
            return difference[0] == null;
        });
        if (!same) {
            throw new Fault("replicas differ: " + difference[0]);
        }
    }

    /** A few more records, of which the check is told lies. */
    private String control() throws Exception {
        Sent few = send("control", perSecond);
        Until.must(CONTROL_RECORDS + " records", WAIT_MS, () -> few.ledger().acknowledgedLines() >= CONTROL_RECORDS);
        few.records().finish();
        List<List<ConsumerRecord<byte[], byte[]>>> records = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            records.add(new ArrayList<>());
        }
        int[] read = {0};
        try (KafkaConsumer<byte[], byte[]> consumer =
                TrialClients.consumer(cluster.bootstrap(), "chaos-control", "control", PARTITIONS)) {
            Until.must("reading them", WAIT_MS, () -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    records.get(record.partition()).add(record);
                    read[0]++;
                }
                return read[0] >= few.ledger().acknowledgedLines();
            });
        }
        return Control.of(few.ledger(), records);
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
            admin.close(Duration.ZERO);
        }
        cluster.close();
    }
}
