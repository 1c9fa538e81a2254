// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/** What one case has of one cluster: names that nobody else uses, and clients that are closed when it is over. Belongs to one thread. */
final class Session implements AutoCloseable {
    private static final int TIMEOUT_S = 40;

    private final String bootstrap;
    private final String name;
    private final Admin admin;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final List<String> topics = new ArrayList<>();
    private int names;

    Session(String bootstrap, String name, Admin admin) {
        this.bootstrap = bootstrap;
        this.name = name;
        this.admin = admin;
    }

    /** The version of the client on the class path: 4003 for 4.3.1. */
    static int clientVersion() {
        String[] parts = AppInfoParser.getVersion().split("\\.", -1);
        return Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
    }

    String bootstrap() {
        return bootstrap;
    }

    Admin admin() {
        return admin;
    }

    /** A name for a topic, group or user that nobody else has. */
    String fresh(String kind) {
        return name + "-" + kind + "-" + ++names;
    }

    /** A new topic with three replicas. */
    String topic(int partitions) throws Exception {
        return topic(partitions, Map.of());
    }

    String topic(int partitions, Map<String, String> configs) throws Exception {
        return topic(new NewTopic(fresh("topic"), partitions, (short) 3).configs(configs));
    }

    /** Creates it and waits until everybody who may be asked knows all of its leaders. */
    String topic(NewTopic topic) throws Exception {
        get(admin.createTopics(List.of(topic)).all());
        forget(topic.name());
        awaitLeaders(topic.name());
        return topic.name();
    }

    /** Deletes a topic of the case when it is over. */
    void forget(String topic) {
        topics.add(topic);
    }

    void awaitLeaders(String topic) throws Exception {
        for (int round = 0; round < 3; round++) {
            Expect.eventually("all partitions of " + topic + " have leaders", () -> {
                try {
                    return describe(topic).partitions().stream()
                            .allMatch(each ->
                                    each.leader() != null && !each.leader().isEmpty());
                } catch (org.apache.kafka.common.errors.UnknownTopicOrPartitionException e) {
                    return false;
                }
            });
        }
    }

    /** What the cluster says of a topic. */
    TopicDescription describe(String topic) throws Exception {
        Object result = admin.describeTopics(List.of(topic));
        Map<?, ?> futures = (Map<?, ?>) Newer.call(result, clientVersion() >= 3001 ? "topicNameValues" : "values");
        try {
            return (TopicDescription) ((Future<?>) futures.get(topic)).get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw (Exception) Expect.cause(e);
        }
    }

    KafkaProducer<String, String> producer() {
        return producer(Map.of());
    }

    KafkaProducer<String, String> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "max.block.ms", 20_000,
                "delivery.timeout.ms", 30_000,
                "request.timeout.ms", 20_000));
        all.putAll(settings);
        KafkaProducer<String, String> producer =
                new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
        atEnd(() -> producer.close(Duration.ofSeconds(1)));
        return producer;
    }

    /** Reads from the beginning where nothing is committed, and commits nothing by itself. */
    KafkaConsumer<String, String> consumer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "bootstrap.servers",
                bootstrap,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "default.api.timeout.ms",
                30_000));
        all.putAll(settings);
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
        atEnd(() -> close(consumer));
        return consumer;
    }

    KafkaConsumer<String, String> consumer() {
        return consumer(Map.of());
    }

    /** Done when the case is over, the latest first. */
    void atEnd(Runnable end) {
        closing.push(end);
    }

    /** Writes values to a partition, one after the other, and waits for all. */
    void write(String topic, int partition, int count) throws Exception {
        KafkaProducer<String, String> producer = producer();
        List<Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, partition, "key-" + i, "value-" + i)));
        }
        for (Future<?> each : sent) {
            get(each);
        }
    }

    /** Polls until so many records are there, and fails when there are not after some time. */
    List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + TIMEOUT_S * 1_000_000_000L;
        while (records.size() < count) {
            Expect.that(
                    System.nanoTime() < deadline,
                    records.size() + " of " + count + " records after " + TIMEOUT_S + " s");
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        Expect.equal(records.size(), count, "the number of records");
        return records;
    }

    /** All records of a topic with one partition, by a consumer without a group. */
    List<ConsumerRecord<String, String>> readAll(String topic, int count) {
        KafkaConsumer<String, String> consumer = consumer();
        Collection<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(topic).forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return read(consumer, count);
    }

    <T> T get(Future<T> future) throws Exception {
        try {
            return future.get(TIMEOUT_S, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** The value of a future that is known by name only. */
    Object outcome(Object future) throws Exception {
        return get((Future<?>) future);
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
        if (!topics.isEmpty()) {
            admin.deleteTopics(topics);
        }
    }

    private static void close(KafkaConsumer<?, ?> consumer) {
        try {
            consumer.close(Duration.ofSeconds(2));
        } catch (org.apache.kafka.common.KafkaException | IllegalStateException e) {
            System.err.println("a consumer did not close well: " + e);
        }
    }
}
