// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** D12: a quorum node stops before its disk is so full that Ratis would replace the vote file by an empty one. */
class DiskWatchTest {
    private static final long RESERVE_BYTES = 4 << 20;

    @TempDir
    private Path directory;

    private final List<String> fatals = new CopyOnWriteArrayList<>();

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Test
    void aFillingDiskEndsTheNodeWhileThereIsRoomForAVote() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        boolean mounted = Files.isExecutable(Path.of("/bin/mount"))
                && run("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", disk.toString());
        Assumptions.assumeTrue(mounted, "this machine lets nobody mount a small disk here");
        try (DiskWatch watch = new DiskWatch(disk, RESERVE_BYTES, (reason, cause) -> fatals.add(reason))) {
            watch.start();
            Files.write(disk.resolve("log"), new byte[5 << 20]);
            long untilNs = System.nanoTime() + 1_200_000_000L;
            Await.until("two looks", 20_000, () -> System.nanoTime() > untilNs);
            assertThat(fatals).isEmpty();
            Files.write(disk.resolve("more"), new byte[4 << 20]);
            Await.until("the node stops", 20_000, () -> !fatals.isEmpty());
            assertThat(fatals.get(0)).contains("metadata.reserve.bytes");
            // What is left is enough to write the vote.
            Files.write(disk.resolve("raft-meta"), new byte[4_096]);
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void aNodeDoesNotStartOnAFullDisk() {
        assertThatThrownBy(() -> new DiskWatch(directory, Long.MAX_VALUE, (reason, cause) -> fatals.add(reason)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("metadata.reserve.bytes");
    }
}
