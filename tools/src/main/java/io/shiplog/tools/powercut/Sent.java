// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.demo.DemoTopic;
import io.shiplog.tools.demo.Ledger;
import io.shiplog.tools.demo.ReadLog;
import io.shiplog.tools.demo.Reader;
import io.shiplog.tools.demo.Verification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** A topic with three replicas, the records that are sent to it, and what is known of them. */
final class Sent {
    private static final long WAIT_MS = 60_000;

    private final String bootstrap;
    private final Admin admin;
    private final int partitions;
    private final DemoTopic topic;
    private final Ledger ledger;
    private final Records records;

    /** Creates the topic, and begins to send when all replicas are in sync. */
    Sent(String bootstrap, Admin admin, String name, int partitions, Map<String, String> configs, Load load)
            throws ExecutionException, InterruptedException {
        this.bootstrap = bootstrap;
        this.admin = admin;
        this.partitions = partitions;
        topic = new DemoTopic(admin, name, partitions);
        topic.create(configs, WAIT_MS);
        ledger = new Ledger(partitions);
        records = new Records(bootstrap, name, ledger, load.seed(), load.perSecond());
        records.start();
    }

    /** Which records, and how many a second. */
    record Load(long seed, int perSecond) {}

    DemoTopic topic() {
        return topic;
    }

    Ledger ledger() {
        return ledger;
    }

    Records records() {
        return records;
    }

    /** Each record that was sent is acknowledged, and stands once at its offset, and nothing else is there. */
    void check(String policy) throws Exception {
        Verification verification = new Verification(ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(readBack(), partitions);
        if (!verification.faults().isEmpty()) {
            throw new Fault(policy + ": " + String.join("; ", verification.faults()));
        }
    }

    private ReadLog readBack() throws Exception {
        long count = 0;
        for (long mark : topic.highWatermarks()) {
            count += mark;
        }
        ReadLog read = new ReadLog(ledger, partitions);
        Reader reader = new Reader(bootstrap, "power-cut-reader", topic.name(), partitions, read);
        reader.start();
        reader.await(Math.toIntExact(count), WAIT_MS);
        return read;
    }

    /** What is lost under {@code flush.policy=replicated}: anything from nothing to all of it; only the shape of it is promised. */
    Loss loss() throws Exception {
        List<Integer> offline = new ArrayList<>();
        for (TopicPartitionInfo partition : topic.describe().partitions()) {
            if (partition.leader() == null || partition.leader().isEmpty()) {
                offline.add(partition.partition());
            }
        }
        int acknowledged = ledger.acknowledgedLines();
        if (!offline.isEmpty()) {
            return new Loss(
                    acknowledged > 0,
                    "partitions " + offline + " offline, " + acknowledged + " were acknowledged in all");
        }
        awaitReadable();
        ReplicatedLoss loss = ReplicatedLoss.of(ledger, readBack(), partitions);
        if (loss.fault() != null) {
            throw new Fault("replicated: " + loss.fault());
        }
        return new Loss(loss.lost() > 0, loss.toString());
    }

    /**
     * What became of a topic that was not flushed.
     *
     * @param any whether anything that was acknowledged cannot be read any more
     */
    record Loss(boolean any, String words) {}

    /** A new leader does not name its high watermark before it knows it. */
    private void awaitReadable() throws IOException, InterruptedException, Fault {
        Until.must("the high watermarks of " + topic.name(), WAIT_MS, () -> {
            try {
                for (int p = 0; p < partitions; p++) {
                    var unused = admin.listOffsets(Map.of(new TopicPartition(topic.name(), p), OffsetSpec.latest()))
                            .all()
                            .get();
                }
                return true;
            } catch (ExecutionException e) {
                return false;
            }
        });
    }
}
