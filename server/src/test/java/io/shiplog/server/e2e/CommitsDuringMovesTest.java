// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody commits without a pause while the group's coordinator moves from node to node, and dies. */
class CommitsDuringMovesTest {
    private static final String GROUP = "moved";
    private static final TopicPartition OFFSETS = new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, 0);
    private static final TopicPartition READ = new TopicPartition("read", 0);
    private static final int MOVES = 4;
    private static final int SOME = 20;
    private static final int WAIT_MS = 90_000;

    @TempDir
    Path directory;

    private TestCluster cluster;

    /** Commits one offset after the other, each as often as it takes until it is acknowledged. */
    private static final class Committer implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Thread thread = new Thread(this::run, "committer");
        private volatile long acknowledged;
        private volatile boolean stopped;
        private volatile RuntimeException failure;

        Committer(Clients clients) {
            consumer = clients.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, GROUP));
            thread.start();
        }

        private void run() {
            try (consumer) {
                consumer.assign(Set.of(READ));
                while (!stopped) {
                    long next = acknowledged + 1;
                    if (commit(next)) {
                        acknowledged = next;
                    }
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }

        private boolean commit(long offset) {
            try {
                consumer.commitSync(Map.of(READ, new OffsetAndMetadata(offset)), Duration.ofMillis(WAIT_MS));
                return true;
            } catch (RetriableException notNow) {
                return false;
            }
        }

        void awaitMore() {
            long wanted = acknowledged + SOME;
            Await.until("more commits than " + acknowledged, WAIT_MS, () -> {
                assertThat(failure).isNull();
                return acknowledged >= wanted;
            });
        }

        @Override
        public void close() {
            stopped = true;
            try {
                thread.join(WAIT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void whatWasAcknowledgedIsThereWhoeverCoordinates() throws Exception {
        cluster = new TestCluster(directory, 1, 3).with("offsets.topic.num.partitions", "1");
        try (TestCluster running = cluster.start();
                Admin admin = running.clients().admin()) {
            running.clients().createTopic(READ.topic(), 1, 3, Map.of());
            try (Committer committer = new Committer(running.clients())) {
                committer.awaitMore();
                for (int move = 0; move < MOVES; move++) {
                    moveCoordinator(admin);
                    checkKept(admin, committer.acknowledged);
                    committer.awaitMore();
                }
                int coordinator = cluster.leader(OFFSETS.topic(), 0);
                cluster.crashStorage(coordinator);
                checkKept(admin, committer.acknowledged);
                committer.awaitMore();
                cluster.startStorage(coordinator);
                committer.awaitMore();
                checkKept(admin, committer.acknowledged);
            }
        }
    }

    private static void checkKept(Admin admin, long acknowledged) throws Exception {
        OffsetAndMetadata kept = admin.listConsumerGroupOffsets(GROUP)
                .partitionsToOffsetAndMetadata()
                .get(WAIT_MS, TimeUnit.MILLISECONDS)
                .get(READ);
        assertThat(kept).isNotNull();
        assertThat(kept.offset()).isGreaterThanOrEqualTo(acknowledged);
    }

    private void moveCoordinator(Admin admin) throws Exception {
        int before = cluster.leader(OFFSETS.topic(), 0);
        cluster.awaitIsr(OFFSETS.topic(), 0, 3);
        List<Integer> order = new ArrayList<>(
                Arrays.stream(cluster.partition(OFFSETS.topic(), 0).replicas())
                        .boxed()
                        .toList());
        while (order.get(0) == before) {
            order.add(order.remove(0));
        }
        admin.alterPartitionReassignments(Map.of(OFFSETS, Optional.of(new NewPartitionReassignment(order))))
                .all()
                .get(WAIT_MS, TimeUnit.MILLISECONDS);
        try {
            admin.electLeaders(ElectionType.PREFERRED, Set.of(OFFSETS)).all().get(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(ElectionNotNeededException.class);
        }
        Await.until("another coordinator than " + before, WAIT_MS, () -> cluster.leader(OFFSETS.topic(), 0) != before);
    }
}
