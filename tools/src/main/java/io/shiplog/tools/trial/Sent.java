// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/** A topic with three replicas, the records that are sent to it, and what is known of them. */
public final class Sent {
    private static final long WAIT_MS = 60_000;

    private final String bootstrap;
    private final Admin admin;
    private final int partitions;
    private final TrialTopic topic;
    private final Ledger ledger;
    private final Records records;
    private final Uuid id;

    /** Creates the topic, and begins to send when all replicas are in sync. */
    public Sent(String bootstrap, Admin admin, String name, int partitions, Map<String, String> configs, Load load)
            throws ExecutionException, InterruptedException {
        this.bootstrap = bootstrap;
        this.admin = admin;
        this.partitions = partitions;
        topic = new TrialTopic(admin, name, partitions);
        topic.create(configs, WAIT_MS);
        id = topic.describe().topicId();
        ledger = new Ledger(partitions);
        records = new Records(bootstrap, name, ledger, load.seed(), load.perSecond());
        records.start();
    }

    /** Which records, and how many a second. */
    public record Load(long seed, int perSecond) {}

    public TrialTopic topic() {
        return topic;
    }

    public Uuid topicId() {
        return id;
    }

    public Ledger ledger() {
        return ledger;
    }

    public Records records() {
        return records;
    }

    /** Each record that was sent is acknowledged, and stands once at its offset, and nothing else is there. */
    public void check(String policy) throws Exception {
        Verification verification = new Verification(ledger, sequence -> "record " + sequence);
        verification.allAcknowledged();
        verification.readBack(readBack(), partitions);
        if (!verification.faults().isEmpty()) {
            throw new Fault(policy + ": " + String.join("; ", verification.faults()));
        }
    }

    private ReadLog readBack() throws Exception {
        return read(topic.highWatermarks());
    }

    /** What a stock consumer finds below these offsets; nothing in it is wrong, and nothing is missing. */
    public ReadLog readAll(long[] ends) throws Exception {
        ReadLog read = read(ends);
        if (read.oddity() != null) {
            throw new Fault("read: " + read.oddity());
        }
        if (read.records() < sum(ends)) {
            throw new Fault("read: " + read.records() + " of " + sum(ends) + " records after " + WAIT_MS + " ms");
        }
        return read;
    }

    private ReadLog read(long[] ends) throws Exception {
        ReadLog read = new ReadLog(ledger, partitions);
        Reader reader = new Reader(bootstrap, "trial-reader", topic.name(), partitions, read);
        reader.start();
        reader.await(Math.toIntExact(sum(ends)), WAIT_MS);
        return read;
    }

    private static long sum(long[] ends) {
        long sum = 0;
        for (long end : ends) {
            sum += end;
        }
        return sum;
    }

    /** The first difference between the replicas below the high watermarks; null when all of them are there and the same, byte for byte. */
    public String difference(Path cluster, long[] marks) {
        Replicas replicas = new Replicas(cluster);
        try {
            for (int p = 0; p < partitions; p++) {
                String found = replicas.difference(id, p, marks[p], TrialTopic.REPLICAS);
                if (found != null) {
                    return found;
                }
            }
            return null;
        } catch (IOException e) {
            // Files may come and go while replicas are repaired: that is a difference too.
            return e.toString();
        }
    }

    /** What is lost under {@code flush.policy=replicated}: anything from nothing to all of it; only the shape of it is promised. */
    public Loss loss() throws Exception {
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
    public record Loss(boolean any, String words) {}

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
