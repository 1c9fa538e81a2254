// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.replication;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A stock consumer on a thread of its own that notes when it saw each record. */
final class TimedReader implements AutoCloseable {
    private final TopicPartition partition;
    private final Map<String, Object> settings = new HashMap<>();
    private final long[] seenNs;
    private final Map<Integer, Long> bytesByNode = new HashMap<>();
    private final CountDownLatch assigned = new CountDownLatch(1);
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean stopping;

    /** @param rack empty for none */
    TimedReader(String bootstrap, TopicPartition partition, String rack, int records) {
        this.partition = partition;
        this.seenNs = new long[records];
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", false);
        settings.put("client.rack", rack);
        settings.put("fetch.max.wait.ms", 500);
        thread = new Thread(this::run, "reader-" + rack);
        thread.start();
    }

    private void run() {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            consumer.position(partition);
            assigned.countDown();
            int next = 0;
            while (next < seenNs.length && !stopping) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.offset() != next) {
                        throw new IllegalStateException("offset " + record.offset() + " after " + (next - 1));
                    }
                    seenNs[next++] = System.nanoTime();
                }
            }
            noteBytes(consumer);
            all.complete(null);
        } catch (RuntimeException e) {
            all.completeExceptionally(e);
            assigned.countDown();
        }
    }

    private void noteBytes(KafkaConsumer<byte[], byte[]> consumer) {
        for (Map.Entry<MetricName, ? extends Metric> each : consumer.metrics().entrySet()) {
            String node = each.getKey().tags().getOrDefault("node-id", "");
            if (each.getKey().name().equals("incoming-byte-total") && node.matches("node-\\d{1,9}")) {
                bytesByNode.put(
                        Integer.parseInt(node.substring("node-".length())),
                        ((Double) each.getValue().metricValue()).longValue());
            }
        }
    }

    void awaitAssigned() throws InterruptedException {
        assigned.await();
    }

    void awaitAll(long timeoutS) throws Exception {
        all.get(timeoutS, TimeUnit.SECONDS);
    }

    /** By offset; complete once {@link #awaitAll} returned. */
    long[] seenNs() {
        return seenNs;
    }

    /** Bytes of answers that came from a node. */
    long bytesFrom(int nodeId) {
        return bytesByNode.getOrDefault(nodeId, 0L);
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
