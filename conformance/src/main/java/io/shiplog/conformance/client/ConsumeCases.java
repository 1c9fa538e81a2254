// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What consumers do, with and without a group, as long as they are alone. */
final class ConsumeCases {
    private static final String AREA = "consume";

    private ConsumeCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "assign", ConsumeCases::assign),
                Case.quick(AREA, "subscribe", ConsumeCases::subscribe),
                Case.of(AREA, "subscribe by pattern, a topic that comes later", ConsumeCases::pattern),
                Case.quick(AREA, "seek, to the beginning, to the end", ConsumeCases::seek),
                Case.quick(AREA, "by time", ConsumeCases::byTime),
                Case.of(AREA, "first and last offsets", ConsumeCases::ends),
                Case.quick(AREA, "pause and resume", ConsumeCases::pause),
                Case.of(AREA, "max.poll.records", ConsumeCases::maxPollRecords),
                Case.of(AREA, "a record beyond max.partition.fetch.bytes", ConsumeCases::beyondFetchBytes),
                Case.of(AREA, "read_committed", ConsumeCases::readCommitted),
                Case.quick(AREA, "a record that comes while it is waited for", ConsumeCases::longPoll),
                Case.of(AREA, "no offset and auto.offset.reset=none", ConsumeCases::noReset),
                Case.of(AREA, "out of range and auto.offset.reset=none", ConsumeCases::outOfRange),
                Case.of(AREA, "out of range and auto.offset.reset=earliest", ConsumeCases::outOfRangeIsReset),
                Case.of(AREA, "partitions that are added later", ConsumeCases::addedPartitions),
                Case.of(AREA, "topics and partitions", ConsumeCases::topics),
                Case.of(AREA, "from the follower in the consumer's rack", ConsumeCases::followerRack),
                Case.of(AREA, "60 partitions in one session", ConsumeCases::manyPartitions));
    }

    private static void assign(Session session) throws Exception {
        String topic = session.topic(2);
        session.write(topic, 0, 20);
        session.write(topic, 1, 30);
        KafkaConsumer<String, String> consumer = session.consumer();
        consumer.assign(List.of(new TopicPartition(topic, 1)));
        List<ConsumerRecord<String, String>> records = session.read(consumer, 30);
        for (int i = 0; i < 30; i++) {
            Expect.equal(records.get(i).offset(), (long) i, "the offset");
            Expect.equal(records.get(i).value(), "value-" + i, "the value");
        }
    }

    private static void subscribe(Session session) throws Exception {
        String first = session.topic(2);
        String second = session.topic(1);
        session.write(first, 1, 10);
        session.write(second, 0, 10);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        consumer.subscribe(List.of(first, second));
        session.read(consumer, 20);
        Expect.equal(consumer.assignment().size(), 3, "the number of partitions assigned");
    }

    private static void pattern(Session session) throws Exception {
        String prefix = session.fresh("pattern");
        session.topic(new NewTopic(prefix + "-a", 1, (short) 3));
        session.write(prefix + "-a", 0, 5);
        KafkaConsumer<String, String> consumer =
                session.consumer(Map.of("group.id", session.fresh("group"), "metadata.max.age.ms", 500));
        consumer.subscribe(Pattern.compile(prefix + "-.*"));
        session.read(consumer, 5);
        consumer.commitSync();
        session.topic(new NewTopic(prefix + "-b", 1, (short) 3));
        session.write(prefix + "-b", 0, 5);
        session.read(consumer, 5);
        Expect.equal(consumer.assignment().size(), 2, "the number of partitions assigned");
    }

    private static void seek(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 50);
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer();
        consumer.assign(List.of(partition));
        consumer.seek(partition, 40);
        Expect.equal(session.read(consumer, 10).get(0).offset(), 40L, "the offset after seek");
        consumer.seekToBeginning(List.of(partition));
        Expect.equal(session.read(consumer, 50).get(0).offset(), 0L, "the offset at the beginning");
        consumer.seekToEnd(List.of(partition));
        Expect.equal(consumer.position(partition), 50L, "the position at the end");
        session.write(topic, 0, 1);
        Expect.equal(session.read(consumer, 1).get(0).offset(), 50L, "the offset of what came then");
    }

    private static void byTime(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer();
        long begin = System.currentTimeMillis() - 100_000;
        for (int i = 0; i < 100; i++) {
            session.get(producer.send(new ProducerRecord<>(topic, 0, begin + i * 1000L, "key", "value-" + i)));
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer();
        OffsetAndTimestamp found =
                consumer.offsetsForTimes(Map.of(partition, begin + 41_500)).get(partition);
        Expect.equal(found.offset(), 42L, "the offset by time");
        Expect.equal(found.timestamp(), begin + 42_000, "its time");
        Expect.equal(
                consumer.offsetsForTimes(Map.of(partition, 0L)).get(partition).offset(), 0L, "the offset of time 0");
        Expect.equal(
                consumer.offsetsForTimes(Map.of(partition, begin + 1_000_000)).get(partition),
                null,
                "the offset in future");
    }

    private static void ends(Session session) throws Exception {
        String topic = session.topic(2);
        session.write(topic, 0, 7);
        TopicPartition first = new TopicPartition(topic, 0);
        TopicPartition second = new TopicPartition(topic, 1);
        KafkaConsumer<String, String> consumer = session.consumer();
        Expect.equal(
                consumer.beginningOffsets(List.of(first, second)), Map.of(first, 0L, second, 0L), "the first offsets");
        Expect.equal(consumer.endOffsets(List.of(first, second)), Map.of(first, 7L, second, 0L), "the last offsets");
    }

    private static void pause(Session session) throws Exception {
        String topic = session.topic(2);
        TopicPartition first = new TopicPartition(topic, 0);
        TopicPartition second = new TopicPartition(topic, 1);
        session.write(topic, 0, 10);
        session.write(topic, 1, 10);
        KafkaConsumer<String, String> consumer = session.consumer();
        consumer.assign(List.of(first, second));
        consumer.pause(List.of(first));
        session.read(consumer, 10).forEach(each -> Expect.equal(each.partition(), 1, "the partition"));
        Expect.that(consumer.poll(Duration.ofMillis(300)).isEmpty(), "records of a partition that is paused");
        consumer.resume(List.of(first));
        session.read(consumer, 10).forEach(each -> Expect.equal(each.partition(), 0, "the partition"));
    }

    private static void maxPollRecords(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 40);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("max.poll.records", 7));
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        int read = 0;
        while (read < 40) {
            int count = consumer.poll(Duration.ofSeconds(20)).count();
            Expect.that(count > 0 && count <= 7, count + " records by one poll");
            read += count;
        }
    }

    private static void beyondFetchBytes(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer();
        for (int i = 0; i < 3; i++) {
            session.get(producer.send(new ProducerRecord<>(topic, "key", "x".repeat(100_000))));
        }
        KafkaConsumer<String, String> consumer =
                session.consumer(Map.of("max.partition.fetch.bytes", 1000, "fetch.max.bytes", 1000));
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        session.read(consumer, 3);
    }

    private static void readCommitted(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 10);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("isolation.level", "read_committed"));
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        session.read(consumer, 10);
        Expect.equal(consumer.endOffsets(List.of(partition)), Map.of(partition, 10L), "the last stable offset");
    }

    private static void longPoll(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaConsumer<String, String> consumer =
                session.consumer(Map.of("fetch.max.wait.ms", 20_000, "request.timeout.ms", 30_000));
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.poll(Duration.ofMillis(500));
        session.write(topic, 0, 1);
        long begin = System.nanoTime();
        session.read(consumer, 1);
        Expect.that(
                System.nanoTime() - begin < 15_000_000_000L, "the fetch that waited was not released by the record");
    }

    private static void noReset(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaConsumer<String, String> consumer =
                session.consumer(Map.of("auto.offset.reset", "none", "group.id", session.fresh("group")));
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        Expect.refused(
                NoOffsetForPartitionException.class.getSimpleName(), () -> consumer.poll(Duration.ofSeconds(20)));
    }

    private static void outOfRange(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 5);
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("auto.offset.reset", "none"));
        consumer.assign(List.of(partition));
        consumer.seek(partition, 500);
        Expect.refused(OffsetOutOfRangeException.class.getSimpleName(), () -> {
            for (int i = 0; i < 40; i++) {
                consumer.poll(Duration.ofMillis(500));
            }
        });
    }

    private static void outOfRangeIsReset(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 5);
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer();
        consumer.assign(List.of(partition));
        consumer.seek(partition, 500);
        Expect.equal(session.read(consumer, 5).get(0).offset(), 0L, "the first offset");
    }

    private static void addedPartitions(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaConsumer<String, String> consumer =
                session.consumer(Map.of("group.id", session.fresh("group"), "metadata.max.age.ms", 500));
        consumer.subscribe(List.of(topic));
        session.write(topic, 0, 1);
        session.read(consumer, 1);
        consumer.commitSync();
        session.get(session.admin()
                .createPartitions(Map.of(topic, org.apache.kafka.clients.admin.NewPartitions.increaseTo(3)))
                .all());
        session.awaitLeaders(topic);
        Expect.eventually(
                "three partitions are known",
                () -> session.describe(topic).partitions().size() == 3);
        session.write(topic, 2, 4);
        session.read(consumer, 4);
    }

    private static void topics(Session session) throws Exception {
        String topic = session.topic(4);
        KafkaConsumer<String, String> consumer = session.consumer();
        Expect.equal(consumer.partitionsFor(topic).size(), 4, "the number of partitions");
        Expect.equal(consumer.partitionsFor(topic).get(0).replicas().length, 3, "the number of replicas");
        Expect.that(consumer.listTopics().containsKey(topic), "the topic is not listed");
    }

    /** The leader is node 1 in rack-1; whoever is in rack-2 is told to read from node 2. */
    private static void followerRack(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Map.of(0, List.of(1, 2, 3))));
        session.write(topic, 0, 20);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("client.rack", "rack-2"));
        consumer.assign(List.of(new TopicPartition(topic, 0)));
        session.read(consumer, 20);
        Expect.eventually("the consumer reads from node 2", () -> {
            session.write(topic, 0, 1);
            consumer.poll(Duration.ofMillis(300));
            return preferredReplica(consumer) == 2;
        });
        session.write(topic, 0, 10);
        Set<Long> offsets = new HashSet<>();
        Expect.eventually("all records come", () -> {
            consumer.poll(Duration.ofMillis(200)).forEach(each -> offsets.add(each.offset()));
            return consumer.position(new TopicPartition(topic, 0))
                    == consumer.endOffsets(List.of(new TopicPartition(topic, 0)))
                            .get(new TopicPartition(topic, 0));
        });
    }

    private static int preferredReplica(KafkaConsumer<?, ?> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("preferred-read-replica"))
                .map(each -> ((Number) each.getValue().metricValue()).intValue())
                .findFirst()
                .orElse(-1);
    }

    private static void manyPartitions(Session session) throws Exception {
        String topic = session.topic(60);
        KafkaProducer<String, String> producer = session.producer();
        List<TopicPartition> partitions = new ArrayList<>();
        List<java.util.concurrent.Future<?>> sent = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, i, "key", "value")));
            partitions.add(new TopicPartition(topic, i));
        }
        for (java.util.concurrent.Future<?> each : sent) {
            session.get(each);
        }
        KafkaConsumer<String, String> consumer = session.consumer();
        consumer.assign(partitions);
        Set<Integer> seen = new HashSet<>();
        session.read(consumer, 60).forEach(each -> seen.add(each.partition()));
        Expect.equal(seen.size(), 60, "the number of partitions read");
        session.write(topic, 33, 5);
        session.read(consumer, 5).forEach(each -> Expect.equal(each.partition(), 33, "the partition"));
    }
}
