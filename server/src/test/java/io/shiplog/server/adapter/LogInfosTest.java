// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.ReplicaLogInfo;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.HandLoop;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogInfosTest {
    private static final Uuid TOPIC = new Uuid(0, 7);

    @TempDir
    Path path;

    private final List<List<ReplicaLogInfo>> reported = new ArrayList<>();
    private final EventLoop loop = HandLoop.direct();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(1)));
    private final LogInfos infos = new LogInfos(replicas, loop, reported::add);
    private LogDirectory directory;

    @BeforeEach
    void open() {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        directory.markRunning(1);
    }

    @AfterEach
    void close() {
        replicas.close();
        directory.close();
    }

    /** Nobody leads it: that is when the controller asks. */
    @Test
    void replicaWithoutARoleTellsHowFarItsLogGoes() {
        PartitionLog log = replica(0);
        log.assignEpochStart(4, 0);
        log.appendAsLeader(
                MemoryRecords.withRecords(
                                Compression.NONE, new SimpleRecord(new byte[1]), new SimpleRecord(new byte[1]))
                        .buffer(),
                4,
                0,
                true);
        infos.wanted(List.of(id(0)));
        assertThat(reported).containsExactly(List.of(new ReplicaLogInfo(id(0), 4, 2, 0, false, false)));
    }

    @Test
    void partitionThatIsNotOpenIsLeftOut() {
        replica(1);
        infos.wanted(List.of(id(0), id(1)));
        assertThat(reported).containsExactly(List.of(new ReplicaLogInfo(id(1), -1, 0, 0, false, false)));
        infos.wanted(List.of(id(0)));
        assertThat(reported).as("nothing to say is not said").hasSize(1);
    }

    @Test
    void aLogThatWasCutAtTheStartIsNamedAsSuch() throws IOException {
        directory.create(new TopicIdPartition(TOPIC, 0, "t"), LogSettings.defaults());
        directory.close();
        Files.write(
                path.resolve(TOPIC + "-0").resolve("00000000000000000000.log"),
                new byte[100],
                StandardOpenOption.APPEND);
        open();
        replicas.create(new TopicIdPartition(TOPIC, 0, "t"), directory.log(TOPIC, 0));
        infos.wanted(List.of(id(0)));
        assertThat(reported).containsExactly(List.of(new ReplicaLogInfo(id(0), -1, 0, 0, false, true)));
    }

    @Test
    void answersAreBounded() {
        IntStream.range(0, 3).forEach(this::replica);
        List<PartitionId> many = new ArrayList<>();
        for (int i = 0; i < LogInfos.MAX_PARTITIONS + 2; i++) {
            many.add(id(i < LogInfos.MAX_PARTITIONS ? 0 : 1));
        }
        infos.wanted(many);
        assertThat(reported.get(0))
                .hasSize(LogInfos.MAX_PARTITIONS)
                .allMatch(info -> info.partition().equals(id(0)));
    }

    private PartitionLog replica(int partition) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, "t");
        PartitionLog log = directory.create(id, LogSettings.defaults());
        replicas.create(id, log);
        return log;
    }

    private static PartitionId id(int partition) {
        return new PartitionId(TOPIC, partition);
    }
}
