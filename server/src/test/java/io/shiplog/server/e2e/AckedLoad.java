// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends numbered records to one partition with acks=all and an idempotent producer while things happen to the cluster, and
 * remembers at which offset each was acknowledged. What was acknowledged must be there in the end, once, at its offset where one was told
 * (decision 0213).
 */
final class AckedLoad implements AutoCloseable {
    private static final String PREFIX = "record-";

    /** Of a record that was retried when many others had followed it. */
    private static final long NOT_TOLD = -1;

    private final Clients clients;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<Long, Long> offsetByNumber = new ConcurrentSkipListMap<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final AtomicLong lastAckNs = new AtomicLong(System.nanoTime());
    private final AtomicLong longestGapNs = new AtomicLong();
    private final Thread sender;
    private volatile boolean stopping;

    /** Starts sending at once, about {@code perSecond} records a second. */
    AckedLoad(Clients clients, String topic, int perSecond) {
        this.clients = clients;
        this.topic = topic;
        producer = clients.producer("all");
        sender = new Thread(() -> send(TimeUnit.SECONDS.toNanos(1) / perSecond), "acked-load");
        sender.start();
    }

    private void send(long pauseNs) {
        for (long number = 0; !stopping; number++) {
            long sent = number;
            var unused = producer.send(
                    new ProducerRecord<>(topic, 0, null, Clients.bytes(PREFIX + number)), (metadata, error) -> {
                        if (error != null) {
                            failure.compareAndSet(null, error);
                        } else {
                            acked(sent, metadata.offset());
                        }
                    });
            LockSupport.parkNanos(pauseNs);
        }
        producer.flush();
    }

    private void acked(long number, long offset) {
        offsetByNumber.put(number, offset);
        long nowNs = System.nanoTime();
        longestGapNs.accumulateAndGet(nowNs - lastAckNs.getAndSet(nowNs), Math::max);
    }

    int ackedCount() {
        return offsetByNumber.size();
    }

    long longestGapMs() {
        return TimeUnit.NANOSECONDS.toMillis(longestGapNs.get());
    }

    void awaitMoreAcks(int more) {
        int target = ackedCount() + more;
        Await.until("another " + more + " acknowledged records", 120_000, () -> {
            assertThat(failure.get()).isNull();
            return ackedCount() >= target;
        });
    }

    /** Stops sending, waits for what is on the way, and checks every acknowledged record. */
    void finishAndVerify() {
        stopSending();
        assertThat(failure.get()).as("a record that was not acknowledged").isNull();
        List<ConsumerRecord<byte[], byte[]>> records = clients.readAll(topic, 0);
        Map<Long, Long> found = new ConcurrentSkipListMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            String value = Clients.text(record.value());
            if (!value.startsWith(PREFIX)) {
                continue; // somebody else's
            }
            long number = Long.parseLong(value.substring(PREFIX.length()));
            assertThat(found.put(number, record.offset()))
                    .as("record " + number + " a second time")
                    .isNull();
        }
        assertThat(found.keySet()).containsAll(offsetByNumber.keySet());
        found.replaceAll(
                (number, offset) -> offsetByNumber.getOrDefault(number, NOT_TOLD) == NOT_TOLD ? NOT_TOLD : offset);
        assertThat(found).containsAllEntriesOf(offsetByNumber);
    }

    private void stopSending() {
        stopping = true;
        try {
            sender.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while records were on the way", e);
        }
    }

    @Override
    public void close() {
        stopSending();
        producer.close();
    }
}
