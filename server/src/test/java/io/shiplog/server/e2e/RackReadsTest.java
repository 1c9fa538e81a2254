// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.TransferCounters.PeerTransfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KIP-392 with a stock consumer: three racks, the leader in the first, the consumer in the third. */
class RackReadsTest {
    private static final String TOPIC = "racks";
    private static final String READER = "rack-reader";
    private static final int LEADER = 101;
    private static final int NEAR = 103;

    @TempDir
    Path directory;

    private TestCluster cluster;

    @Test
    void consumerReadsInItsRackAndNeverGoesBackwardsAcrossSwitches() throws Exception {
        try (TestCluster started = new TestCluster(directory, 1, 3).withRacks().start();
                Admin admin = started.clients().admin()) {
            cluster = started;
            admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(0, List.of(LEADER, 102, NEAR)))
                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            cluster.awaitIsr(TOPIC, 0, 3);
            try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200);
                    Reader reader = new Reader()) {
                awaitSentBy(NEAR);
                reader.awaitMore(100);
                long fromLeader = sentBy(LEADER);

                cluster.stopStorage(NEAR);
                reader.awaitMore(100);
                assertThat(sentBy(LEADER)).as("served by the leader meanwhile").isGreaterThan(fromLeader);

                cluster.startStorage(NEAR);
                awaitSentBy(NEAR);
                reader.awaitMore(100);

                cluster.crashStorage(NEAR);
                reader.awaitMore(100);
                cluster.startStorage(NEAR);
                awaitSentBy(NEAR);

                load.awaitMoreAcks(100);
                load.finishAndVerify();
                reader.awaitUpTo(load.ackedCount());
            }
        }
    }

    private void awaitSentBy(int node) {
        Await.until("records that node " + node + " sends to the consumer", 60_000, () -> sentBy(node) > 0);
    }

    private long sentBy(int node) {
        PeerTransfer transfer = cluster.node(node).transfers().consumers().get(READER);
        return transfer == null ? 0 : transfer.bufferBytes() + transfer.sendfileBytes();
    }

    /** Reads on a thread of its own; an offset that is not the next one ends it. */
    private final class Reader implements AutoCloseable {
        private final AtomicLong next = new AtomicLong();
        private final AtomicReference<String> fault = new AtomicReference<>();
        private final Thread thread = new Thread(this::run, READER);
        private volatile boolean stopping;

        Reader() {
            thread.start();
        }

        private void run() {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            try (KafkaConsumer<byte[], byte[]> consumer = cluster.clients()
                    .consumer(Map.of(
                            "client.id",
                            READER,
                            "client.rack",
                            TestCluster.rack(NEAR),
                            // An offset that is not there would be an exception.
                            "auto.offset.reset",
                            "none"))) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, 0);
                while (!stopping && fault.get() == null) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                        if (record.offset() != next.getAndIncrement()) {
                            fault.compareAndSet(null, "offset " + record.offset() + " instead of " + (next.get() - 1));
                        }
                    }
                }
            } catch (RuntimeException e) {
                fault.compareAndSet(null, e.toString());
            }
        }

        void awaitMore(int records) {
            awaitUpTo(next.get() + records);
        }

        void awaitUpTo(long offset) {
            Await.until("everything up to " + offset, 60_000, () -> {
                assertThat(fault.get()).isNull();
                return next.get() >= offset;
            });
        }

        @Override
        public void close() {
            stopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while the reader stops", e);
            }
        }
    }
}
