// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.RawClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
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
            int port = cluster.node(cluster.leader(TOPIC, 0)).port();
            try (RawClient raw = new RawClient(port);
                    KafkaProducer<byte[], byte[]> all = cluster.clients().producer("all")) {
                RawProduce one =
                        new RawProduce(raw, cluster.image().topic(TOPIC).id());
                Await.until(
                        "the leader to take acks=1",
                        30_000,
                        () -> one.produce((short) 1).errorCode() == 0);
                send(all); // while somebody is there to give it a producer id
                cluster.stopQuorum(1);
                long stoppedNs = System.nanoTime();
                PartitionProduceResponse[] refused = new PartitionProduceResponse[1];
                Await.until("the lease to end", 30_000, () -> {
                    refused[0] = one.produce((short) 1);
                    return refused[0].errorCode() != 0;
                });
                long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stoppedNs);
                System.out.println("acks=1 refused " + tookMs + " ms after the controller went");
                assertRefusedByLease(refused[0]);
                send(all);
                assertThat(one.produce((short) -1).errorCode())
                        .as("acks=all of the same client")
                        .isZero();
                assertRefusedByLease(one.produce((short) 1));
                cluster.startQuorum(1);
                Await.until(
                        "the lease to be renewed",
                        30_000,
                        () -> one.produce((short) 1).errorCode() == 0);
                send(all);
            }
        }
    }

    private static void assertRefusedByLease(PartitionProduceResponse answer) {
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(answer.errorMessage()).contains("lease");
    }

    private static void send(KafkaProducer<byte[], byte[]> producer) throws Exception {
        producer.send(new ProducerRecord<>(TOPIC, 0, null, Clients.bytes("x"))).get(30, TimeUnit.SECONDS);
    }
}
