// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A member of a group that polls on a thread of its own, commits what it has read, and leaves when it is closed (a static one just goes). */
final class Member {
    private final KafkaConsumer<String, String> consumer;
    private final Thread thread = new Thread(this::poll, "member");
    private final ConcurrentLinkedQueue<ConsumerRecord<String, String>> records = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lost = new AtomicInteger();
    private volatile Set<TopicPartition> assigned = Set.of();
    private volatile boolean over;
    private volatile Exception failure;

    private Member(KafkaConsumer<String, String> consumer) {
        this.consumer = consumer;
        thread.setDaemon(true);
    }

    /** Joins by the given way to subscribe. */
    static Member join(Session session, Map<String, Object> settings, Subscription subscription) throws Exception {
        Map<String, Object> all = new HashMap<>(Map.of("metadata.max.age.ms", 1000));
        all.putAll(settings);
        Member member = new Member(session.consumer(all));
        subscription.of(member.consumer, member.new Listener());
        session.atEnd(member::close);
        member.thread.start();
        return member;
    }

    static Member join(Session session, Map<String, Object> settings, String topic) throws Exception {
        return join(session, settings, (consumer, listener) -> consumer.subscribe(List.of(topic), listener));
    }

    /** How a member subscribes. */
    @FunctionalInterface
    interface Subscription {
        void of(Consumer<String, String> consumer, ConsumerRebalanceListener listener) throws Exception;
    }

    private final class Listener implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(java.util.Collection<TopicPartition> partitions) {
            lost.addAndGet(partitions.size());
        }

        @Override
        public void onPartitionsAssigned(java.util.Collection<TopicPartition> partitions) {}
    }

    private void poll() {
        try {
            while (!over) {
                int read = 0;
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(100))) {
                    records.add(each);
                    read++;
                }
                assigned = Set.copyOf(consumer.assignment());
                if (read > 0) {
                    commit();
                }
            }
        } catch (Exception e) {
            failure = e;
        } finally {
            assigned = Set.of();
            consumer.close(Duration.ofSeconds(5));
        }
    }

    /** A commit that a rebalance refuses is made up by the next one, or by whoever has the partition then. */
    private void commit() {
        try {
            consumer.commitSync();
        } catch (org.apache.kafka.clients.consumer.CommitFailedException
                | org.apache.kafka.common.errors.RebalanceInProgressException e) {
            assigned = Set.of();
        }
    }

    /** Partition numbers that it has now. */
    Set<Integer> partitions() {
        Set<Integer> numbers = new TreeSet<>();
        assigned.forEach(each -> numbers.add(each.partition()));
        return numbers;
    }

    Set<TopicPartition> assigned() {
        return assigned;
    }

    /** Partitions that were taken away from it so far. */
    int revoked() {
        return lost.get();
    }

    List<ConsumerRecord<String, String>> records() {
        return new ArrayList<>(records);
    }

    /** What ended it, or null. */
    Exception failure() {
        return failure;
    }

    void close() {
        over = true;
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
