// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.group;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends a record to each partition ten times a second: the time at which it does. */
final class SteadyProducer implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MAX_BLOCK_MS = 60_000;

    private final String topic;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread thread = new Thread(this::run, "producer");
    private volatile boolean stopped;

    SteadyProducer(String bootstrap, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", 0, "max.block.ms", MAX_BLOCK_MS),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!stopped) {
            long nowNs = System.nanoTime();
            for (int partition = 0; partition < partitions && !stopped; partition++) {
                byte[] value = ByteBuffer.allocate(Long.BYTES)
                        .putLong(System.nanoTime())
                        .array();
                var unused = producer.send(new ProducerRecord<>(topic, partition, null, value));
            }
            LockSupport.parkNanos(nowNs + EVERY_NS - System.nanoTime());
        }
        producer.close();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(MAX_BLOCK_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
