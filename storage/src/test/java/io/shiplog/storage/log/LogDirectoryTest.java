// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
    @TempDir
    Path temp;

    private TestDirectory directory;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void keepsItsIdOnceStamped() {
        assertThat(directory.directory.stamp()).isEmpty();
        Uuid id = directory.directory.directoryId();
        directory.directory.stampAs("c1", 4);
        directory.kill();
        directory.reopen();
        assertThat(directory.directory.stamp()).contains(new DirectoryStamp("c1", 4, id));
        directory.directory.stampAs("c1", 4);
    }

    @Test
    void refusesAnotherClusterAndAnotherNode() {
        directory.directory.stampAs("c1", 4);
        assertThatThrownBy(() -> directory.directory.stampAs("c2", 4))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to cluster c1, not to c2");
        assertThatThrownBy(() -> directory.directory.stampAs("c1", 5))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to node 4, not to 5");
    }

    @Test
    void directoryOfAnotherNodeIsRefusedBeforeAnythingIsWritten() throws IOException {
        DirectoryStamp.refuseOthers(temp.resolve("nowhere"), 5);
        DirectoryStamp.refuseOthers(directory.path, 5);
        directory.directory.stampAs("c1", 4);
        directory.kill();
        DirectoryStamp.refuseOthers(directory.path, 4);
        List<String> before = filesIn(directory.path);
        assertThatThrownBy(() -> DirectoryStamp.refuseOthers(directory.path, 5))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to node 4, not to 5");
        assertThat(filesIn(directory.path)).isEqualTo(before);
        assertThat(temp.resolve("nowhere")).doesNotExist();
    }

    private static List<String> filesIn(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName() + " " + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void refusesADamagedStamp() throws IOException {
        directory.directory.stampAs("c1", 4);
        directory.kill();
        Path stamp = temp.resolve("data").resolve("stamp");
        Files.writeString(stamp, Files.readString(stamp).replace("node.id=4", "node.id=5"));
        assertThatThrownBy(() -> directory.reopen())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void refusesASecondUser() {
        assertThatThrownBy(() -> LogDirectory.open(temp.resolve("data"), directory.config, StorageClock.system()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("in use");
    }

    @Test
    void missingParentIsAClearError() {
        assertThatThrownBy(
                        () -> LogDirectory.open(temp.resolve("no/such/data"), directory.config, StorageClock.system()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("cannot be opened");
    }

    @Test
    void createdLogIsThereAfterAStopAndHasNoTopicName() {
        append(directory.create(2), 1, "a");
        directory.closeCleanly(1);
        directory.reopen();
        assertThat(directory.directory.logs()).hasSize(1);
        PartitionLog log = directory.log(2);
        assertThat(log.topicId()).isEqualTo(TOPIC);
        assertThat(log.partition()).isEqualTo(2);
        assertThat(log.id().topic()).isEmpty();
        assertThat(readAll(log)).containsExactly("0:a");
        assertThat(directory.create(2)).isSameAs(log);
    }

    @Test
    void deletedLogIsGoneAtOnceAndForGood() throws IOException {
        PartitionLog log = directory.create(0);
        append(log, 1, "a");
        directory.housekeeping(true);
        directory.directory.delete(TOPIC, 0);
        assertThat(directory.log(0)).isNull();
        assertThat(Files.exists(directory.partitionPath(0))).isFalse();
        directory.kill();
        try (var left = Files.list(temp.resolve("data"))) {
            assertThat(left.filter(p -> p.toString().contains(TOPIC.toString())))
                    .isEmpty();
        }
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.directory.logs()).isEmpty();
    }

    @Test
    void useOfADeletedLogHarmsNobody() {
        PartitionLog log = directory.create(0);
        PartitionLog other = directory.create(1);
        append(log, 1, "a");
        directory.directory.delete(TOPIC, 0);
        assertThat(log.appendAsLeader(TestBatches.batch(1, "b"), 1, 2, true).error())
                .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThatThrownBy(() -> log.read(0, 100, 10, true)).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> log.truncateTo(0)).isInstanceOf(StorageException.class);
        log.flush().flushNow();
        assertThat(directory.directory.isOffline()).isFalse();
        append(other, 1, "fine");
    }

    @Test
    void leftoversOfADeletionGoAtTheNextStart() throws IOException {
        directory.kill();
        Path left = Files.createDirectory(temp.resolve("data").resolve(TOPIC + "-7.3.deleted"));
        Files.createFile(left.resolve("00000000000000000000.log"));
        directory.reopen();
        directory.kill();
        assertThat(Files.exists(left)).isFalse();
    }

    @Test
    void logsAreUsedOnlyAfterRecovery() {
        directory.kill();
        directory.directory =
                LogDirectory.open(temp.resolve("data"), directory.config, directory.clock, directory.files);
        assertThatThrownBy(() -> directory.create(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void topicSettingsAreReadAndBadOnesNamed() {
        LogSettings settings = LogSettings.fromTopicConfigs(
                Map.of("segment.bytes", "2048", "flush.policy", "replicated", "min.insync.replicas", "2"),
                LogSettings.defaults());
        assertThat(settings.segmentBytes()).isEqualTo(2048);
        assertThat(settings.flushPolicy()).isEqualTo(FlushPolicy.REPLICATED);
        assertThatThrownBy(() -> LogSettings.fromTopicConfigs(Map.of("segment.bytes", "3"), LogSettings.defaults()))
                .hasMessageContaining("segment.bytes=3: a number from 1024");
        assertThatThrownBy(() -> LogSettings.fromTopicConfigs(Map.of("retention.ms", "x"), LogSettings.defaults()))
                .hasMessageContaining("retention.ms=x");
        assertThatThrownBy(() -> LogSettings.fromTopicConfigs(Map.of("flush.policy", "x"), LogSettings.defaults()))
                .hasMessageContaining("commit, replicated or interval");
    }
}
