// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/** What producers do, and that consumers get it as it was sent. */
final class ProduceCases {
    private static final String AREA = "produce";
    private static final int MIB = 1 << 20;

    private ProduceCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (String acks : List.of("0", "1", "all")) {
            cases.add(Case.quick(
                    AREA,
                    "acks=" + acks,
                    session -> roundTrip(session, 300, Map.of("acks", acks, "enable.idempotence", false))));
        }
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            Map<String, Object> settings = Map.of("compression.type", codec, "linger.ms", 20);
            cases.add(Case.quick(AREA, "compression " + codec, session -> roundTrip(session, 500, settings)));
        }
        for (String codec : List.of("uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            cases.add(Case.of(
                    AREA,
                    "compressed anew: topic has compression.type=" + codec,
                    session -> recompressed(session, codec)));
        }
        cases.add(Case.quick(AREA, "idempotent, five requests in flight", ProduceCases::idempotent));
        cases.add(Case.quick(AREA, "headers: order, doubles, null and empty values", ProduceCases::headers));
        cases.add(Case.quick(AREA, "timestamps of the producer", ProduceCases::createTime));
        cases.add(Case.of(AREA, "timestamps of the log (LogAppendTime)", ProduceCases::logAppendTime));
        cases.add(Case.of(
                AREA, "a timestamp beyond message.timestamp.after.max.ms is refused", ProduceCases::timestampTooLate));
        cases.add(Case.quick(AREA, "null keys, null values, empty ones", ProduceCases::nulls));
        cases.add(Case.quick(AREA, "a record of 1 MiB", ProduceCases::oneMebibyte));
        cases.add(Case.of(AREA, "records of 100 KiB in batches, compressed", ProduceCases::largeBatches));
        cases.add(Case.of(AREA, "a record over max.message.bytes is refused", ProduceCases::tooLarge));
        cases.add(Case.of(
                AREA, "a record without key on a compacted topic is refused", ProduceCases::compactedWithoutKey));
        cases.add(Case.of(AREA, "an unknown topic is refused", ProduceCases::unknownTopic));
        cases.add(Case.of(AREA, "keys choose partitions", ProduceCases::keysChoosePartitions));
        cases.add(Case.of(AREA, "offsets that are answered follow each other", ProduceCases::answeredOffsets));
        cases.add(Case.of(AREA, "a topic that is deleted and created again", ProduceCases::recreatedTopic));
        return cases;
    }

    /** Sends to three partitions, and reads the same. */
    private static void roundTrip(Session session, int count, Map<String, Object> settings) throws Exception {
        String topic = session.topic(3);
        int before = 0;
        if ("0".equals(settings.get("acks"))) {
            // Nobody hears that a leader which is just about to lead has lost a record that asked for no answer.
            for (int partition = 0; partition < 3; partition++) {
                session.write(topic, partition, 1);
                before++;
            }
        }
        Map<String, String> expected = new HashMap<>();
        try (KafkaProducer<String, String> producer = session.producer(settings)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                expected.put("key-" + i, "value-" + i + " of " + count);
                sent.add(producer.send(new ProducerRecord<>(topic, "key-" + i, "value-" + i + " of " + count)));
            }
            for (Future<RecordMetadata> each : sent) {
                session.get(each);
            }
            producer.flush();
        }
        Map<String, String> read = new HashMap<>();
        session.readAll(topic, before + count).stream()
                .filter(each -> each.value().endsWith(" of " + count))
                .forEach(each -> read.put(each.key(), each.value()));
        Expect.equal(read, expected, "what was read");
    }

    private static void recompressed(Session session, String codec) throws Exception {
        String topic = session.topic(1, Map.of("compression.type", codec));
        KafkaProducer<String, String> producer =
                session.producer(Map.of("linger.ms", 20, "compression.type", codec.equals("gzip") ? "lz4" : "gzip"));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, "key-" + i, "value-" + i)));
        }
        for (int i = 0; i < sent.size(); i++) {
            Expect.equal(session.get(sent.get(i)).offset(), (long) i, "the offset");
        }
        List<ConsumerRecord<String, String>> records = session.readAll(topic, 200);
        for (int i = 0; i < records.size(); i++) {
            Expect.equal(records.get(i).value(), "value-" + i, "record " + i);
        }
    }

    private static void idempotent(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer(Map.of(
                "enable.idempotence",
                true,
                "max.in.flight.requests.per.connection",
                5,
                "batch.size",
                500,
                "linger.ms",
                0));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, null, "value-" + i)));
        }
        for (int i = 0; i < sent.size(); i++) {
            Expect.equal(session.get(sent.get(i)).offset(), (long) i, "the offset of record " + i);
        }
        List<ConsumerRecord<String, String>> records = session.readAll(topic, 1000);
        for (int i = 0; i < records.size(); i++) {
            Expect.equal(records.get(i).value(), "value-" + i, "record " + i);
        }
    }

    private static void headers(Session session) throws Exception {
        String topic = session.topic(1);
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, "key", "value");
        record.headers()
                .add("a", "1".getBytes(StandardCharsets.UTF_8))
                .add("b", null)
                .add("a", "2".getBytes(StandardCharsets.UTF_8))
                .add("", new byte[0]);
        session.get(session.producer().send(record));
        List<String> seen = new ArrayList<>();
        for (Header each : session.readAll(topic, 1).get(0).headers()) {
            seen.add(each.key() + "="
                    + (each.value() == null ? "null" : new String(each.value(), StandardCharsets.UTF_8)));
        }
        Expect.equal(seen, List.of("a=1", "b=null", "a=2", "="), "the headers");
    }

    private static void createTime(Session session) throws Exception {
        String topic = session.topic(1);
        long now = System.currentTimeMillis();
        KafkaProducer<String, String> producer = session.producer();
        for (long time : new long[] {now, now - 3_600_000, 1}) {
            session.get(producer.send(new ProducerRecord<>(topic, 0, time, "key", "value")));
        }
        List<ConsumerRecord<String, String>> records = session.readAll(topic, 3);
        Expect.equal(records.get(0).timestamp(), now, "the first time");
        Expect.equal(records.get(1).timestamp(), now - 3_600_000, "the second time");
        Expect.equal(records.get(2).timestamp(), 1L, "the third time");
        Expect.equal(records.get(0).timestampType(), TimestampType.CREATE_TIME, "the type of time");
    }

    private static void logAppendTime(Session session) throws Exception {
        String topic = session.topic(1, Map.of("message.timestamp.type", "LogAppendTime"));
        RecordMetadata metadata =
                session.get(session.producer().send(new ProducerRecord<>(topic, 0, 1L, "key", "value")));
        ConsumerRecord<String, String> record = session.readAll(topic, 1).get(0);
        Expect.equal(record.timestampType(), TimestampType.LOG_APPEND_TIME, "the type of time");
        Expect.that(
                Math.abs(record.timestamp() - System.currentTimeMillis()) < 60_000,
                "the time is " + record.timestamp());
        Expect.equal(metadata.timestamp(), record.timestamp(), "the time that the producer heard");
    }

    private static void timestampTooLate(Session session) throws Exception {
        String topic = session.topic(1);
        long tomorrow = System.currentTimeMillis() + 86_400_000;
        Expect.refused(
                "InvalidTimestampException",
                () -> session.get(session.producer().send(new ProducerRecord<>(topic, 0, tomorrow, "key", "value"))));
    }

    private static void nulls(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer();
        session.get(producer.send(new ProducerRecord<>(topic, null, null)));
        session.get(producer.send(new ProducerRecord<>(topic, "", "")));
        session.get(producer.send(new ProducerRecord<>(topic, "key", null)));
        List<String> seen = new ArrayList<>();
        session.readAll(topic, 3).forEach(each -> seen.add(each.key() + "=" + each.value()));
        Expect.equal(seen, List.of("null=null", "=", "key=null"), "the records");
    }

    private static void oneMebibyte(Session session) throws Exception {
        String topic = session.topic(1, Map.of("max.message.bytes", Integer.toString(2 * MIB)));
        String value = "x".repeat(MIB);
        KafkaProducer<String, String> producer = session.producer(Map.of("max.request.size", 4 * MIB));
        session.get(producer.send(new ProducerRecord<>(topic, "key", value)));
        session.get(producer.send(new ProducerRecord<>(topic, "key", "small")));
        List<ConsumerRecord<String, String>> records = session.readAll(topic, 2);
        Expect.that(records.get(0).value().equals(value), "the large record is another one");
        Expect.equal(records.get(1).value(), "small", "the record behind it");
    }

    private static void largeBatches(Session session) throws Exception {
        String topic = session.topic(3);
        KafkaProducer<String, String> producer =
                session.producer(Map.of("batch.size", 500_000, "linger.ms", 50, "compression.type", "lz4"));
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, "key-" + i, ("value-" + i).repeat(10_000))));
        }
        for (Future<RecordMetadata> each : sent) {
            session.get(each);
        }
        for (ConsumerRecord<String, String> each : session.readAll(topic, 120)) {
            String expected = each.key().replace("key", "value").repeat(10_000);
            Expect.that(each.value().equals(expected), each.key() + " has another value");
        }
    }

    private static void tooLarge(Session session) throws Exception {
        String topic = session.topic(1, Map.of("max.message.bytes", "100000"));
        KafkaProducer<String, String> producer = session.producer(Map.of("max.request.size", 4 * MIB));
        Expect.refused(
                "RecordTooLargeException",
                () -> session.get(producer.send(new ProducerRecord<>(topic, "key", "x".repeat(200_000)))));
        session.get(producer.send(new ProducerRecord<>(topic, "key", "x".repeat(50_000))));
    }

    private static void compactedWithoutKey(Session session) throws Exception {
        String topic = session.topic(1, Map.of("cleanup.policy", "compact"));
        KafkaProducer<String, String> producer = session.producer();
        Expect.refused(
                "InvalidRecordException", () -> session.get(producer.send(new ProducerRecord<>(topic, null, "value"))));
        session.get(producer.send(new ProducerRecord<>(topic, "key", "value")));
    }

    private static void unknownTopic(Session session) throws Exception {
        KafkaProducer<String, String> producer = session.producer(Map.of("max.block.ms", 1500));
        Expect.refused(
                "TimeoutException",
                () -> session.get(producer.send(new ProducerRecord<>(session.fresh("nothing"), "key", "value"))));
    }

    private static void keysChoosePartitions(Session session) throws Exception {
        String topic = session.topic(5);
        KafkaProducer<String, String> producer = session.producer();
        for (int i = 0; i < 20; i++) {
            int first = session.get(producer.send(new ProducerRecord<>(topic, "key-" + i, "a")))
                    .partition();
            int second = session.get(producer.send(new ProducerRecord<>(topic, "key-" + i, "b")))
                    .partition();
            Expect.equal(second, first, "the partition of key-" + i);
        }
        Expect.equal(producer.partitionsFor(topic).size(), 5, "the number of partitions");
    }

    private static void answeredOffsets(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer();
        for (long i = 0; i < 20; i++) {
            RecordMetadata metadata = session.get(producer.send(new ProducerRecord<>(topic, "key", "value-" + i)));
            Expect.that(metadata.hasOffset(), "no offset");
            Expect.equal(metadata.offset(), i, "the offset");
        }
    }

    private static void recreatedTopic(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaProducer<String, String> producer = session.producer();
        session.get(producer.send(new ProducerRecord<>(topic, "key", "old")));
        session.get(session.admin().deleteTopics(List.of(topic)).all());
        Expect.eventually(
                "the topic is gone",
                () -> !session.get(session.admin().listTopics().names()).contains(topic));
        Expect.eventually("the topic can be created again", () -> {
            try {
                session.topic(new org.apache.kafka.clients.admin.NewTopic(topic, 1, (short) 3));
                return true;
            } catch (org.apache.kafka.common.errors.TopicExistsException e) {
                return false;
            }
        });
        KafkaProducer<String, String> second = session.producer();
        Expect.equal(
                session.get(second.send(new ProducerRecord<>(topic, "key", "new")))
                        .offset(),
                0L,
                "the first offset");
        Expect.equal(session.readAll(topic, 1).get(0).value(), "new", "the record");
    }
}
