// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.trial.Ledger;
import io.shiplog.tools.trial.TrialClients;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Sends every line, its number as the key (so that equal lines differ, and a line's place in the order can be told), and notes
 * what becomes of it. Small inputs are spread over the given time, so that there is load while the leader dies.
 */
final class Sender {
    private final String topic;
    private final LineFiles lines;
    private final Ledger ledger;
    private final long spreadNs;
    private volatile double progress;

    Sender(String topic, LineFiles lines, Ledger ledger, long spreadMs) {
        this.topic = topic;
        this.lines = lines;
        this.ledger = ledger;
        this.spreadNs = spreadMs * 1_000_000;
    }

    /** The part of the input that has been sent, 0 to 1. */
    double progress() {
        return progress;
    }

    /**
     * Sends all, and the same again until {@code enough}, and waits for the outcome of each line.
     *
     * @param enough asked after each pass, and in all but the first also within it
     */
    void sendUntil(String bootstrap, BooleanSupplier enough) throws IOException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = TrialClients.producer(bootstrap)) {
            producer.partitionsFor(topic); // connects before the clock of the first line runs
            sendOnce(producer, () -> false);
            while (ledger.firstFailure() == null && !enough.getAsBoolean()) {
                sendOnce(producer, enough);
            }
            producer.flush();
        }
        progress = 1.0;
    }

    private void sendOnce(KafkaProducer<byte[], byte[]> producer, BooleanSupplier enough)
            throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        long[] bytes = {0};
        lines.forEachLine((line, file, number) -> {
            send(producer, line, file, number);
            bytes[0] += line.length + 1;
            double part = Math.min(1.0, (double) bytes[0] / lines.totalBytes());
            progress = Math.max(progress, part);
            pace(startNs + (long) (part * spreadNs));
            return ledger.firstFailure() == null && !enough.getAsBoolean();
        });
    }

    private void send(KafkaProducer<byte[], byte[]> producer, byte[] line, Path file, long number) throws IOException {
        int sequence = ledger.sent(line);
        byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
        long sentNs = System.nanoTime();
        Callback outcome = (metadata, failure) -> {
            if (failure == null) {
                ledger.acknowledged(sequence, metadata.partition(), metadata.offset(), sentNs, System.nanoTime());
            } else {
                ledger.failed(sequence, failure);
            }
        };
        try {
            // The outcome comes to the callback; the future says the same.
            var unused = producer.send(new ProducerRecord<>(topic, key, line), outcome);
        } catch (KafkaException e) {
            throw new IOException("cannot send " + file + ":" + number + " (" + line.length + " bytes): " + e, e);
        }
    }

    private static void pace(long dueNs) throws InterruptedException {
        for (long early = dueNs - System.nanoTime(); early > 0; early = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(early);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
