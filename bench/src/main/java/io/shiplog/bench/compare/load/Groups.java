// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Consumer groups of one member each, with the settings of the stock consumer. They join first and read when they are told: how long a coordinator waits for
 * more members says nothing about reading.
 */
public final class Groups implements AutoCloseable {
    private static final long PATIENCE_S = 600;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final double MIB = 1 << 20;

    private final Topic topic;
    private final long records;
    private final CountDownLatch joined;
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<FutureTask<Long>> members = new ArrayList<>();
    private final List<Thread> leaving = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    /**
     * What they read together.
     *
     * @param seconds until the last one had all
     * @param mib     of values
     */
    public record Outcome(double seconds, double mib) {
        /** Of all groups together. */
        public double mibPerSecond() {
            return mib / seconds;
        }
    }

    /**
     * Returns when each of them has all partitions.
     *
     * @param name    what the names of the groups begin with; never used before
     * @param records that are there for each
     */
    public Groups(Topic topic, String name, int groups, long records) throws Exception {
        this.topic = topic;
        this.records = records;
        joined = new CountDownLatch(groups);
        for (int i = 0; i < groups; i++) {
            String group = name + "-" + i;
            FutureTask<Long> member = new FutureTask<>(() -> read(group));
            new Thread(member, group).start();
            members.add(member);
        }
        if (!joined.await(PATIENCE_S, TimeUnit.SECONDS)) {
            close();
            throw new IllegalStateException("not all of " + groups + " groups have joined in " + PATIENCE_S + " s");
        }
    }

    /** Each of them reads all records once. */
    public Outcome catchUp() throws Exception {
        long startNs = System.nanoTime();
        go.countDown();
        long bytes = 0;
        try {
            for (FutureTask<Long> member : members) {
                bytes += member.get(PATIENCE_S, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a group failed", e.getCause());
        }
        return new Outcome((System.nanoTime() - startNs) / 1e9, bytes / MIB);
    }

    private long read(String group) throws InterruptedException {
        KafkaConsumer<byte[], byte[]> consumer = consumer(group);
        try {
            join(consumer);
            consumer.resume(consumer.assignment());
            long bytes = 0;
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            for (long read = 0; read < records && !stopped; ) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    bytes += record.serializedValueSize();
                    read++;
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new IllegalStateException(
                            group + " has read " + read + " of " + records + " records in " + PATIENCE_S + " s");
                }
            }
            return bytes;
        } finally {
            // leaving takes time, and is none of reading
            leave(consumer, group);
        }
    }

    private void leave(KafkaConsumer<byte[], byte[]> consumer, String group) {
        Thread thread = new Thread(consumer::close, "leave-" + group);
        leaving.add(thread);
        thread.start();
    }

    /** Polls, and gets no records, until it is told to go. */
    private void join(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
        consumer.subscribe(List.of(topic.name()), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                // nobody else is in the group
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                consumer.pause(partitions);
            }
        });
        while (consumer.assignment().size() < topic.partitions() && !stopped) {
            consumer.poll(POLL);
        }
        joined.countDown();
        while (!go.await(0, TimeUnit.MILLISECONDS) && !stopped) {
            consumer.poll(Duration.ofMillis(1));
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        topic.bootstrap(),
                        "group.id",
                        group,
                        "auto.offset.reset",
                        "earliest",
                        "client.id",
                        group),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Returns when all of them have left. */
    @Override
    public void close() {
        stopped = true;
        go.countDown();
        try {
            for (FutureTask<Long> member : members) {
                awaitEnd(member);
            }
            for (Thread thread : leaving) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitEnd(FutureTask<Long> member) throws InterruptedException {
        try {
            member.get();
        } catch (ExecutionException e) {
            // whoever wanted its result has heard of it
        }
    }
}
