// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import io.shiplog.bench.harness.OpenLoad;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A stock consumer at the end of all partitions: how long after the moment at which an {@link OpenLoad} of this process meant to send it each record is seen. */
public final class Tail implements AutoCloseable {
    private static final int DIGITS = 3;
    private static final Duration POLL = Duration.ofMillis(100);

    private final Topic topic;
    private final Recorder latenciesNs = new Recorder(OpenLoad.MAX_LATENCY_NS, DIGITS);
    private final AtomicLong records = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "tail");
    private volatile boolean stopped;
    private volatile RuntimeException failure;

    /** Returns when it stands at the end of every partition. */
    public Tail(Topic topic) throws InterruptedException {
        this.topic = topic;
        thread.start();
        ready.await();
        check();
    }

    private void run() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", topic.bootstrap(), "enable.auto.commit", false, "client.id", "tail"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(topic.all());
            consumer.seekToEnd(topic.all());
            topic.all().forEach(consumer::position);
            consumer.poll(Duration.ZERO);
            ready.countDown();
            while (!stopped) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    long dueNs = ByteBuffer.wrap(record.value()).getLong();
                    latenciesNs.recordValue(Math.min(OpenLoad.MAX_LATENCY_NS, Math.max(0, System.nanoTime() - dueNs)));
                    records.incrementAndGet();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            ready.countDown();
        }
    }

    /** Nanoseconds, of what was seen since the last call. */
    public Histogram takeLatencies() {
        return latenciesNs.getIntervalHistogram();
    }

    /** Records seen. */
    public long records() {
        return records.get();
    }

    /** Fails when the consumer has failed. */
    public void check() {
        if (failure != null) {
            throw new IllegalStateException("the consumer failed", failure);
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
