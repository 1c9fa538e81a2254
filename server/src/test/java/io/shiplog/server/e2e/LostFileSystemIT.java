// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C17 on a real ext4: the file system of a storage node that runs as a process of its own is shut down under it, so that every call fails from
 * then on. Needs root; elsewhere it says why it is skipped.
 */
class LostFileSystemIT {
    private static final String TOPIC = "lost";
    private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();
    private static final int NODE = TestCluster.FIRST_STORAGE_ID + 2;
    private static final int MIB = 256;

    @TempDir
    private Path directory;

    private TestCluster cluster;
    private Process node;
    private boolean mounted;

    @AfterEach
    void stop() throws Exception {
        if (node != null) {
            node.destroyForcibly().waitFor();
        }
        if (cluster != null) {
            cluster.close();
        }
        if (mounted) {
            disk("release", directory.toString());
        }
    }

    private static int run(List<String> lines, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(BIN.resolve("lib").resolve("disk").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        lines.addAll(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static void disk(String... arguments) throws Exception {
        List<String> lines = new ArrayList<>();
        assertThat(run(lines, arguments))
                .as("%s: %s", String.join(" ", arguments), lines)
                .isZero();
    }

    private void mount() throws Exception {
        List<String> lines = new ArrayList<>();
        assumeTrue(run(lines, "check") == 0, () -> "no disk of its own: " + String.join(" ", lines));
        String image = directory.resolve("image").toString();
        disk("work", directory.toString());
        disk("make", image, Integer.toString(MIB));
        disk("mount", image, cluster.data(NODE).toString());
        mounted = true;
    }

    private void startNode() throws Exception {
        Path config = directory.resolve("node.properties");
        List<String> lines = new ArrayList<>();
        cluster.properties(NODE).forEach((key, value) -> lines.add(key + "=" + value));
        Files.write(config, lines);
        ProcessBuilder builder =
                new ProcessBuilder(BIN.resolve("storage-node").toString(), config.toString()).redirectErrorStream(true);
        builder.environment().put("SHIPLOG_NO_BUILD", "1");
        node = builder.redirectOutput(directory.resolve("node.log").toFile()).start();
        Await.until("the node of its own serves", 60_000, () -> {
            assertThat(node.isAlive()).as(() -> logOfNode()).isTrue();
            return cluster.image().broker(NODE) != null
                    && !cluster.image().broker(NODE).fenced();
        });
    }

    private String logOfNode() {
        try {
            return Files.readString(directory.resolve("node.log"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    @Test
    void aNodeWhoseFileSystemIsShutDownEndsWithStatusOneAndOthersTakeOver() throws Exception {
        cluster = new TestCluster(directory, 1, 3);
        mount();
        cluster.startQuorum(1);
        cluster.startStorage(TestCluster.FIRST_STORAGE_ID, TestCluster.FIRST_STORAGE_ID + 1);
        startNode();
        cluster.clients().createTopic(TOPIC, 1, 3, Map.of("min.insync.replicas", "2"));
        cluster.awaitIsr(TOPIC, 0, 3);
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(100);
            disk("cut", cluster.data(NODE).toString());
            long cutNs = System.nanoTime();
            assertThat(node.waitFor(60, TimeUnit.SECONDS)).as(logOfNode()).isTrue();
            System.out.println("the file system was shut down, and the node ended "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cutNs) + " ms later");
            assertThat(node.exitValue()).as(logOfNode()).isEqualTo(1);
            assertThat(logOfNode()).contains("the last log directory failed");
            cluster.awaitIsr(TOPIC, 0, 2);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
    }
}
