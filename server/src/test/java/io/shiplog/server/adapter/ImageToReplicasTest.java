// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.HandLoop;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageToReplicasTest {
    private static final int NODE = 101;
    private static final int OTHER = 102;
    private static final Uuid TOPIC = new Uuid(0, 8);

    @TempDir
    Path path;

    private final HandLoop loop = HandLoop.waiting();
    private final List<Long> applied = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(NODE)));
    private final MetadataImage mine = Images.after(
            MetadataImage.empty(),
            Images.broker(NODE, 9_101),
            Images.broker(OTHER, 9_102),
            Images.topic(TOPIC, "t"),
            Images.partition(TOPIC, 0, NODE, NODE));
    private LogDirectories directories;
    private ImageToReplicas images;

    @BeforeEach
    void open() {
        directories = LogDirectories.open(
                NODE, List.of(path.resolve("log")), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directories.recover();
        directories.markRunning(1);
        images = new ImageToReplicas(
                NODE, directories, LogSettings.defaults(), replicas, fetchers(), loop, applied::add, failures::add);
    }

    private ReplicaFetchers fetchers() {
        return new ReplicaFetchers(
                loop,
                leader -> {
                    throw new AssertionError("nobody follows " + leader);
                },
                () -> 1,
                FetcherSettings.defaults(NODE));
    }

    @AfterEach
    void close() {
        assertThat(failures).isEmpty();
        images.stop();
        replicas.close();
        directories.close();
    }

    private void become(MetadataImage from, MetadataImage to) {
        images.onMetadata(MetadataDelta.full(from, to));
    }

    private static void await(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void turnUntilApplied(MetadataImage image) {
        await(() -> {
            loop.run();
            return applied.contains(image.offset());
        });
    }

    /** The thread that creates and deletes logs has done all it could so far. */
    private static boolean diskThreadWaits() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("replica-assignment"))
                .allMatch(thread -> thread.getState() == Thread.State.WAITING);
    }

    /** Else the log that came with the second assignment would be the old one, and deleted for the first change. */
    @Test
    void partitionThatIsTakenAwayAndGivenBackAtOnceGetsANewLogAndKeepsIt() {
        become(MetadataImage.empty(), mine);
        images.activate(-1);
        turnUntilApplied(mine);
        PartitionLog old = directories.log(TOPIC, 0);
        MetadataImage taken = Images.after(mine, Images.assigned(TOPIC, 0, OTHER, 1, List.of(OTHER), OTHER));
        MetadataImage back = Images.after(taken, Images.assigned(TOPIC, 0, NODE, 2, List.of(NODE), NODE));

        become(mine, taken);
        become(taken, back);
        await(() -> loop.size() > 0 && diskThreadWaits());
        turnUntilApplied(back);
        await(ImageToReplicasTest::diskThreadWaits);

        PartitionLog now = directories.log(TOPIC, 0);
        assertThat(now).isNotNull().isNotSameAs(old);
        assertThat(replicas.get(TOPIC, 0).log()).isSameAs(now);
        assertThat(applied).isSorted().contains(taken.offset(), back.offset());
    }

    @Test
    void nothingHappensBeforeTheImageKnowsOfTheRegistration() {
        become(MetadataImage.empty(), mine);
        images.activate(mine.offset());
        await(ImageToReplicasTest::diskThreadWaits);
        loop.run();
        assertThat(directories.logs()).isEmpty();
        MetadataImage next = Images.after(mine, Images.topic(new Uuid(0, 9), "u"));
        become(mine, next);
        turnUntilApplied(next);
        assertThat(directories.logs()).hasSize(1);
    }

    /** Word of the metadata that it begins with waits for the disk thread already when the node is taken. */
    @Test
    void logOfATopicThatIsGoneIsDeletedHoweverEarlyTheMetadataCame() throws Exception {
        Uuid gone = new Uuid(0, 9);
        directories.logOrNew(new TopicIdPartition(gone, 0, "gone"), LogSettings.defaults());
        images.stop();
        ExecutorService disk = Executors.newSingleThreadExecutor();
        CountDownLatch begin = new CountDownLatch(1);
        Future<Boolean> held = disk.submit(() -> begin.await(30, TimeUnit.SECONDS));
        images = new ImageToReplicas(
                NODE, directories, LogSettings.defaults(), replicas, fetchers(), loop, applied::add, disk);

        become(MetadataImage.empty(), mine);
        images.activate(-1);
        begin.countDown();

        turnUntilApplied(mine);
        await(() -> directories.log(gone, 0) == null);
        assertThat(directories.log(TOPIC, 0)).isNotNull();
        assertThat(held.get()).isTrue();
    }

    /** Deleting some thousand logs takes longer than a node that stops waits, and the directory is closed then. The next start deletes them. */
    @Test
    void nothingMoreIsDeletedWhenTheNodeStops() throws Exception {
        images.stop();
        ExecutorService disk = Executors.newSingleThreadExecutor();
        images = new ImageToReplicas(
                NODE, directories, LogSettings.defaults(), replicas, fetchers(), loop, applied::add, disk);
        become(MetadataImage.empty(), mine);
        images.activate(-1);
        turnUntilApplied(mine);
        MetadataImage taken = Images.after(mine, Images.assigned(TOPIC, 0, OTHER, 1, List.of(OTHER), OTHER));
        become(mine, taken);
        await(() -> loop.size() > 0);
        CountDownLatch begin = new CountDownLatch(1);
        Future<Boolean> held = disk.submit(() -> begin.await(30, TimeUnit.SECONDS));
        turnUntilApplied(taken);

        CompletableFuture<Boolean> stopped = CompletableFuture.supplyAsync(images::stop);
        await(disk::isShutdown);
        begin.countDown();

        assertThat(stopped.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(held.get()).isTrue();
        assertThat(directories.log(TOPIC, 0)).isNotNull();
    }
}
