// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumer groups of one member each, with the settings of the stock consumer, that read a topic from its beginning. */
public final class Groups {
    private static final long PATIENCE_S = 600;
    private static final double MIB = 1 << 20;

    private Groups() {}

    /**
     * What they read together.
     *
     * @param seconds from the first subscription until the last one had all
     * @param mib     of values
     */
    public record Outcome(double seconds, double mib) {
        public double mibPerSecond() {
            return mib / seconds;
        }
    }

    /**
     * Reads all records once with each group.
     *
     * @param name    what the names of the groups begin with; never used before
     * @param records that are there
     */
    public static Outcome catchUp(Topic topic, String name, int groups, long records) throws Exception {
        List<FutureTask<Long>> tasks = new ArrayList<>();
        long startNs = System.nanoTime();
        for (int i = 0; i < groups; i++) {
            String group = name + "-" + i;
            FutureTask<Long> task = new FutureTask<>(() -> read(topic, group, records));
            new Thread(task, group).start();
            tasks.add(task);
        }
        long bytes = 0;
        try {
            for (FutureTask<Long> task : tasks) {
                bytes += task.get(PATIENCE_S, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a group failed", e.getCause());
        }
        return new Outcome((System.nanoTime() - startNs) / 1e9, bytes / MIB);
    }

    private static long read(Topic topic, String group, long records) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
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
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic.name()));
            long bytes = 0;
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            for (long read = 0; read < records; ) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    bytes += record.serializedValueSize();
                    read++;
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new IllegalStateException(
                            group + " has read " + read + " of " + records + " records in " + PATIENCE_S + " s");
                }
            }
            return bytes;
        }
    }
}
