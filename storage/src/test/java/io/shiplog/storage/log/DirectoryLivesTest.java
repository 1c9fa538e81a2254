// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C20 and C21, as far as one directory can tell. */
class DirectoryLivesTest {
    private static final Uuid A = new Uuid(0, 1);
    private static final Uuid B = new Uuid(0, 2);
    private static final Uuid C = new Uuid(0, 3);

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

    private DirectoryLives lives() {
        return directory.directory.lives();
    }

    private void restart() {
        directory.kill();
        directory.reopen();
    }

    @Test
    void everybodyWhoTriedIsRememberedUntilOneIsAccepted() {
        assertThat(lives()).isEqualTo(DirectoryLives.UNKNOWN);
        directory.directory.beginLife(1, A);
        directory.directory.markRunning(10);
        restart();
        directory.directory.beginLife(2, B);
        restart();
        directory.directory.beginLife(3, C);
        assertThat(lives()).isEqualTo(new DirectoryLives(3, List.of(A, B, C), 10));
        restart();
        assertThat(lives().incarnations())
                .as("each may be the one that the controller knows")
                .containsExactly(A, B, C);
        directory.directory.beginLife(4, A);
        directory.directory.markRunning(11);
        restart();
        assertThat(lives()).isEqualTo(new DirectoryLives(4, List.of(A), 11));
    }

    @Test
    void attemptsAreBounded() {
        for (int i = 0; i < 100; i++) directory.directory.beginLife(i + 1, new Uuid(1, i));
        assertThat(lives().incarnations()).hasSize(64).endsWith(new Uuid(1, 99));
        restart();
        assertThat(lives().incarnations()).hasSize(64);
    }

    private Path file() {
        return temp.resolve("data").resolve(LivesFile.NAME);
    }

    /** A write is to one slot and the other one in turn; the first to the first. */
    private void damageSlot(int slot, int position) throws IOException {
        TestFiles.damage(file(), slot * LivesFile.SLOT_BYTES + position);
    }

    @Test
    void damagedLivesAreNoReasonToGiveUpTheDirectory() throws IOException {
        directory.directory.beginLife(1, A);
        directory.kill();
        damageSlot(0, 9);
        directory.reopen();
        assertThat(lives()).isEqualTo(DirectoryLives.UNKNOWN);
        directory.directory.beginLife(2, B);
        restart();
        assertThat(lives()).isEqualTo(new DirectoryLives(2, List.of(B), 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 8, 16, 24, 28, LivesFile.SLOT_BYTES - 1})
    void aTornWriteLeavesTheLivesBeforeIt(int position) throws IOException {
        directory.directory.beginLife(1, A);
        directory.directory.beginLife(2, B);
        directory.kill();
        damageSlot(1, position);
        directory.reopen();
        assertThat(lives()).isEqualTo(new DirectoryLives(1, List.of(A), 0));
        directory.directory.beginLife(3, C);
        directory.kill();
        damageSlot(0, position);
        directory.reopen();
        assertThat(lives())
                .as("the torn slot was the one written over")
                .isEqualTo(new DirectoryLives(3, List.of(A, C), 0));
    }

    /** The end of a slot is zeros, and missing ones are as good. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, LivesFile.SLOT_BYTES, LivesFile.SLOT_BYTES + 70, 2 * LivesFile.SLOT_BYTES - 1})
    void aFileThatIsCutSaysWhatIsLeftAndIsWrittenAgain(int size) throws IOException {
        directory.directory.beginLife(1, A);
        directory.directory.beginLife(2, B);
        directory.kill();
        Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), size));
        directory.reopen();
        DirectoryLives left = new DirectoryLives(2, List.of(A, B), 0);
        if (size < LivesFile.SLOT_BYTES) left = DirectoryLives.UNKNOWN;
        else if (size == LivesFile.SLOT_BYTES) left = new DirectoryLives(1, List.of(A), 0);
        assertThat(lives()).isEqualTo(left);
        directory.directory.beginLife(3, C);
        restart();
        assertThat(lives()).isEqualTo(left.with(3, C));
    }

    @Test
    void theFileIsWrittenOverInItsPlace() throws IOException {
        directory.directory.beginLife(1, A);
        Object inode = Files.getAttribute(file(), "unix:ino");
        for (int life = 2; life < 80; life++) {
            directory.directory.beginLife(life, B);
            assertThat(Files.size(file())).isEqualTo(2 * LivesFile.SLOT_BYTES);
        }
        assertThat(Files.getAttribute(file(), "unix:ino")).isEqualTo(inode);
    }

    @Test
    void aLogThatIsSetAsideIsKeptAndNeverReadAgain() throws IOException {
        PartitionLog log = directory.create(0);
        append(log, 1, "old");
        log.flush().flushNow();
        Path aside = directory.directory.setAside(TOPIC, 0);
        assertThat(directory.log(0)).isNull();
        assertThat(aside).isDirectory();
        assertThat(Files.size(aside.resolve("00000000000000000000.log"))).isPositive();
        restart();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.directory.logs()).isEmpty();
        assertThat(aside).isDirectory();
        append(directory.create(0), 1, "new");
        assertThat(readAll(directory.log(0))).containsExactly("0:new");
        assertThat(directory.directory.setAside(TOPIC, 7)).isNull();
    }

    @Test
    void aProbeThatCannotBeWrittenIsTheEndOfTheDirectory() throws IOException {
        List<String> failures = new CopyOnWriteArrayList<>();
        directory.directory.onFailure(failure -> failures.add(failure.getMessage()));
        DirectoryProbe probe = new DirectoryProbe(directory.files, directory.path);
        probe.write(directory.clock);
        probe.write(directory.clock);
        assertThat(Files.size(directory.path.resolve(DirectoryProbe.NAME))).isEqualTo(8);
        Files.delete(directory.path.resolve(DirectoryProbe.NAME));
        Files.createDirectory(directory.path.resolve(DirectoryProbe.NAME));
        directory.directory.watch(1);
        long deadlineNs = System.nanoTime() + 30_000_000_000L;
        // It is offline a moment before its listeners hear of it.
        while (failures.isEmpty() && System.nanoTime() < deadlineNs) Thread.onSpinWait();
        assertThat(directory.directory.isOffline()).isTrue();
        assertThat(failures).hasSize(1);
    }
}
