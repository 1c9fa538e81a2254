// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.rolling.ClusterScript;
import io.shiplog.tools.trial.Ledger;
import io.shiplog.tools.trial.TrialTopic;
import java.nio.file.Files;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Kills the node that leads most partitions when half of the input is sent, and starts it again near the end. */
final class Outage extends BackgroundDisturbance {
    private static final double KILL_AT = 0.5;
    private static final double START_AT = 0.85;

    private final TrialTopic topic;
    private final ClusterScript cluster;
    private final DoubleSupplier progress;
    private final Ledger ledger;
    private final Console console;
    private volatile String node = "";
    private volatile int led;

    Outage(TrialTopic topic, ClusterScript cluster, DoubleSupplier progress, Ledger ledger, Console console) {
        super("demo-outage");
        this.topic = topic;
        this.cluster = cluster;
        this.progress = progress;
        this.ledger = ledger;
        this.console = console;
    }

    @Override
    public String[] summary() {
        return new String[] {"killed", node + ", leader of " + led + " of " + topic.partitions() + " partitions"};
    }

    @Override
    void run() throws Exception {
        until(() -> progress.getAsDouble() >= KILL_AT);
        int id = leaderOfMost();
        String role = Files.isDirectory(cluster.directory().resolve("node-" + id)) ? "node-" : "storage-";
        ledger.mark();
        cluster.run("kill", role + id);
        node = role + id;
        console.say("killed " + node + " (kill -9), which led " + led + " of " + topic.partitions() + " partitions");
        until(() -> progress.getAsDouble() >= START_AT);
        markStart();
        cluster.run("start", node);
        console.say("started " + node + " again");
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
}
