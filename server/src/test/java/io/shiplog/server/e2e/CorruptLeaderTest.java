// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C5: a leader sends what it wrote itself unread, so that it is its follower who finds the flipped byte. */
class CorruptLeaderTest {
    private static final String TOPIC = "rot";

    @TempDir
    private Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3).start();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Path activeSegment(int node) throws IOException {
        try (Stream<Path> files = Files.list(cluster.logDirectory(node, TOPIC, 0))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, position);
        }
    }

    /** The follower refuses what it is sent, and says so; its leader looks, and leaves its place to one whose bytes are sound. */
    @Test
    void aFollowerRefusesWhatIsCorruptAndItsLeaderHandsOver() throws Exception {
        cluster.clients().createTopic(TOPIC, 1, 3, java.util.Map.of());
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(100);
            int leader = cluster.leader(TOPIC, 0);
            int follower = leader == 103 ? 102 : 103;
            cluster.crashStorage(follower);
            cluster.awaitIsr(TOPIC, 0, 2);
            long lacks = Files.size(activeSegment(leader));
            load.awaitMoreAcks(500);
            flip(activeSegment(leader), lacks + 1_000);
            cluster.startStorage(follower);
            Await.until("another leader", 60_000, () -> cluster.leader(TOPIC, 0) != leader);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
            cluster.awaitIsr(TOPIC, 0, 3);
            cluster.awaitIdenticalLogs(TOPIC, 0);
            assertThat(cluster.node(leader).metrics())
                    .as("found once, and repaired")
                    .anySatisfy((name, value) -> {
                        assertThat(name).startsWith("LogDirectory.DamagesFound");
                        assertThat(value.getAsLong()).isEqualTo(1);
                    })
                    .anySatisfy((name, value) -> {
                        assertThat(name).startsWith("LogDirectory.DamagedSegments");
                        assertThat(value.getAsLong()).isZero();
                    });
        }
    }
}
