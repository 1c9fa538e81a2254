// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
    private static final String TOPIC = "events";

    @TempDir
    Path directory;

    @Test
    void withoutTheControllerAcksAllGoesOnAndAcksOneIsRefused() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start()) {
            cluster.clients().createTopic(TOPIC, 1, 3, Map.of());
            try (KafkaProducer<byte[], byte[]> one = cluster.clients()
                            .producer(
                                    "1",
                                    Map.of("delivery.timeout.ms", 1_000, "request.timeout.ms", 900, "linger.ms", 0));
                    KafkaProducer<byte[], byte[]> all = cluster.clients().producer("all")) {
                send(one);
                send(all);
                cluster.stopQuorum(1);
                long stoppedNs = System.nanoTime();
                Await.until("the lease to end", 30_000, () -> refused(one));
                long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stoppedNs);
                System.out.println("acks=1 refused " + tookMs + " ms after the controller went");
                send(all);
                assertThatThrownBy(() -> send(one)).hasCauseInstanceOf(TimeoutException.class);
                cluster.startQuorum(1);
                Await.until("the lease to be renewed", 30_000, () -> !refused(one));
                send(all);
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer) throws Exception {
        producer.send(new ProducerRecord<>(TOPIC, 0, null, Clients.bytes("x"))).get(30, TimeUnit.SECONDS);
    }

    private static boolean refused(KafkaProducer<byte[], byte[]> producer) throws Exception {
        try {
            send(producer);
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NotLeaderOrFollowerException || e.getCause() instanceof TimeoutException) {
                return true;
            }
            throw e;
        }
    }
}
