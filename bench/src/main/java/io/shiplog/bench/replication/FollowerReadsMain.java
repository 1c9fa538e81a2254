// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.replication;

import io.shiplog.bench.harness.Machine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * {@code follower-reads}: how much later a consumer that reads from an in-sync follower in its own rack sees a record than one that reads from
 * the leader (KIP-392). The cluster runs already, idle but for this: one producer, a record at a time; two stock consumers, one without a rack, one
 * with the rack of a follower, each with a thread of its own.
 */
public final class FollowerReadsMain {
    private static final String USAGE =
            "usage: FollowerReadsMain --bootstrap ADDRESSES [--records N] [--interval-ms MS] [--warmup N]\n";
    private static final String TOPIC = "follower-reads";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int REPLICAS = 3;
    private static final long TIMEOUT_S = 60;

    private final String bootstrap;
    private final int records;
    private final int warmup;
    private final long intervalNs;
    /** When the producer sent each record, and when it heard that it is committed. */
    private final long[] sentNs;

    private final long[] ackedNs;

    private FollowerReadsMain(Map<String, String> options) {
        bootstrap = options.get("--bootstrap");
        warmup = Integer.parseInt(options.get("--warmup"));
        records = warmup + Integer.parseInt(options.get("--records"));
        intervalNs = TimeUnit.MILLISECONDS.toNanos(Integer.parseInt(options.get("--interval-ms")));
        sentNs = new long[records];
        ackedNs = new long[records];
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options =
                new HashMap<>(Map.of("--records", "3000", "--interval-ms", "10", "--warmup", "1000"));
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        if (!options.containsKey("--bootstrap") || options.size() != 4 || arguments.length % 2 != 0) {
            System.err.print(USAGE);
            System.exit(2);
        }
        System.exit(new FollowerReadsMain(options).run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        System.out.println(Machine.describe() + ", load average " + Machine.loadAverage());
        TopicPartitionInfo partition = createTopic();
        Node follower = followerWithRack(partition);
        System.out.printf(
                "leader %d in %s, follower %d in %s; %d records, one each %d ms, after %d to warm up%n",
                partition.leader().id(),
                partition.leader().rack(),
                follower.id(),
                follower.rack(),
                records - warmup,
                TimeUnit.NANOSECONDS.toMillis(intervalNs),
                warmup);
        try (TimedReader ofLeader = new TimedReader(bootstrap, PARTITION, "", records);
                TimedReader ofFollower = new TimedReader(bootstrap, PARTITION, follower.rack(), records)) {
            ofLeader.awaitAssigned();
            ofFollower.awaitAssigned();
            produce();
            ofLeader.awaitAll(TIMEOUT_S);
            ofFollower.awaitAll(TIMEOUT_S);
            report(ofLeader, ofFollower, follower);
            return ofFollower.bytesFrom(follower.id())
                            > ofFollower.bytesFrom(partition.leader().id())
                    && ofLeader.bytesFrom(follower.id())
                            < ofLeader.bytesFrom(partition.leader().id());
        }
    }

    private void produce() throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", 0);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            long nextNs = System.nanoTime();
            for (int i = 0; i < records; i++) {
                sentNs[i] = System.nanoTime();
                producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[100]))
                        .get(TIMEOUT_S, TimeUnit.SECONDS);
                ackedNs[i] = System.nanoTime();
                nextNs = Math.max(nextNs + intervalNs, ackedNs[i]);
                while (System.nanoTime() < nextNs) {
                    LockSupport.parkNanos(nextNs - System.nanoTime());
                }
            }
        }
    }

    private void report(TimedReader ofLeader, TimedReader ofFollower, Node follower) {
        print("sent until acknowledged", sentNs, ackedNs);
        print("sent until read at the leader", sentNs, ofLeader.seenNs());
        print("sent until read at the follower", sentNs, ofFollower.seenNs());
        print("read at the follower after the leader (target: p99 <= 10 ms)", ofLeader.seenNs(), ofFollower.seenNs());
        long[] first = new long[records];
        Arrays.setAll(first, i -> Math.max(0, ofFollower.seenNs()[i] - ackedNs[i]));
        print("read at the follower after the acknowledgement", new long[records], first);
        System.out.printf(
                "the second consumer had %d KiB from node %d%n",
                ofFollower.bytesFrom(follower.id()) / 1024, follower.id());
    }

    private void print(String what, long[] from, long[] to) {
        Histogram us = new Histogram(3);
        for (int i = warmup; i < records; i++) {
            us.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(to[i] - from[i])));
        }
        System.out.printf(
                Locale.ROOT,
                "%-64s p50 %6.2f  p90 %6.2f  p99 %6.2f  max %7.2f ms%n",
                what,
                us.getValueAtPercentile(50) / 1e3,
                us.getValueAtPercentile(90) / 1e3,
                us.getValueAtPercentile(99) / 1e3,
                us.getMaxValue() / 1e3);
    }

    private TopicPartitionInfo createTopic() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) REPLICAS)))
                    .all()
                    .get(TIMEOUT_S, TimeUnit.SECONDS);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
            while (System.nanoTime() < deadlineNs) {
                TopicPartitionInfo partition = describe(admin);
                if (partition != null && partition.isr().size() == REPLICAS) {
                    return partition;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        throw new IllegalStateException("the replicas of " + TOPIC + " are not in sync after " + TIMEOUT_S + " s");
    }

    /** Null while the node that is asked has not heard of the topic. */
    private static TopicPartitionInfo describe(Admin admin) throws Exception {
        try {
            return admin.describeTopics(List.of(TOPIC))
                    .allTopicNames()
                    .get(TIMEOUT_S, TimeUnit.SECONDS)
                    .get(TOPIC)
                    .partitions()
                    .get(0);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw e;
        }
    }

    private static Node followerWithRack(TopicPartitionInfo partition) {
        for (Node node : partition.isr()) {
            if (node.id() != partition.leader().id() && node.hasRack()) {
                return node;
            }
        }
        throw new IllegalStateException("no follower names its rack (broker.rack): " + partition);
    }
}
