// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.AllocateProducerIdsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What quorum nodes make of their disks: snapshots, purged logs, wiped and foreign directories. */
@Execution(ExecutionMode.CONCURRENT)
class QuorumDisksTest {
    private static final long WAIT_MS = 40_000;

    @TempDir
    private Path directory;

    /** Registers a broker and has it allocate producer ids, one Raft entry each; answers the offset afterwards. */
    private static long write(QuorumNode active, int brokerId, int entries) throws Exception {
        MetadataResult registered = QuorumNodeTest.submit(active, QuorumNodeTest.registerBroker(brokerId));
        long offset = registered.getMetadataOffset();
        for (int i = 0; i < entries; i++) {
            MetadataCommand command = MetadataCommand.newBuilder()
                    .setBrokerId(brokerId)
                    .setBrokerEpoch(registered.getRegisterBroker().getBrokerEpoch())
                    .setAllocateProducerIds(AllocateProducerIdsCommand.getDefaultInstance())
                    .build();
            MetadataResult result = QuorumNodeTest.submit(active, command);
            assertThat(result.getError()).isZero();
            offset = result.getMetadataOffset();
        }
        return offset;
    }

    private static void awaitOffset(QuorumNode node, long offset) {
        Await.until(
                "node " + node.nodeId() + " at offset " + offset,
                WAIT_MS,
                () -> node.image().offset() >= offset);
    }

    /** Names of files; those that are written meanwhile may go under it. */
    private static List<String> files(Path directory, String pattern) {
        List<String> names = new ArrayList<>();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    String name = file.getFileName().toString();
                    if (name.matches(pattern)) {
                        names.add(name);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        names.sort(null);
        return names;
    }

    @Test
    void aPeerThatWasAwayWhileTheLogWasPurgedCatchesUpFromASnapshot() throws Exception {
        TestQuorum settings = new TestQuorum(directory, 3)
                .set("metadata.log.max.entries.between.snapshots", "60")
                .set("metadata.log.preserved.entries", "0")
                .set("metadata.log.segment.bytes", "65536");
        try (TestQuorum quorum = settings.startAll()) {
            QuorumNode active = quorum.awaitActive();
            write(active, 1, 10);
            int away = active.nodeId() % 3 + 1;
            quorum.kill(away);
            long offset = write(quorum.awaitActive(), 2, 900);
            // Only closed segments are purged, so the first one tells.
            Await.until("a purged log", WAIT_MS, () -> {
                LockSupport.parkNanos(1_000_000);
                return files(quorum.dataDir(quorum.awaitActive().nodeId()), "log_(inprogress_)?0.*")
                        .isEmpty();
            });
            QuorumNode back = quorum.start(away);
            awaitOffset(back, offset);
            Await.until(
                    "the same image",
                    WAIT_MS,
                    () -> back.image().stateHash()
                            == quorum.awaitActive().image().stateHash());
            assertThat(files(quorum.dataDir(away), "snapshot\\.\\d+_\\d+")).isNotEmpty();
            // The image that came by snapshot goes on with the log, and the disk holds it.
            long next = write(quorum.awaitActive(), 3, 5);
            awaitOffset(back, next);
            quorum.kill(away);
            awaitOffset(quorum.start(away), next);
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void aNodeThatIsFormedRunsWhoeverTheConfigurationNamesLater() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll()) {
            long offset = write(quorum.awaitActive(), 1, 3);
            for (int id = 1; id <= 3; id++) {
                awaitOffset(quorum.node(id), offset);
            }
            for (int id = 1; id <= 3; id++) {
                quorum.kill(id);
            }
            quorum.replaceInConfiguration(3, 4);
            quorum.start(1);
            quorum.start(2);
            QuorumNode active = quorum.awaitActive();
            assertThat(active.members()).extracting(QuorumPeer::nodeId).containsExactly(1, 2, 3);
            awaitOffset(active, write(active, 2, 1));
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    /** Ratis refuses it with an exception of another kind than what it says of its own directory. */
    @Test
    void damageInTheMiddleOfTheLogIsToldForWhatItIs() throws Exception {
        TestQuorum settings = new TestQuorum(directory, 1)
                .set("metadata.log.max.entries.between.snapshots", "100000")
                .set("metadata.log.segment.bytes", "65536");
        try (TestQuorum quorum = settings.startAll()) {
            write(quorum.awaitActive(), 1, 900);
            quorum.kill(1);
            Path closed;
            try (Stream<Path> files = Files.walk(quorum.dataDir(1))) {
                closed = files.filter(file -> file.getFileName().toString().matches("log_\\d+-\\d+"))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(closed);
            bytes[bytes.length / 2] ^= 1;
            Files.write(closed, bytes);
            quorum.start(1);
            Await.until("refused", WAIT_MS, () -> !quorum.fatals().isEmpty());
            assertThat(quorum.fatals().get(0)).startsWith("1: the Raft peer cannot start: ");
        }
    }

    /** Ratis would wait two seconds for the end of its own. */
    @Test
    void aPeerHasNoEventLoopsOfItsOwn() {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll()) {
            quorum.awaitActive();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.matches("\\d+-.*-(boss|server-workers|client-workers).*"));
        }
    }

    @Test
    void aSnapshotAndTheLogBehindItBringTheImageBack() throws Exception {
        TestQuorum settings = new TestQuorum(directory, 1).set("metadata.log.max.entries.between.snapshots", "20");
        try (TestQuorum quorum = settings.startAll()) {
            QuorumNode active = quorum.awaitActive();
            // The first controller records who the voters are; after that nothing happens by itself.
            Await.until(
                    "voters are told",
                    WAIT_MS,
                    () -> !active.image().quorumVoters().isEmpty());
            long offset = write(active, 1, 100);
            Await.until(
                    "snapshots",
                    WAIT_MS,
                    () -> !files(quorum.dataDir(1), "snapshot\\.\\d+_\\d+").isEmpty());
            long hash = quorum.node(1).image().stateHash();
            quorum.kill(1);
            awaitOffset(quorum.start(1), offset);
            assertThat(quorum.node(1).image().stateHash()).isEqualTo(hash);
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void aDamagedSnapshotIsNotLoaded() throws Exception {
        TestQuorum settings = new TestQuorum(directory, 1).set("metadata.log.max.entries.between.snapshots", "20");
        try (TestQuorum quorum = settings.startAll()) {
            write(quorum.awaitActive(), 1, 100);
            Await.until(
                    "snapshots",
                    WAIT_MS,
                    () -> !files(quorum.dataDir(1), "snapshot\\.\\d+_\\d+").isEmpty());
            quorum.stop(1);
            try (Stream<Path> all = Files.walk(quorum.dataDir(1))) {
                for (Path file : all.filter(
                                path -> path.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                        .toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(file, bytes);
                }
            }
            quorum.start(1);
            Await.until("refused", WAIT_MS, () -> !quorum.fatals().isEmpty());
            assertThat(quorum.fatals().get(0)).contains("snapshot");
        }
    }

    /** Its checksum is right: only the comparison with the others can tell. */
    @Test
    void aNodeWhoseStateWasTamperedWithStopsWhenTheHashesAreCompared() throws Exception {
        TestQuorum settings = new TestQuorum(directory, 3).set("metadata.log.max.entries.between.snapshots", "20");
        try (TestQuorum quorum = settings.startAll()) {
            QuorumNode active = quorum.awaitActive();
            int tampered = active.nodeId() % 3 + 1;
            write(active, 1, 60);
            Await.until(
                    "a snapshot",
                    WAIT_MS,
                    () -> !files(quorum.dataDir(tampered), "snapshot\\.\\d+_\\d+")
                            .isEmpty());
            quorum.stop(tampered);
            tamperWithSnapshots(quorum.dataDir(tampered));
            quorum.start(tampered);
            long offset = write(quorum.awaitActive(), 2, 1_000);
            Await.until("the hash was compared", WAIT_MS, () -> !quorum.fatals().isEmpty());
            assertThat(quorum.fatals()).allMatch(fatal -> fatal.startsWith(tampered + ":"));
            assertThat(quorum.fatals().get(0)).contains("gone astray");
            assertThat(quorum.awaitActive().image().offset()).isGreaterThanOrEqualTo(offset);
        }
    }

    /** The same snapshots, but that one record of each says something else. */
    private static void tamperWithSnapshots(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(path -> path.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
                    .toList()) {
                SnapshotFormat.Snapshot snapshot = SnapshotFormat.fromBytes(Files.readAllBytes(file));
                MetadataImage image = snapshot.image();
                List<MetadataRecord> records = new ArrayList<>(image.toRecords());
                records.replaceAll(record -> record.hasBrokerRegistration()
                        ? record.toBuilder()
                                .setBrokerRegistration(record.getBrokerRegistration().toBuilder()
                                        .setRack("elsewhere"))
                                .build()
                        : record);
                SnapshotHeader.Builder header = SnapshotHeader.newBuilder()
                        .setFormat(SnapshotFormat.FORMAT)
                        .setMetadataOffset(image.offset());
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                SnapshotFormat.write(
                        bytes, MetadataImage.fromSnapshot(header.build(), records), snapshot.term(), snapshot.index());
                Files.write(file, bytes.toByteArray());
            }
        }
    }

    @Test
    void aWipedNodeIsAddedAgainAsANewPeer() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll()) {
            QuorumNode active = quorum.awaitActive();
            String clusterId = active.clusterId();
            long offset = write(active, 1, 5);
            List<QuorumPeer> before = active.quorum().peers();
            int wiped = active.nodeId() % 3 + 1;
            quorum.kill(wiped);
            quorum.wipe(wiped);
            QuorumNode back = quorum.start(wiped);
            awaitOffset(back, offset);
            assertThat(back.clusterId()).isEqualTo(clusterId);
            Await.until("three members with the new peer", WAIT_MS, () -> {
                QuorumNode leader = quorum.awaitActive();
                return leader.quorum().peers().size() == 3
                        && !leader.quorum().peers().equals(before)
                        && !leader.quorum().isChangingPeers()
                        && !back.quorum().isChangingPeers()
                        && leader.quorum().peers().equals(back.quorum().peers());
            });
            // The new peer counts: with it and one other node the quorum goes on.
            quorum.kill(wiped % 3 + 1);
            long next = write(quorum.awaitActive(), 2, 5);
            awaitOffset(back, next);
            // And it comes back from its own disk.
            quorum.kill(wiped);
            awaitOffset(quorum.start(wiped), next);
            assertThat(quorum.fatals()).isEmpty();
        }
    }

    @Test
    void twoOfThreeWipedDisksMakeNoSecondCluster() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3).startAll()) {
            String clusterId = quorum.awaitActive().clusterId();
            for (int id = 1; id <= 3; id++) {
                quorum.kill(id);
            }
            quorum.wipe(2);
            quorum.wipe(3);
            // The wiped ones first: they must wait for the third.
            quorum.start(2);
            quorum.start(3);
            long untilNs = System.nanoTime() + 3_000_000_000L;
            Await.until("time to form wrongly", WAIT_MS, () -> System.nanoTime() > untilNs);
            assertThat(quorum.node(2).clusterId()).isEmpty();
            quorum.start(1);
            Await.until(
                    "both join",
                    WAIT_MS,
                    () -> quorum.node(2).clusterId().equals(clusterId)
                            && quorum.node(3).clusterId().equals(clusterId));
            long until2Ns = System.nanoTime() + 3_000_000_000L;
            Await.until("time to elect wrongly", WAIT_MS, () -> System.nanoTime() > until2Ns);
            assertThat(quorum.running()).noneMatch(QuorumNode::isActiveController);
        }
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 3)) {
            quorum.start(1);
            quorum.kill(1);
            Files.move(quorum.dataDir(1), quorum.dataDir(2));
            assertThatThrownBy(() -> quorum.start(2))
                    .isInstanceOf(ConfigProblem.class)
                    .hasMessageContaining("quorum node 1");
        }
    }

    @Test
    void aDirectoryInUseIsRefused() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll()) {
            assertThatThrownBy(() -> quorum.start(1)).hasMessageContaining("in use");
        }
    }

    @Test
    void aRaftLogWithoutAStampIsRefused() throws Exception {
        try (TestQuorum quorum = new TestQuorum(directory, 1).startAll()) {
            quorum.awaitActive();
            quorum.kill(1);
            Files.delete(quorum.dataDir(1).resolve("quorum.stamp"));
            assertThatThrownBy(() -> quorum.start(1)).hasMessageContaining("without");
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        TestQuorum quorum = new TestQuorum(directory, 1);
        int port = quorum.voter(1).endpointPort();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> quorum.start(1)).hasMessageContaining(String.valueOf(port));
        }
    }
}
