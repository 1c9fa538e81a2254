// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Sends numbered records of random sizes to a topic with the stock producer (acks=all, idempotent), at an even rate, until it is told to stop;
 * a producer lives through a power cut. What was sent and acknowledged stands in the ledger.
 */
public final class Records {
    private static final int DELIVERY_TIMEOUT_MS = 120_000;
    private static final int MAX_BYTES = 600;
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final String topic;
    private final Ledger ledger;
    private final Random random;
    private final int perSecond;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Object turn = new Object();
    private volatile boolean stopped;
    private volatile boolean paused;
    private Thread thread;

    public Records(String bootstrap, String topic, Ledger ledger, long seed, int perSecond) {
        this.topic = topic;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.perSecond = perSecond;
        this.producer = TrialClients.producer(bootstrap, DELIVERY_TIMEOUT_MS);
    }

    public void start() {
        thread = new Thread(this::run, "records-" + topic);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long startNs = System.nanoTime();
        long sent = 0;
        try {
            while (!stopped && ledger.firstFailure() == null) {
                if (paused) {
                    startNs = System.nanoTime();
                    sent = 0;
                    LockSupport.parkNanos(TICK_NS);
                    continue;
                }
                long due = (System.nanoTime() - startNs) * perSecond / TimeUnit.SECONDS.toNanos(1);
                // What could not be sent while the producer was blocked is not made up for.
                sent = Math.max(sent, due - perSecond);
                synchronized (turn) {
                    for (; sent < due && !stopped && !paused; sent++) {
                        send();
                    }
                }
                LockSupport.parkNanos(TICK_NS);
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException | IllegalStateException e) {
            // The producer was closed under this thread's hands, as abandon() does it.
            if (!stopped) {
                throw e;
            }
        }
    }

    private void send() {
        byte[] value = new byte[random.nextInt(MAX_BYTES)];
        random.nextBytes(value);
        int sequence = ledger.sent(value);
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
        long sentNs = System.nanoTime();
        Callback outcome = (metadata, failure) -> {
            if (failure == null) {
                ledger.acknowledged(sequence, metadata.partition(), metadata.offset(), sentNs, System.nanoTime());
            } else {
                ledger.failed(sequence, failure);
            }
        };
        // The outcome comes to the callback; the future says the same.
        var unused = producer.send(new ProducerRecord<>(topic, key, value), outcome);
    }

    /** Sends no more until {@link #resume}, and waits until the outcome of each record is known. */
    public void pause() {
        paused = true;
        synchronized (turn) {
            producer.flush();
        }
    }

    public void resume() {
        paused = false;
    }

    /** Sends no more, and waits until the outcome of each record is known. */
    public void finish() throws InterruptedException {
        stopped = true;
        thread.join();
        producer.close(Duration.ofMillis(DELIVERY_TIMEOUT_MS));
    }

    /** Sends no more, and gives up what is under way. */
    public void abandon() throws InterruptedException {
        stopped = true;
        producer.close(Duration.ZERO);
        thread.interrupt();
        thread.join();
    }
}
