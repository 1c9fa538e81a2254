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
import org.junit.jupiter.api.Test;

/** A storage node that is told to stop hands over while it goes on serving. */
class ControlledShutdownTest extends OneTopic {
    ControlledShutdownTest() {
        super(3, 1, Map.of("min.insync.replicas", "2"));
    }

    /** A producer that never retries sees everything that goes wrong: acknowledged, or told that the leader is another one now. */
    @Test
    void clientsSeeNothingButNotLeader() throws Exception {
        AtomicInteger acked = new AtomicInteger();
        AtomicInteger notLeader = new AtomicInteger();
        AtomicReference<Exception> other = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> impatient = cluster.clients()
                .producer("all", Map.of("retries", 0, "enable.idempotence", false, "metadata.max.age.ms", 600_000))) {
            Thread sender = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    var unused = impatient.send(new ProducerRecord<>(TOPIC, 0, null, new byte[100]), (at, error) -> {
                        if (error == null) {
                            acked.incrementAndGet();
                        } else if (error instanceof NotLeaderOrFollowerException) {
                            notLeader.incrementAndGet();
                        } else {
                            other.compareAndSet(null, error);
                        }
                    });
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            });
            sender.start();
            awaitMore(acked, 300);
            int leader = cluster.leader(TOPIC, 0);
            cluster.stopStorage(leader);
            awaitMore(acked, 300);
            sender.interrupt();
            sender.join();
            impatient.flush();
            assertThat(other.get()).isNull();
            System.out.println(acked + " acknowledged, " + notLeader + " refused with NOT_LEADER");
            cluster.startStorage(leader);
        }
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSizeGreaterThanOrEqualTo(acked.get());
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void nodeThatStoppedInOrderIsKnownToHaveDoneSo() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(100);
            long epoch = cluster.image().broker(101).epoch();
            cluster.stopStorage(101);
            assertThat(cluster.image().broker(101).fenced()).isTrue();
            assertThat(cluster.cleanEpoch(101)).isEqualTo(epoch);
            cluster.startStorage(101);
            assertThat(cluster.cleanEpoch(101))
                    .as("while it runs there is no clean mark")
                    .isEqualTo(-1);
            cluster.crashStorage(101);
            assertThat(cluster.cleanEpoch(101)).isEqualTo(-1);
            cluster.startStorage(101);
            cluster.awaitIsr(TOPIC, 0, 3);
            load.finishAndVerify();
        }
    }

    /** Nobody can take over, so there is nothing to wait for. */
    @Test
    void lastNodeStopsWithoutWaiting() throws Exception {
        cluster.stopStorage(101);
        cluster.stopStorage(102);
        long beginNs = System.nanoTime();
        cluster.stopStorage(103);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs)).isLessThan(8_000);
        cluster.startStorage(103, 102, 101);
        cluster.awaitIsr(TOPIC, 0, 3);
    }

    private static void awaitMore(AtomicInteger count, int more) {
        int target = count.get() + more;
        Await.until(more + " more acknowledged", 60_000, () -> count.get() >= target);
    }
}
