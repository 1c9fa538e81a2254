// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** Kills the node that leads most partitions when half of the input is sent, and starts it again near the end. */
final class Outage {
    private static final double KILL_AT = 0.5;
    private static final double START_AT = 0.85;
    private static final long POLL_MS = 5;

    private final DemoTopic topic;
    private final ClusterScript cluster;
    private final DoubleSupplier progress;
    private final Ledger ledger;
    private final Console console;
    private volatile Exception failure;
    private volatile String node = "";
    private volatile int led;
    private volatile long startedNs;
    private Thread thread;

    Outage(DemoTopic topic, ClusterScript cluster, DoubleSupplier progress, Ledger ledger, Console console) {
        this.topic = topic;
        this.cluster = cluster;
        this.progress = progress;
        this.ledger = ledger;
        this.console = console;
    }

    void begin() {
        thread = new Thread(this::run, "demo-outage");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until the node is back; throws what went wrong. */
    void await() throws Exception {
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }

    /** The killed node's name, such as storage-2. */
    String node() {
        return node;
    }

    /** How many of the topic's partitions it led. */
    int led() {
        return led;
    }

    /** When it was started again ({@code System.nanoTime}). */
    long startedNs() {
        return startedNs;
    }

    private void run() {
        try {
            awaitProgress(KILL_AT);
            int id = leaderOfMost();
            String role = Files.isDirectory(cluster.directory().resolve("node-" + id)) ? "node-" : "storage-";
            ledger.mark();
            cluster.run("kill", role + id);
            node = role + id;
            console.say(
                    "killed " + node + " (kill -9), which led " + led + " of " + topic.partitions() + " partitions");
            awaitProgress(START_AT);
            startedNs = System.nanoTime();
            cluster.run("start", node);
            console.say("started " + node + " again");
        } catch (Exception e) {
            failure = e;
        }
    }

    private int leaderOfMost() throws Exception {
        int id = -1;
        for (Map.Entry<Integer, Integer> entry : topic.leaderships().entrySet()) {
            if (entry.getValue() > led) {
                id = entry.getKey();
                led = entry.getValue();
            }
        }
        if (id < 0) {
            throw new IllegalStateException("no partition has a leader");
        }
        return id;
    }

    private void awaitProgress(double part) throws InterruptedException {
        while (progress.getAsDouble() < part) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }
}
