// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C11, C12 on a real ext4 of 64 MiB, RocksDB included. Needs root; elsewhere it says why it is skipped. */
class RealFullDiskTest {
    private static final Path SCRIPT =
            Path.of("..", "bin", "lib", "disk").toAbsolutePath().normalize();
    private static final int MIB = 64;

    @TempDir
    Path work;

    private Path mount;
    private TestDirectory directory;

    @BeforeEach
    void mount() throws Exception {
        List<String> lines = new ArrayList<>();
        assumeTrue(run(lines, "check") == 0, () -> "no disk of its own: " + String.join(" ", lines));
        mount = work.resolve("mount");
        disk("work", work.toString());
        disk("make", work.resolve("image").toString(), "" + MIB);
        disk("mount", work.resolve("image").toString(), mount.toString());
        directory = new TestDirectory(mount.resolve("data"), new DiskLogFiles());
    }

    @AfterEach
    void unmount() throws Exception {
        if (mount == null) return;
        directory.close();
        disk("release", work.toString());
    }

    private static int run(List<String> lines, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
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

    private void open(SpaceSettings space) {
        LogDirectoryConfig plain = TestDirectory.config(1 << 20, 4096);
        directory.config = plain.withSpace(space);
        directory.open();
    }

    private static SpaceSettings reserve() {
        return new SpaceSettings(4 << 20, 1 << 20, 3600_000);
    }

    private void check() throws IOException {
        directory.directory.space().check();
    }

    /** Others take all there is, down to the last inode. */
    private void fill() throws Exception {
        disk("fill", mount.resolve("others").toString());
    }

    private void makeRoom() throws IOException {
        new DiskLogFiles().deleteTree(mount.resolve("others"));
    }

    private static AppendOutcome appendOne(PartitionLog log) {
        return log.appendAsLeader(TestBatches.ofSize(1000, 100_000), 1, 2000, true);
    }

    @Test
    void othersFillTheDiskAndNothingIsLostButTheRoom() throws Exception {
        open(reserve());
        PartitionLog log = directory.create(0);
        append(log, 1, "a", "b", "c");
        check();
        assertThat(mount.resolve("data").resolve(DiskSpace.BALLAST)).exists();
        fill();
        check();
        assertThat(appendOne(log).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        directory.housekeeping(true);
        directory.directory.context().index().flush();
        log.updateHighWatermark(3);
        log.advanceLogStart(2);
        directory.awaitBackground();
        assertThat(log.durableLogStartOffset()).isEqualTo(2);
        assertThat(log.isOffline()).isFalse();
        makeRoom();
        check();
        assertThat(append(log, 1, "d")).containsExactly(3L);
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(4);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(directory.log(0))).containsExactly("2:c", "3:d");
    }

    @Test
    void theKernelRefusesAnAppend() throws Exception {
        open(SpaceSettings.NONE);
        PartitionLog log = directory.create(0);
        Errors error = Errors.NONE;
        for (int i = 0; i < 1_000 && error == Errors.NONE; i++) {
            error = appendOne(log).error();
            log.flush().flushNow();
        }
        assertThat(error).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(log.isOffline()).isFalse();
        long end = log.logEndOffset();
        assertThat(end).isGreaterThan(100);
        assertThat(log.flushedOffset()).isEqualTo(end);
        log.updateHighWatermark(end);
        log.advanceLogStart(end / 2);
        directory.awaitBackground();
        directory.clock.advance(DiskSpace.HOLD_MS);
        check();
        assertThat(appendOne(log).baseOffset()).isEqualTo(end);
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(end + 1);
    }

    @Test
    void aNodeStartsOnAFullDisk() throws Exception {
        open(reserve());
        PartitionLog log = directory.create(0);
        append(log, 1, "a", "b");
        directory.housekeeping(true);
        check();
        directory.kill();
        fill();
        assertThat(Files.getFileStore(mount).getUsableSpace()).isLessThan(100_000);
        directory.reopen();
        directory.directory.markRunning(7);
        log = directory.log(0);
        assertThat(readAll(log)).containsExactly("0:a", "1:b");
        assertThat(appendOne(log).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        directory.housekeeping(true);
        assertThat(log.isOffline()).isFalse();
        makeRoom();
        check();
        assertThat(append(log, 1, "c")).containsExactly(2L);
    }

    @Test
    void aNodeStartsOnAFullDiskWithoutBallast() throws Exception {
        open(SpaceSettings.NONE);
        directory.directory.beginLife(1, Uuid.randomUuid());
        directory.directory.markRunning(7);
        append(directory.create(0), 1, "a", "b");
        directory.housekeeping(true);
        directory.kill();
        fill();
        directory.reopen();
        for (int life = 2; life < 5; life++) directory.directory.beginLife(life, Uuid.randomUuid());
        directory.directory.markRunning(8);
        PartitionLog log = directory.log(0);
        assertThat(readAll(log)).containsExactly("0:a", "1:b");
        assertThat(log.isOffline()).isFalse();
    }
}
