// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.client.BrokerRegistration.LogDirReport;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoriesTest {
    private static final Uuid TOPIC = new Uuid(5, 6);
    private static final String CLUSTER = "c1";
    private static final int NODE = 7;
    /** What {@link LogDirectory#watch} writes to: a directory of that name makes it fail. */
    private static final String PROBE = "alive";

    @TempDir
    Path temp;

    private Path one;
    private Path two;
    private LogDirectories directories;
    private long life;

    /** A directory that failed. */
    private record Failure(Path directory, List<PartitionId> partitions, boolean last) {}

    @BeforeEach
    void start() {
        one = temp.resolve("one");
        two = temp.resolve("two");
        open();
    }

    @AfterEach
    void close() {
        if (directories != null) {
            directories.close();
        }
    }

    private void open() {
        openAs(NODE);
    }

    private void openAs(int node) {
        directories =
                LogDirectories.open(node, List.of(one, two), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directories.recover();
        directories.stampAs(CLUSTER, node, new Uuid(9, ++life));
        directories.markRunning(life);
    }

    private void restart() {
        directories.close();
        open();
    }

    private PartitionLog create(int partition) {
        return directories.logOrNew(new TopicIdPartition(TOPIC, partition, "t"), LogSettings.defaults());
    }

    private Path home(int partition) {
        Path name = Path.of(TOPIC + "-" + partition);
        return Files.isDirectory(one.resolve(name)) ? one : two;
    }

    @Test
    void newLogsGoWhereThereIsMostRoomForEach() {
        for (int i = 0; i < 10; i++) {
            create(i);
        }
        assertThat(directories.all()).extracting(LogDirectory::logCount).containsExactly(5, 5);
        assertThat(DirectoryPlacement.share(1_000, 9)).isGreaterThan(DirectoryPlacement.share(100, 3));
        assertThat(DirectoryPlacement.share(1_000, 9)).isLessThan(DirectoryPlacement.share(1_000, 8));
        assertThat(DirectoryPlacement.share(0, 0)).isPositive();
    }

    @Test
    void failedDirectoryTakesOnlyItsOwnPartitionsAndTheLastOneTheNode() throws Exception {
        for (int i = 0; i < 4; i++) {
            create(i);
        }
        LinkedBlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
        directories.onFailure((path, lost, last, why) -> failures.add(new Failure(path, lost, last)));
        breakProbe(one);
        directories.watch(5);
        Failure first = failures.poll(30, TimeUnit.SECONDS);
        assertThat(first.directory()).isEqualTo(one);
        assertThat(first.last()).isFalse();
        assertThat(first.partitions())
                .hasSize(2)
                .allMatch(id -> home(id.partition()).equals(one));
        for (int i = 4; i < 8; i++) {
            create(i);
            assertThat(home(i)).isEqualTo(two);
        }
        directories.delete(first.partitions().get(0));
        assertThat(directories.all()).extracting(LogDirectory::isOffline).containsExactly(true, false);

        breakProbe(two);
        Failure second = failures.poll(30, TimeUnit.SECONDS);
        assertThat(second.directory()).isEqualTo(two);
        assertThat(second.last()).isTrue();
        assertThatThrownBy(() -> create(9))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("no log directory");
    }

    private static void breakProbe(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(PROBE));
        Files.createDirectory(directory.resolve(PROBE));
    }

    @Test
    void directoryThatIsNotThereAtStartIsLeftOutAndTheOthersServe() throws IOException {
        for (int i = 0; i < 4; i++) {
            create(i);
        }
        directories.close();
        Files.move(two, temp.resolve("unmounted"));
        open();
        assertThat(directories.paths()).containsExactly(one);
        assertThat(directories.leftOut()).containsExactly(two);
        assertThat(Files.exists(two))
                .as("nothing is made where a disk should be mounted")
                .isFalse();
        LogDirReport report = directories.reports().get(0);
        assertThat(directories.reports()).hasSize(1);
        assertThat(report.held()).hasSize(2).allMatch(id -> home(id.partition()).equals(one));
        assertThat(create(9)).isNotNull();
        assertThat(new DescribedLogDirs(directories, Runnable::run).logDirs().join())
                .anyMatch(dir -> dir.path().equals(two.toString()) && dir.offline());
    }

    @Test
    void directoryThatCannotBeReadIsLeftOutToo() throws IOException {
        directories.close();
        Files.move(two, temp.resolve("aside"));
        Files.createFile(two);
        open();
        assertThat(directories.leftOut()).containsExactly(two);
    }

    @Test
    void emptyDirectoryInPlaceOfADiskIsANewDisk() throws IOException {
        List<Uuid> before = directories.ids();
        directories.close();
        Files.move(two, temp.resolve("broken"));
        Files.createDirectory(two);
        open();
        assertThat(directories.ids()).hasSize(2).contains(before.get(0)).doesNotContain(before.get(1));
    }

    @Test
    void withoutAnyDirectoryTheNodeDoesNotStart() throws IOException {
        directories.close();
        directories = null;
        for (Path path : List.of(one, two)) {
            Files.move(path, path.resolveSibling(path.getFileName() + "-aside"));
            Files.createFile(path);
        }
        assertThatThrownBy(this::open).isInstanceOf(StorageException.class).hasMessageContaining("cannot be opened");
    }

    @Test
    void recoveryCutsNothingInADirectoryOfAnotherNode() throws IOException {
        create(0);
        Path segment = home(0).resolve(TOPIC + "-0").resolve("00000000000000000000.log");
        directories.close();
        directories = null;
        byte[] whatMayBeATornTail = {1, 2, 3};
        Files.write(segment, whatMayBeATornTail, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> openAs(NODE + 1))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to node " + NODE);
        assertThat(segment).hasBinaryContent(whatMayBeATornTail);
    }

    @Test
    void directoryInUseIsARefusalAndNotAFailedDisk() {
        assertThatThrownBy(() -> LogDirectories.open(
                        NODE,
                        List.of(temp.resolve("three"), two),
                        LogDirectoryConfig.defaultConfig(),
                        StorageClock.system()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("in use by another process");
    }

    @Test
    void diskThatHadBeenAwayGivesWayToTheNewerLog() throws IOException {
        for (int i = 0; i < 2; i++) {
            create(i);
        }
        int onTwo = home(0).equals(two) ? 0 : 1;
        directories.close();
        Files.move(two, temp.resolve("unmounted"));
        open();
        create(onTwo);
        directories.close();
        Files.move(temp.resolve("unmounted"), two);
        open();
        assertThat(directories.log(TOPIC, onTwo)).isNotNull();
        assertThat(home(onTwo)).isEqualTo(one);
        List<Path> strays = new ArrayList<>();
        try (var files = Files.list(two)) {
            files.filter(file -> file.toString().endsWith(".stray")).forEach(strays::add);
        }
        assertThat(strays).hasSize(1);
        restart();
        assertThat(directories.logs()).hasSize(2);
    }

    @Test
    void theSameLogInTwoDirectoriesOfOneLifeIsRefused() throws IOException {
        create(0);
        Path home = home(0);
        directories.close();
        directories = null;
        Path other = home.equals(one) ? two : one;
        Path name = Path.of(TOPIC + "-0");
        Files.createDirectory(other.resolve(name));
        assertThatThrownBy(this::open)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("in two log directories");
    }

    @Test
    void everyDirectoryKnowsTheProcessThatRegisters() {
        assertThat(directories.reports())
                .allMatch(report -> report.incarnations().equals(List.of(new Uuid(9, life))));
        restart();
        assertThat(directories.reports())
                .allMatch(report -> report.incarnations().equals(List.of(new Uuid(9, life))));
    }

    /** Under older metadata it would delete the logs of all topics that were made since. */
    @Test
    void aQuorumThatGivesAnEarlierBrokerEpochIsRefused() {
        create(0);
        directories.markRunning(70);
        directories.close();
        directories =
                LogDirectories.open(NODE, List.of(one, two), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directories.recover();
        directories.stampAs(CLUSTER, NODE, new Uuid(9, ++life));
        assertThatThrownBy(() -> directories.markRunning(70))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("taken back");
        assertThatThrownBy(() -> directories.markRunning(69)).isInstanceOf(StorageException.class);
        directories.markRunning(71);
        assertThat(directories.partitions()).hasSize(1);
    }
}
