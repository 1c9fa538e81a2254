// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What was acknowledged is there: as many records as were, without a hole, with their values. */
public final class ReadBack {
    private static final long PATIENCE_S = 600;

    private ReadBack() {}

    /**
     * What was read.
     *
     * @param records so many, of all
     * @param total   all that are there
     * @param crc32c  of the values read, partition by partition
     */
    public record Sample(long records, long total, long crc32c) {}

    /**
     * Counts all records by the offsets at which partitions end, and reads so many of them, the last of each partition.
     *
     * @param expected records that were acknowledged to this topic, all that were ever sent to it
     * @param sample   records to be read at most, of all partitions together
     * @param value    what each value is; null when nobody knows
     * @throws IllegalStateException when fewer or more are there, an offset is missing or a value is another one
     */
    public static Sample check(Topic topic, long expected, long sample, byte[] value) throws Exception {
        Map<TopicPartition, Long> ends;
        try (Admin admin = Topic.admin(topic.bootstrap())) {
            ends = topic.ends(admin);
        }
        long total = ends.values().stream().mapToLong(Long::longValue).sum();
        if (total != expected) {
            throw new IllegalStateException(
                    topic.name() + ": " + expected + " records were acknowledged, and " + total + " are there");
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        topic.bootstrap(),
                        "enable.auto.commit",
                        false,
                        "max.partition.fetch.bytes",
                        4 << 20,
                        "auto.offset.reset",
                        "none"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            return new Reading(consumer, topic, ends, sample >= total ? total : sample / topic.partitions(), value)
                    .run(total);
        }
    }

    private static final class Reading {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Topic topic;
        private final Map<TopicPartition, Long> ends;
        private final byte[] value;
        private final Map<TopicPartition, Long> next = new HashMap<>();
        private final Map<TopicPartition, CRC32C> crcs = new HashMap<>();
        private long read;

        Reading(
                KafkaConsumer<byte[], byte[]> consumer,
                Topic topic,
                Map<TopicPartition, Long> ends,
                long each,
                byte[] value) {
            this.consumer = consumer;
            this.topic = topic;
            this.ends = ends;
            this.value = value;
            consumer.assign(topic.all());
            for (TopicPartition partition : topic.all()) {
                long from = Math.max(0, ends.get(partition) - each);
                next.put(partition, from);
                crcs.put(partition, new CRC32C());
                consumer.seek(partition, from);
            }
        }

        Sample run(long total) {
            long left = 0;
            for (TopicPartition partition : topic.all()) {
                left += ends.get(partition) - next.get(partition);
            }
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            while (read < left) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    take(record);
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new IllegalStateException(topic.name() + ": " + read + " of " + left
                            + " records could be read in " + PATIENCE_S + " s");
                }
            }
            CRC32C all = new CRC32C();
            for (TopicPartition partition : topic.all()) {
                all.update(Long.toString(crcs.get(partition).getValue()).getBytes(StandardCharsets.US_ASCII));
            }
            return new Sample(read, total, all.getValue());
        }

        private void take(ConsumerRecord<byte[], byte[]> record) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            long expected = next.get(partition);
            if (record.offset() != expected) {
                throw new IllegalStateException(
                        partition + ": offset " + record.offset() + " came where " + expected + " was expected");
            }
            if (value != null && !Arrays.equals(value, record.value())) {
                throw new IllegalStateException(
                        partition + ": the value at offset " + expected + " is not what was sent");
            }
            crcs.get(partition).update(record.value());
            next.put(partition, expected + 1);
            read++;
        }
    }
}
