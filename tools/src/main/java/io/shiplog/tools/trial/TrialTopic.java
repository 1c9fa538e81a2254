// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The demo's topic, through the stock admin client. */
public final class TrialTopic {
    public static final short REPLICAS = 3;
    private static final int MIN_ISR = 2;
    private static final long POLL_MS = 50;
    private static final long HEARD_OF_MS = 10_000;

    private final Admin admin;
    private final String name;
    private final int partitions;

    public TrialTopic(Admin admin, String name, int partitions) {
        this.admin = admin;
        this.name = name;
        this.partitions = partitions;
    }

    public String name() {
        return name;
    }

    public int partitions() {
        return partitions;
    }

    /** Creates the topic and waits until every partition has a leader and all its replicas in sync. */
    public void create(long timeoutMs) throws ExecutionException, InterruptedException {
        create(Map.of(), timeoutMs);
    }

    /** As {@link #create(long)}, with settings beside {@code min.insync.replicas}. */
    public void create(Map<String, String> configs, long timeoutMs) throws ExecutionException, InterruptedException {
        Map<String, String> all = new HashMap<>(configs);
        all.put("min.insync.replicas", Integer.toString(MIN_ISR));
        NewTopic topic = new NewTopic(name, partitions, REPLICAS).configs(all);
        admin.createTopics(List.of(topic)).all().get();
        if (!awaitFullIsr(timeoutMs)) {
            throw new IllegalStateException("topic " + name + " has no full ISR after " + timeoutMs + " ms");
        }
    }

    /** Asks some node, and others for a while when it has not heard of the topic: each has metadata of its own. */
    public TopicDescription describe() throws ExecutionException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HEARD_OF_MS);
        while (true) {
            try {
                return describeNow();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() >= deadlineNs) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
    }

    private TopicDescription describeNow() throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
    }

    /** How many partitions each node leads. */
    public Map<Integer, Integer> leaderships() throws ExecutionException, InterruptedException {
        Map<Integer, Integer> led = new HashMap<>();
        for (TopicPartitionInfo partition : describe().partitions()) {
            Node leader = partition.leader();
            if (leader != null && !leader.isEmpty()) {
                led.merge(leader.id(), 1, Integer::sum);
            }
        }
        return led;
    }

    /** Polls until every partition has a leader and as many in-sync replicas as replicas; false when the time is over. */
    public boolean awaitFullIsr(long timeoutMs) throws ExecutionException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!hasFullIsr()) {
            if (System.nanoTime() >= deadlineNs) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return true;
    }

    private boolean hasFullIsr() throws ExecutionException, InterruptedException {
        TopicDescription topic;
        try {
            topic = describeNow();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return false;
            }
            throw e;
        }
        boolean full = topic.partitions().size() == partitions;
        for (TopicPartitionInfo partition : topic.partitions()) {
            boolean led = partition.leader() != null && !partition.leader().isEmpty();
            full &= led && partition.isr().size() == REPLICAS;
        }
        return full;
    }

    /** The high watermark of each partition. */
    public long[] highWatermarks() throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int p = 0; p < partitions; p++) {
            latest.put(new TopicPartition(name, p), OffsetSpec.latest());
        }
        var offsets = admin.listOffsets(latest);
        long[] marks = new long[partitions];
        for (int p = 0; p < partitions; p++) {
            marks[p] =
                    offsets.partitionResult(new TopicPartition(name, p)).get().offset();
        }
        return marks;
    }
}
