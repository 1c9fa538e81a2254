// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records at an even rate, whether or not those before are acknowledged. The latency of a record counts from the moment at which it was due: a client that
 * is held up is late with those behind, too. The first eight bytes of each value are that moment, as {@link System#nanoTime} has it in this process.
 */
public final class OpenLoad implements AutoCloseable {
    /** Longer latencies count as this. */
    public static final long MAX_LATENCY_NS = TimeUnit.SECONDS.toNanos(200);

    private static final int DELIVERY_TIMEOUT_MS = 120_000;
    private static final int DIGITS = 3;
    private static final double NS_PER_MS = 1e6;

    /** Which partition a record goes to. */
    public enum Spread {
        /** Where the stock producer likes: many to a batch. */
        AS_THE_PRODUCER_LIKES,
        /** To all in turn, which makes a batch of nearly every one. */
        IN_TURN
    }

    /**
     * What is sent.
     *
     * @param perSecond   from 1
     * @param recordBytes of a value, from 8
     * @param tickNs      how long the sender sleeps at least when nothing is due; 0: until the next record is
     * @param producer    settings of the producer beside Kafka's defaults; acks=all and two minutes for a delivery unless they say otherwise
     */
    public record Settings(
            String bootstrap,
            String topic,
            int partitions,
            int perSecond,
            int recordBytes,
            Spread spread,
            long tickNs,
            Map<String, Object> producer) {
        /** The settings of a load on which nothing but its rate is special. */
        public static Settings evenly(String bootstrap, String topic, int partitions, int perSecond, int recordBytes) {
            return new Settings(
                    bootstrap, topic, partitions, perSecond, recordBytes, Spread.IN_TURN, 0, Map.of("linger.ms", 0));
        }

        /** The same with another setting of the producer. */
        public Settings with(String key, Object value) {
            Map<String, Object> more = new HashMap<>(producer);
            more.put(key, value);
            return new Settings(bootstrap, topic, partitions, perSecond, recordBytes, spread, tickNs, Map.copyOf(more));
        }
    }

    private final Settings settings;
    private final byte[] filler;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Recorder latenciesNs = new Recorder(MAX_LATENCY_NS, DIGITS);
    private final Recorder calmLatenciesNs = new Recorder(MAX_LATENCY_NS, DIGITS);
    private final DiskWatch disk;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong lastAckNs = new AtomicLong();
    private final AtomicLong longestGapNs = new AtomicLong();
    private final AtomicLongArray lastAckOfPartitionNs;
    private final AtomicLong longestPartitionGapNs = new AtomicLong();
    private final Thread thread = new Thread(this::run, "open-load");
    private volatile boolean stopped;
    private volatile Exception firstFailure;

    /** Connects; sends nothing before {@link #start}. */
    public OpenLoad(Settings settings) {
        this(settings, null);
    }

    /**
     * The same beside a watched disk.
     *
     * @param disk of the nodes that are sent to; null for nobody's
     */
    public OpenLoad(Settings settings, DiskWatch disk) {
        this.settings = settings;
        this.disk = disk;
        filler = new byte[settings.recordBytes()];
        new SplittableRandom(settings.recordBytes()).nextBytes(filler);
        lastAckOfPartitionNs = new AtomicLongArray(settings.partitions());
        Map<String, Object> all = new HashMap<>(Map.of(
                "acks",
                "all",
                "delivery.timeout.ms",
                DELIVERY_TIMEOUT_MS,
                "max.block.ms",
                DELIVERY_TIMEOUT_MS,
                "client.id",
                "open-load"));
        all.putAll(settings.producer());
        all.put("bootstrap.servers", settings.bootstrap());
        producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** From now on records come, and the time without an acknowledgement counts. */
    public void start() {
        long nowNs = System.nanoTime();
        lastAckNs.set(nowNs);
        for (int partition = 0; partition < settings.partitions(); partition++) {
            lastAckOfPartitionNs.set(partition, nowNs);
        }
        thread.start();
    }

    private void run() {
        TimerSlack.ofThisThread();
        long secondNs = TimeUnit.SECONDS.toNanos(1);
        int perSecond = settings.perSecond();
        try {
            // the client's first words with the cluster are no part of any latency
            producer.partitionsFor(settings.topic());
        } catch (RuntimeException e) {
            onFailure(e);
            return;
        }
        long startNs = System.nanoTime();
        long sent = 0;
        while (!stopped) {
            long due = (System.nanoTime() - startNs) * perSecond / secondNs;
            for (; sent < due && !stopped; sent++) {
                send((int) (sent % settings.partitions()), startNs + (sent + 1) * secondNs / perSecond);
            }
            long nextNs = startNs + (sent + 1) * secondNs / perSecond;
            LockSupport.parkNanos(Math.max(settings.tickNs(), nextNs - System.nanoTime()));
        }
    }

    private void send(int partition, long dueNs) {
        Callback outcome = (metadata, failure) -> {
            if (failure == null) {
                onAck(metadata.partition(), dueNs);
            } else {
                onFailure(failure);
            }
        };
        byte[] value = filler.clone();
        ByteBuffer.wrap(value).putLong(dueNs);
        Integer chosen = settings.spread() == Spread.IN_TURN ? Integer.valueOf(partition) : null;
        try {
            // the callback hears all that the future would say
            var unused = producer.send(new ProducerRecord<>(settings.topic(), chosen, null, value), outcome);
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
    private void onAck(int partition, long dueNs) {
        long nowNs = System.nanoTime();
        long latencyNs = Math.min(MAX_LATENCY_NS, Math.max(0, nowNs - dueNs));
        latenciesNs.recordValue(latencyNs);
        if (disk == null || !disk.stalledSince(dueNs)) {
            calmLatenciesNs.recordValue(latencyNs);
        }
        acknowledged.incrementAndGet();
        longestGapNs.accumulateAndGet(nowNs - lastAckNs.getAndSet(nowNs), Math::max);
        longestPartitionGapNs.accumulateAndGet(nowNs - lastAckOfPartitionNs.getAndSet(partition, nowNs), Math::max);
    }

    /** The latencies in nanoseconds of what was acknowledged since the last call. */
    public Histogram takeLatencies() {
        return latenciesNs.getIntervalHistogram();
    }

    /** The same of those only that were not on their way while the watched disk stalled. */
    public Histogram takeCalmLatencies() {
        return calmLatenciesNs.getIntervalHistogram();
    }

    /** The longest time without an acknowledgement that ended since the last call, in ms. */
    public double takeLongestGapMs() {
        return longestGapNs.getAndSet(0) / NS_PER_MS;
    }

    /** The longest time in which one partition had no acknowledgement, of those that ended since the last call, in ms. */
    public double takeLongestPartitionGapMs() {
        return longestPartitionGapNs.getAndSet(0) / NS_PER_MS;
    }

    /** How long ago the partition that has waited longest had an acknowledgement, in ms. */
    public double silenceMs() {
        long oldestNs = Long.MAX_VALUE;
        long nowNs = System.nanoTime();
        for (int partition = 0; partition < settings.partitions(); partition++) {
            oldestNs = Math.min(oldestNs, lastAckOfPartitionNs.get(partition) - nowNs);
        }
        return -oldestNs / NS_PER_MS;
    }

    /** Records that were. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Records that were given up. */
    public long failed() {
        return failed.get();
    }

    /** Null when none has failed. */
    public Exception firstFailure() {
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
