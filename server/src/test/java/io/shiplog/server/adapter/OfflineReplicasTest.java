// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever can no longer use a log tells the controller, as long as that counts on the replica. */
class OfflineReplicasTest {
    private static final int NODE = 101;
    private static final Uuid TOPIC = new Uuid(0, 8);

    @TempDir
    Path path;

    private final Turns loop = new Turns();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(NODE)));
    private final List<List<PartitionId>> told = new ArrayList<>();
    private MetadataImage image = Images.after(
            MetadataImage.empty(),
            Images.broker(NODE, 9_101),
            Images.topic(TOPIC, "t"),
            Images.partition(TOPIC, 0, NODE, NODE),
            Images.partition(TOPIC, 1, NODE, NODE));
    private LogDirectory directory;

    /** What is scheduled is due at the next turn. */
    private static final class Turns implements EventLoop {
        private final Queue<Runnable> scheduled = new ArrayDeque<>();

        void turn() {
            List<Runnable> due = new ArrayList<>(scheduled);
            scheduled.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            scheduled.add(task);
            return () -> scheduled.remove(task);
        }

        @Override
        public long nowMs() {
            return 0;
        }

        @Override
        public long wallClockMs() {
            return 0;
        }
    }

    @BeforeEach
    void open() {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        ReplicaFetchers fetchers = new ReplicaFetchers(
                loop,
                leader -> {
                    throw new AssertionError("nobody follows " + leader);
                },
                () -> 1,
                FetcherSettings.defaults(NODE));
        var unused = new OfflineReplicas(NODE, replicas, fetchers, loop, () -> image, partitions -> {
            told.add(partitions);
            return CompletableFuture.completedFuture(null);
        });
    }

    @AfterEach
    void close() {
        replicas.close();
        directory.close();
    }

    private Replica replica(int partition) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, "t");
        return replicas.create(id, directory.create(id, LogSettings.defaults()));
    }

    private static PartitionId id(int partition) {
        return new PartitionId(TOPIC, partition);
    }

    /** For whatever reason: no directory has to have failed. */
    @Test
    void replicasThatGoOfflineByThemselvesAreToldOfTogether() {
        replica(0).takeOffline("its log is ahead of the metadata");
        replica(1).takeOffline("its log is ahead of the metadata");
        assertThat(told).isEmpty();
        loop.turn();
        assertThat(told).containsExactly(List.of(id(0), id(1)));
        loop.turn();
        assertThat(told).as("it is still counted on").hasSize(2);
        image = Images.after(image, Images.removeTopic(TOPIC));
        loop.turn();
        assertThat(told).hasSize(2);
    }

    @Test
    void aReplicaThatWasGivenToTheNodeAnewIsNotOffline() {
        replica(0).takeOffline("its log is ahead of the metadata");
        loop.turn();
        assertThat(told).hasSize(1);
        replicas.remove(TOPIC, 0);
        directory.delete(TOPIC, 0);
        replica(0);
        loop.turn();
        assertThat(told).hasSize(1);
    }
}
