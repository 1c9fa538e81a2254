// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/** Records to a replicated topic of its own at an even rate, and in the end the check that each is there once, in order. For one thread. */
public final class CheckedLoad {
    private static final long POLL_MS = 5;

    private final String bootstrap;
    private final String topic;
    private final int partitions;
    private final long waitMs;
    private final Ledger ledger;
    private final Records records;

    /** @param waitMs patience for each thing that is waited for */
    public CheckedLoad(String bootstrap, String topic, int partitions, long seed, int perSecond, long waitMs) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.partitions = partitions;
        this.waitMs = waitMs;
        ledger = new Ledger(partitions);
        records = new Records(bootstrap, topic, ledger, seed, perSecond);
    }

    /** Creates the topic and begins to send; returns when so many records are acknowledged, or the patience is over. */
    public void begin(int acknowledged) throws Exception {
        try (Admin admin = TrialClients.admin(bootstrap)) {
            new TrialTopic(admin, topic, partitions).create(Map.of(), waitMs);
        }
        records.start();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (ledger.acknowledgedLines() < acknowledged && System.nanoTime() < deadlineNs) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /** Sends no more, reads all back, and says what is wrong, a sentence each; empty when nothing is. */
    public List<String> end() throws Exception {
        records.finish();
        ReadLog read = new ReadLog(ledger, partitions);
        Reader reader = new Reader(bootstrap, topic + "-reader", topic, partitions, read);
        reader.start();
        reader.await(ledger.acknowledgedLines(), waitMs);
        Verification verification = new Verification(ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(read, partitions);
        return verification.faults();
    }

    /** What was sent and acknowledged. */
    public Ledger ledger() {
        return ledger;
    }
}
