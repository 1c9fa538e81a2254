// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.HandLoop;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.batch.BatchRewriter;
import io.shiplog.storage.batch.RecordError;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of batches whose topic has a compression of its own; workers and loop run when the test says so. */
class RecompressionTest {
    private static final int NODE = 101;
    private static final Uuid TOPIC = new Uuid(0, 8);

    @TempDir
    Path path;

    private final HandLoop loop = HandLoop.waiting();
    private final List<Runnable> work = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(NODE)));
    private final MetadataImage image = Images.after(
            MetadataImage.empty(),
            Images.broker(NODE, 9_101),
            Images.topic(TOPIC, "t"),
            Images.partition(TOPIC, 0, NODE, NODE),
            Images.partition(TOPIC, 1, NODE, NODE));
    private boolean closed;
    private LogDirectory directory;
    private LocalPartitions partitions;

    @BeforeEach
    void open() {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.stampAs("c", NODE);
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        begin(BatchRewriter::new);
        lead(0, Map.of("compression.type", "zstd"));
    }

    private void begin(Supplier<BatchRewriter> rewriters) {
        Executor workers = task -> {
            if (closed) {
                throw new RejectedExecutionException();
            }
            work.add(task);
        };
        Recompression recompression = new Recompression(loop, workers, rewriters);
        partitions = new LocalPartitions(replicas, () -> image, new EndlessLease(), () -> 0, recompression);
    }

    @AfterEach
    void close() {
        replicas.close();
        directory.close();
    }

    @Test
    void batchIsAppendedAsTheTopicKeepsIt() throws IOException {
        produce(0, Compression.gzip().build(), "a", "b");
        assertThat(answers).as("not on the loop").isEmpty();
        step();
        assertThat(answers).containsExactly("a NONE 0");
        assertThat(stored(0)).containsExactly("zstd 0..1");
        assertThat(metric("Recompression.Batches")).isEqualTo(1);
        assertThat(metric("Recompression.BytesBefore")).isPositive();
    }

    @Test
    void batchThatIsKeptAsItComesGoesStraightToTheLog() throws IOException {
        produce(0, Compression.zstd().build(), "a");
        assertThat(work).isEmpty();
        assertThat(answers).containsExactly("a NONE 0");
        lead(1, Map.of());
        produce(1, Compression.gzip().build(), "b");
        assertThat(answers).containsExactly("a NONE 0", "b NONE 0");
        assertThat(stored(1)).containsExactly("gzip 0..0");
    }

    @Test
    void batchesOfPartitionKeepTheirOrderWhateverTheyAreCompressedWith() throws IOException {
        lead(1, Map.of("compression.type", "uncompressed"));
        produce(0, Compression.gzip().build(), "a");
        produce(0, Compression.zstd().build(), "b");
        produce(0, Compression.NONE, "c");
        produce(0, Compression.zstd().build(), "d");
        produce(1, Compression.gzip().build(), "e");
        assertThat(work).as("one of each partition").hasSize(2);
        work.remove(1).run();
        loop.run();
        assertThat(answers).as("others need not wait").containsExactly("e NONE 0");
        step();
        assertThat(answers).containsExactly("e NONE 0", "a NONE 0", "b NONE 1");
        step();
        assertThat(answers).containsExactly("e NONE 0", "a NONE 0", "b NONE 1", "c NONE 2", "d NONE 3");
        assertThat(stored(0)).containsExactly("zstd 0..0", "zstd 1..1", "zstd 2..2", "zstd 3..3");
        assertThat(stored(1)).containsExactly("none 0..0");
        produce(0, Compression.zstd().build(), "f");
        assertThat(work).isEmpty();
        assertThat(answers).endsWith("f NONE 4");
    }

    @Test
    void badBatchIsRefusedAndThoseBehindItGoOn() throws IOException {
        ByteBuffer bad = batch(Compression.gzip().build(), "a");
        bad.put(bad.limit() - 1, (byte) (bad.get(bad.limit() - 1) + 1));
        produce(0, bad, "a");
        produce(0, Compression.gzip().build(), "b");
        step();
        step();
        assertThat(answers).containsExactly("a CORRUPT_MESSAGE -1", "b NONE 0");
        assertThat(stored(0)).containsExactly("zstd 0..0");
        assertThat(metric("Recompression.Refused")).isEqualTo(1);
    }

    @Test
    void batchThatGrowsBeyondWhatTheTopicTakesIsRefused() {
        lead(1, Map.of("compression.type", "uncompressed", "max.message.bytes", "1000"));
        produce(1, Compression.gzip().build(), "y".repeat(2_000));
        step();
        assertThat(answers).singleElement().asString().endsWith("MESSAGE_TOO_LARGE -1");
    }

    @Test
    void recordsThatMakeNoSenseAreNamed() {
        lead(1, Map.of("compression.type", "lz4", "cleanup.policy", "compact"));
        produce(1, Compression.gzip().build(), "without a key");
        step();
        assertThat(answers).containsExactly("record 0", "without a key INVALID_RECORD -1");
    }

    @Test
    void replicaThatLeadsNoMoreRefusesWhatComesBack() {
        produce(0, Compression.gzip().build(), "a");
        replicas.get(TOPIC, 0).apply(state(102, 1));
        step();
        assertThat(answers).containsExactly("a NOT_LEADER_OR_FOLLOWER -1");
        produce(0, Compression.gzip().build(), "b");
        assertThat(work).as("nobody works for what is refused anyway").isEmpty();
        assertThat(answers).endsWith("b NOT_LEADER_OR_FOLLOWER -1");
    }

    @Test
    void nodeThatStopsRefuses() {
        closed = true;
        produce(0, Compression.gzip().build(), "a");
        loop.run();
        assertThat(answers).containsExactly("a NOT_LEADER_OR_FOLLOWER -1");
    }

    @Test
    void nodeWithoutTheCodecsLibraryRefusesAndGoesOn() {
        begin(() -> {
            throw new NoClassDefFoundError("zstd");
        });
        produce(0, Compression.gzip().build(), "a");
        produce(0, Compression.zstd().build(), "b");
        step();
        assertThat(answers).containsExactly("a UNKNOWN_SERVER_ERROR -1", "b NONE 0");
    }

    private static final class EndlessLease implements Lease {
        @Override
        public boolean valid(long nowNs) {
            return true;
        }

        @Override
        public long remainingMs(long nowNs) {
            return Long.MAX_VALUE;
        }
    }

    private long metric(String name) {
        return partitions.metrics().get(name).getAsLong();
    }

    /** Does the first thing that waits for a worker, and what comes of it on the loop. */
    private void step() {
        work.remove(0).run();
        loop.run();
    }

    private void lead(int partition, Map<String, String> configs) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, "t");
        Replica replica = replicas.create(
                id, directory.create(id, LogSettings.fromTopicConfigs(configs, LogSettings.defaults())));
        replica.apply(state(NODE, 0));
    }

    private static PartitionState state(int leader, int epoch) {
        AssignedReplica own = new AssignedReplica(NODE, true, false, 1, false, false);
        AssignedReplica other = new AssignedReplica(102, leader == 102, false, 1, false, false);
        List<AssignedReplica> assigned = leader == NODE ? List.of(own) : List.of(own, other);
        return new PartitionState(leader, epoch, epoch, assigned, true, false, 1, true);
    }

    private void produce(int partition, Compression compression, String... values) {
        produce(partition, batch(compression, values), values[0]);
    }

    private void produce(int partition, ByteBuffer batch, String name) {
        partitions.produce(TOPIC, partition, batch, (short) 1, 1_000, new ProduceCallback() {
            @Override
            public void refusedRecords(List<RecordError> records) {
                records.forEach(record -> answers.add("record " + record.batchIndex()));
            }

            @Override
            public void complete(
                    Errors error, long baseOffset, long logAppendTimeMs, long logStartOffset, String message) {
                answers.add(name + " " + error + " " + baseOffset);
            }
        });
        // the received bytes go when the handler returns
        for (int i = batch.position(); i < batch.limit(); i++) {
            batch.put(i, (byte) 0);
        }
    }

    private ByteBuffer batch(Compression compression, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(loop.wallClockMs(), values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(compression, records).buffer();
    }

    private List<String> stored(int partition) throws IOException {
        List<String> batches = new ArrayList<>();
        try (Stream<Path> files = Files.walk(path)) {
            List<File> logs = files.filter(
                            file -> file.toString().endsWith("-" + partition + "/00000000000000000000.log"))
                    .map(Path::toFile)
                    .toList();
            try (FileRecords records = FileRecords.open(logs.get(0))) {
                records.batches()
                        .forEach(batch -> batches.add(
                                batch.compressionType().name + " " + batch.baseOffset() + ".." + batch.lastOffset()));
            }
        }
        return batches;
    }
}
