// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.rolling.ClusterScript;
import io.shiplog.tools.trial.Ledger;
import io.shiplog.tools.trial.ReadLog;
import io.shiplog.tools.trial.Reader;
import io.shiplog.tools.trial.Replicas;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.TrialTopic;
import io.shiplog.tools.trial.Verification;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** One run: create, send while a reader reads along and a leader dies, wait for full ISR, read back, compare, report. */
final class Demo {
    private static final String TOPIC = "demo";
    private static final int PARTITIONS = 6;
    private static final long WAIT_MS = 30_000;
    private static final long PROGRESS_MS = 1_000;

    private final String bootstrap;
    private final LineFiles lines;
    private final ClusterScript cluster;
    private final Console console;
    private final RollingPlan rolling;
    private final Ledger ledger = new Ledger(PARTITIONS);
    private final ReadLog live = new ReadLog(ledger, PARTITIONS);
    private final ReadLog back = new ReadLog(ledger, PARTITIONS);
    private final Sender sender;
    private final Verification verification;
    private long fullIsrMs = -1;
    private int identical;

    /** @param rolling restarts instead of the one outage; null for the outage */
    Demo(
            String bootstrap,
            LineFiles lines,
            ClusterScript cluster,
            long spreadMs,
            RollingPlan rolling,
            Console console) {
        this.bootstrap = bootstrap;
        this.lines = lines;
        this.cluster = cluster;
        this.console = console;
        this.rolling = rolling;
        this.sender = new Sender(TOPIC, lines, ledger, spreadMs);
        this.verification = new Verification(ledger, lines);
    }

    /** Runs to the end and prints the table; returns whether all is well. */
    boolean run() throws Exception {
        try (Admin admin = TrialClients.admin(bootstrap)) {
            TrialTopic topic = new TrialTopic(admin, TOPIC, PARTITIONS);
            topic.create(WAIT_MS);
            console.say(String.format(
                    Locale.ROOT,
                    "topic %s: %d partitions, %d replicas; sending %d files, %,d bytes",
                    TOPIC,
                    PARTITIONS,
                    TrialTopic.REPLICAS,
                    lines.fileCount(),
                    lines.totalBytes()));
            Disturbance disturbance = disturbance(topic);
            load(disturbance);
            settle(topic, disturbance);
            readBack(topic);
            compareReplicas(topic);
            report(disturbance);
        }
        return verification.faults().isEmpty();
    }

    private Disturbance disturbance(TrialTopic topic) {
        return rolling == null
                ? new Outage(topic, cluster, sender::progress, ledger, console)
                : new RollingDisturbance(rolling.restart(), rolling.nodes(), sender::progress, ledger);
    }

    private void load(Disturbance disturbance) throws Exception {
        Reader reader = new Reader(bootstrap, "demo-reader", TOPIC, PARTITIONS, live);
        reader.start();
        disturbance.begin();
        Thread progress = new Thread(this::showProgress, "demo-progress");
        progress.setDaemon(true);
        progress.start();
        sender.sendUntil(bootstrap, disturbance::isOver);
        progress.interrupt();
        progress.join();
        showCounts();
        verification.allAcknowledged();
        disturbance.await();
        reader.await(ledger.acknowledgedLines(), WAIT_MS);
    }

    private void showProgress() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(PROGRESS_MS);
                showCounts();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void showCounts() {
        console.say(String.format(
                Locale.ROOT,
                "%3.0f %%  sent %,d  acknowledged %,d  read along %,d  longest ack gap %,d ms",
                100 * sender.progress(),
                ledger.sentLines(),
                ledger.acknowledgedLines(),
                live.records(),
                ledger.longestGapMs()));
    }

    private void settle(TrialTopic topic, Disturbance disturbance) throws Exception {
        if (topic.awaitFullIsr(WAIT_MS)) {
            fullIsrMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - disturbance.startedNs());
        } else {
            verification.fault("the ISR is not complete " + WAIT_MS + " ms after the load: " + topic.describe());
        }
    }

    private void readBack(TrialTopic topic) throws Exception {
        long records = 0;
        for (long mark : topic.highWatermarks()) {
            records += mark;
        }
        console.say(String.format(Locale.ROOT, "reading back %,d records", records));
        Reader reader = new Reader(bootstrap, "demo-verifier", TOPIC, PARTITIONS, back);
        reader.start();
        reader.await(Math.toIntExact(records), WAIT_MS);
        verification.readBack(back, PARTITIONS);
        verification.readAlong(live, back, PARTITIONS);
    }

    private void compareReplicas(TrialTopic topic) throws Exception {
        Uuid topicId = topic.describe().topicId();
        long[] marks = topic.highWatermarks();
        Replicas replicas = new Replicas(cluster.directory());
        for (int p = 0; p < PARTITIONS; p++) {
            String difference = replicas.difference(topicId, p, marks[p], TrialTopic.REPLICAS);
            if (difference == null) {
                identical++;
            } else {
                verification.fault(difference);
            }
        }
    }

    private void report(Disturbance disturbance) {
        boolean passed = verification.faults().isEmpty();
        console.line("");
        row("lines", "%,d sent, %,d acknowledged", ledger.sentLines(), ledger.acknowledgedLines());
        row("bytes", "%,d", ledger.sentBytes());
        console.row(disturbance.summary()[0], disturbance.summary()[1]);
        row("longest ack gap", "%,d ms (partition %d)", ledger.longestGapMs(), ledger.partitionOfLongestGap());
        row("... from then on", "%,d ms", ledger.longestGapSinceMarkMs());
        row("time to full ISR", fullIsrMs < 0 ? "never" : "%,d ms after the last start", fullIsrMs);
        row("read along", "%,d lines", live.records());
        row("read back", "%,d lines", back.records());
        row("identical replicas", "%d of %d partitions, %d replicas each", identical, PARTITIONS, TrialTopic.REPLICAS);
        row("verdict", passed ? "PASS: each acknowledged line once, at its offset, in order" : "FAIL");
        verification.faults().forEach(fault -> console.line("    " + fault));
    }

    private void row(String name, String format, Object... values) {
        console.row(name, String.format(Locale.ROOT, format, values));
    }
}
