// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.group;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One consumer as applications have it: reads, and commits what it has read several times a second, on a thread of its own. */
final class GroupMember implements AutoCloseable {
    private static final long COMMIT_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String topic;
    private final Reading reading;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;

    private volatile Set<TopicPartition> owned = Set.of();
    private volatile long committedNs = Long.MIN_VALUE;
    private volatile boolean stopped;
    private volatile RuntimeException failure;

    GroupMember(GroupFailoverOptions options, String group, String topic, Reading reading, String name) {
        this.topic = topic;
        this.reading = reading;
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrap());
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, options.protocol());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        if (options.protocol().equals("classic")) {
            settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, options.heartbeatMs());
        }
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        thread = new Thread(this::run, name);
    }

    void start() {
        thread.start();
    }

    /** What it owned when it polled last. */
    Set<TopicPartition> owned() {
        return owned;
    }

    /** When the last commit was begun that was answered without an error. */
    long committedNs() {
        return committedNs;
    }

    /** @throws IllegalStateException when the consumer has ended with an error */
    void check() {
        if (failure != null) {
            throw new IllegalStateException(thread.getName() + " has failed", failure);
        }
    }

    private void run() {
        try {
            consumer.subscribe(List.of(topic));
            long nextCommitNs = System.nanoTime();
            Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
            while (!stopped) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    reading.read(
                            record.partition(),
                            this,
                            ByteBuffer.wrap(record.value()).getLong());
                    read.put(new TopicPartition(topic, record.partition()), new OffsetAndMetadata(record.offset() + 1));
                }
                owned = Set.copyOf(consumer.assignment());
                read.keySet().retainAll(owned);
                if (System.nanoTime() >= nextCommitNs && !read.isEmpty()) {
                    commit(read);
                    nextCommitNs = System.nanoTime() + COMMIT_EVERY_NS;
                }
            }
        } catch (WakeupException e) {
            owned = Set.of();
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            owned = Set.of();
            consumer.close();
        }
    }

    /** What a rebalance or a failover has in the way is committed again with what is read next. */
    private void commit(Map<TopicPartition, OffsetAndMetadata> read) {
        long beganNs = System.nanoTime();
        try {
            consumer.commitSync(read, PATIENCE);
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException notNow) {
            return;
        }
        committedNs = beganNs;
        read.forEach((partition, offset) -> reading.acknowledged(partition.partition(), offset.offset()));
        read.clear();
    }

    /** Leaves the group. */
    @Override
    public void close() {
        stopped = true;
        consumer.wakeup();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
