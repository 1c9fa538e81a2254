// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleLatencyTest {
    private static final int FETCH_WAIT_MAX_MS = 500;

    @TempDir
    Path directory;

    /** On a busy machine the figure says little, but waiting for a fetch to time out would be seen in it. */
    @Test
    void recordOnAnIdleTopicDoesNotWaitForAFetchToTimeOut() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start()) {
            cluster.clients().createTopic("idle", 1, 3, Map.of());
            long[] tookUs = new long[50];
            try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
                for (int i = -50; i < tookUs.length; i++) {
                    long startNs = System.nanoTime();
                    producer.send(new ProducerRecord<>("idle", 0, null, Clients.bytes("x")))
                            .get(30, TimeUnit.SECONDS);
                    tookUs[Math.max(i, 0)] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNs);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
            }
            Arrays.sort(tookUs);
            System.out.printf("acks=all on an idle topic: median %d us, highest %d us%n", tookUs[25], tookUs[49]);
            assertThat(tookUs[25]).isLessThan(TimeUnit.MILLISECONDS.toMicros(FETCH_WAIT_MAX_MS) / 2);
        }
    }
}
