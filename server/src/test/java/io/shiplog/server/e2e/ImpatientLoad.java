// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;

/**
 * A stock producer that never retries, and so sees everything that goes wrong: a record is acknowledged, or the leader is another one now; anything
 * else fails the test.
 */
final class ImpatientLoad implements AutoCloseable {
    private final AtomicInteger acked = new AtomicInteger();
    private final AtomicInteger notLeader = new AtomicInteger();
    private final AtomicReference<Exception> other = new AtomicReference<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private final Thread sender;

    /** About a thousand records a second to partition 0 from now on. */
    ImpatientLoad(Clients clients, String topic) {
        producer = clients.producer(
                "all", Map.of("retries", 0, "enable.idempotence", false, "metadata.max.age.ms", 600_000));
        sender = new Thread(
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        send(topic);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                    }
                },
                "impatient-load");
        sender.start();
    }

    private void send(String topic) {
        var unused = producer.send(new ProducerRecord<>(topic, 0, null, new byte[100]), (at, error) -> {
            if (error == null) {
                acked.incrementAndGet();
            } else if (error instanceof NotLeaderOrFollowerException) {
                notLeader.incrementAndGet();
            } else {
                other.compareAndSet(null, error);
            }
        });
    }

    void awaitMore(int more) {
        int target = acked.get() + more;
        Await.until(more + " more acknowledged", 60_000, () -> acked.get() >= target);
    }

    int acked() {
        return acked.get();
    }

    /** Stops, and checks that there was no error but NOT_LEADER. */
    void finish() {
        stopSending();
        producer.flush();
        assertThat(other.get()).isNull();
        System.out.println(acked + " acknowledged, " + notLeader + " refused with NOT_LEADER");
    }

    private void stopSending() {
        sender.interrupt();
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
