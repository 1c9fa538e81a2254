// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Reads all partitions from the beginning into a {@link ReadLog}, until it has as many records as it is asked for. */
public final class Reader {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrap;
    private final String clientId;
    private final String topic;
    private final int partitions;
    private final ReadLog log;
    private volatile int wanted = Integer.MAX_VALUE;
    private volatile long deadlineNs = Long.MAX_VALUE;
    private volatile RuntimeException failure;
    private Thread thread;

    public Reader(String bootstrap, String clientId, String topic, int partitions, ReadLog log) {
        this.bootstrap = bootstrap;
        this.clientId = clientId;
        this.topic = topic;
        this.partitions = partitions;
        this.log = log;
    }

    /** Begins to read on a thread of its own. */
    public void start() {
        thread = new Thread(this::read, clientId);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until this many records were read, or the time is over; throws what stopped the reader. */
    public void await(int records, long timeoutMs) throws InterruptedException {
        deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        wanted = records;
        thread.join(timeoutMs + 5_000);
        if (failure != null) {
            throw failure;
        }
    }

    private void read() {
        try (KafkaConsumer<byte[], byte[]> consumer = TrialClients.consumer(bootstrap, clientId, topic, partitions)) {
            while (log.records() < wanted && System.nanoTime() < deadlineNs) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    log.add(record);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }
}
