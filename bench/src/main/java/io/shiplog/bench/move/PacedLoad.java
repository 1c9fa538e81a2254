// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records at an even rate, whether or not those before are acknowledged. The latency of a record counts from the moment at which it was due: a client that
 * is held up is late with those behind, too. Records without keys go where the stock producer likes, many to a batch; those with keys to all partitions in
 * turn, which makes a batch of nearly every one.
 */
final class PacedLoad implements AutoCloseable {
    private static final int DELIVERY_TIMEOUT_MS = 120_000;
    private static final long MAX_LATENCY_US = TimeUnit.SECONDS.toMicros(200);
    private static final int DIGITS = 3;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final String topic;
    private final int partitions;
    private final int perSecond;
    private final boolean keyed;
    private final byte[] value;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Recorder latenciesUs = new Recorder(MAX_LATENCY_US, DIGITS);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong lastAckNs = new AtomicLong();
    private final AtomicLong longestGapNs = new AtomicLong();
    private final Thread thread = new Thread(this::run, "paced-load");
    private volatile boolean stopped;
    private volatile Exception firstFailure;

    PacedLoad(String bootstrap, String topic, int partitions, int perSecond, int recordBytes, boolean keyed) {
        this.topic = topic;
        this.partitions = partitions;
        this.perSecond = perSecond;
        this.keyed = keyed;
        value = new byte[recordBytes];
        new SplittableRandom(recordBytes).nextBytes(value);
        // Kafka's defaults but for the time that a record may take: idempotent, acks=all, linger 5 ms.
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "delivery.timeout.ms",
                        DELIVERY_TIMEOUT_MS,
                        "max.block.ms",
                        DELIVERY_TIMEOUT_MS,
                        "client.id",
                        "paced-load"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void start() {
        lastAckNs.set(System.nanoTime());
        thread.start();
    }

    private void run() {
        long startNs = System.nanoTime();
        long sent = 0;
        while (!stopped) {
            long due = (System.nanoTime() - startNs) * perSecond / TimeUnit.SECONDS.toNanos(1);
            for (; sent < due && !stopped; sent++) {
                send(
                        keyed ? Integer.valueOf((int) (sent % partitions)) : null,
                        startNs + sent * TimeUnit.SECONDS.toNanos(1) / perSecond);
            }
            LockSupport.parkNanos(TICK_NS);
        }
    }

    private void send(Integer partition, long dueNs) {
        Callback outcome = (metadata, failure) -> {
            if (failure == null) {
                onAck(dueNs);
            } else {
                onFailure(failure);
            }
        };
        try {
            // the callback hears all that the future would say
            var unused = producer.send(new ProducerRecord<>(topic, partition, null, value), outcome);
        } catch (RuntimeException e) {
            onFailure(e);
        }
    }

    private void onFailure(Exception failure) {
        failed.incrementAndGet();
        if (firstFailure == null) {
            firstFailure = failure;
        }
    }

    /** On the producer's one thread. */
    private void onAck(long dueNs) {
        long nowNs = System.nanoTime();
        latenciesUs.recordValue(Math.min(MAX_LATENCY_US, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nowNs - dueNs))));
        acknowledged.incrementAndGet();
        longestGapNs.accumulateAndGet(nowNs - lastAckNs.getAndSet(nowNs), Math::max);
    }

    /** The latencies in microseconds of what was acknowledged since the last call; the longest time without any begins anew. */
    Histogram takeLatencies() {
        return latenciesUs.getIntervalHistogram();
    }

    /** The longest time without an acknowledgement since the last call, in ms. */
    double takeLongestGapMs() {
        return longestGapNs.getAndSet(0) / 1e6;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long failed() {
        return failed.get();
    }

    /** Null when none has failed. */
    Exception firstFailure() {
        return firstFailure;
    }

    /** Sends no more, and waits until the outcome of each record is known. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(DELIVERY_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
