// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A client that wants to have one record acknowledged by a cluster that is about to start. */
public final class FirstAck {
    private static final Map<String, Object> EAGER = Map.of(
            "reconnect.backoff.ms",
            20,
            "reconnect.backoff.max.ms",
            50,
            "retry.backoff.ms",
            20,
            "retry.backoff.max.ms",
            50);
    private static final int ATTEMPT_MS = 1_000;
    private static final String NOBODY = "127.0.0.1:1";

    private FirstAck() {}

    /** Loads what a client consists of, by asking where nobody answers. */
    public static void rehearse() throws InterruptedException {
        try {
            await(NOBODY, "none", Map.of(), 1);
        } catch (IllegalStateException expected) {
            // nobody is there
        }
        try (KafkaProducer<byte[], byte[]> producer = producer(NOBODY, Map.of("max.block.ms", ATTEMPT_MS))) {
            producer.send(new ProducerRecord<>("none", new byte[8])).get();
        } catch (ExecutionException expected) {
            // nobody is there
        }
    }

    /**
     * Creates a topic of one partition with three replicas, and sends a record to it; tries again until a record is acknowledged by all replicas in sync, of
     * which there are two at least.
     */
    public static void await(String bootstrap, String topic, Map<String, String> settings, long patienceS) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceS);
        Exception last = null;
        try (Admin admin = Admin.create(
                eager(bootstrap, Map.of("request.timeout.ms", ATTEMPT_MS, "default.api.timeout.ms", ATTEMPT_MS)))) {
            while (System.nanoTime() < deadlineNs) {
                try {
                    admin.createTopics(List.of(new NewTopic(topic, 1, Topic.REPLICAS).configs(settings)))
                            .all()
                            .get(ATTEMPT_MS, TimeUnit.MILLISECONDS);
                    send(bootstrap, topic, deadlineNs);
                    return;
                } catch (ExecutionException | TimeoutException e) {
                    last = e;
                    if (isThere(e)) {
                        send(bootstrap, topic, deadlineNs);
                        return;
                    }
                    Thread.sleep(10);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            last = e;
        } catch (ExecutionException | TimeoutException e) {
            last = e;
        }
        throw new IllegalStateException("no acknowledgement within " + patienceS + " s", last);
    }

    private static boolean isThere(Exception e) {
        return e.getCause() instanceof TopicExistsException;
    }

    private static void send(String bootstrap, String topic, long deadlineNs)
            throws ExecutionException, TimeoutException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = producer(bootstrap, Map.of())) {
            producer.send(new ProducerRecord<>(topic, new byte[8]))
                    .get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrap, Map<String, Object> more) {
        Map<String, Object> settings = eager(bootstrap, Map.of("acks", "all", "linger.ms", 0));
        settings.putAll(more);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static Map<String, Object> eager(String bootstrap, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(EAGER);
        all.putAll(more);
        all.put("bootstrap.servers", bootstrap);
        return all;
    }
}
