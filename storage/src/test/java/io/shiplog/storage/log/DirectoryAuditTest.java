// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.marks.MarksFile.Condition;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryAuditTest {
    private static final int RECORDS = 200;

    @TempDir
    private Path temp;

    private Path root;

    /** Several segments of 4 KiB, closed in order. */
    @BeforeEach
    void fill() throws IOException {
        root = Files.createDirectory(temp.resolve("data"));
        try (TestDirectory directory = new TestDirectory(root)) {
            directory.memoryIndex = new MemoryIndexStore();
            directory.open();
            directory.directory.stampAs("cluster", 1);
            directory.directory.markRunning(7);
            PartitionLog log = directory.create(0);
            for (int i = 0; i < RECORDS; i++) {
                TestDirectory.append(log, 1, "record " + i + " with some text behind it");
            }
            directory.closeCleanly(7);
        }
    }

    @Test
    void segmentsAndMarksOfAStoppedNodeAreTold() throws IOException {
        try (DirectoryAudit audit = open()) {
            assertThat(audit.stamp().clusterId()).isEqualTo("cluster");
            assertThat(audit.marks().condition()).isEqualTo(Condition.SOUND);
            assertThat(audit.marks().cleanBrokerEpoch()).isEqualTo(7);
            DirectoryAudit.Log log = audit.logs().get(0);
            assertThat(log.marks().flushedOffset()).isEqualTo(RECORDS);
            assertThat(log.segments()).hasSizeGreaterThan(2);
            assertThat(log.bytes()).isPositive();
        }
    }

    @Test
    void soundBatchesAreCountedToTheEnd() throws IOException {
        List<DirectoryAudit.Finding> findings = verify();
        assertThat(findings).allSatisfy(each -> assertThat(each.problem()).isNull());
        assertThat(findings.stream().mapToLong(DirectoryAudit.Finding::records).sum())
                .isEqualTo(RECORDS);
        assertThat(findings.get(findings.size() - 1).nextOffset()).isEqualTo(RECORDS);
    }

    @Test
    void flippedBitIsFoundAtItsOffset() throws IOException {
        Path segment = segments().get(1);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
        List<DirectoryAudit.Finding> findings = verify();
        assertThat(findings.get(0).problem()).isNull();
        assertThat(findings.get(1).problem()).contains("CRC");
        assertThat(findings.get(1).badFrom()).isEqualTo(findings.get(2).baseOffset() - 1);
        assertThat(findings.get(1).torn()).isFalse();
    }

    @Test
    void halfABatchBehindTheFlushMarkIsATornTailAndNoDamage() throws IOException {
        Path last = segments().get(segments().size() - 1);
        byte[] batch = new byte[30];
        batch[7] = (byte) RECORDS;
        Files.write(last, batch, StandardOpenOption.APPEND);
        List<DirectoryAudit.Finding> findings = verify();
        assertThat(findings.get(findings.size() - 1).badFrom()).isEqualTo(RECORDS);
        assertThat(findings.get(findings.size() - 1).torn()).isTrue();
    }

    @Test
    void endThatIsMissingBelowTheFlushMarkIsDamage() throws IOException {
        Path last = segments().get(segments().size() - 1);
        Files.write(last, new byte[0]);
        List<DirectoryAudit.Finding> findings = verify();
        DirectoryAudit.Finding end = findings.get(findings.size() - 1);
        assertThat(end.problem()).contains("flush mark is " + RECORDS);
        assertThat(end.torn()).isFalse();
    }

    @Test
    void lookingChangesNothing() throws IOException {
        Map<String, Long> before = state();
        verify();
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void directoryInUseIsRefused() throws IOException {
        try (TestDirectory directory = new TestDirectory(root)) {
            directory.memoryIndex = new MemoryIndexStore();
            directory.open();
            assertThatThrownBy(this::open).isInstanceOf(StorageException.class).hasMessageContaining("in use");
        }
    }

    @Test
    void whatIsNoDataDirectoryIsRefusedAndStaysNone() throws IOException {
        Path other = Files.createDirectory(temp.resolve("other"));
        assertThatThrownBy(() -> DirectoryAudit.open(new DiskLogFiles(), other))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("no log directory");
        assertThat(other).isEmptyDirectory();
        assertThatThrownBy(() -> DirectoryAudit.open(new DiskLogFiles(), temp.resolve("none")))
                .hasMessageContaining("there is no directory");
    }

    private DirectoryAudit open() throws IOException {
        return DirectoryAudit.open(new DiskLogFiles(), root);
    }

    private List<DirectoryAudit.Finding> verify() throws IOException {
        List<DirectoryAudit.Finding> findings = new ArrayList<>();
        try (DirectoryAudit audit = open()) {
            DirectoryAudit.Log log = audit.logs().get(0);
            for (DirectoryAudit.Part part : log.segments()) {
                findings.add(audit.verify(log, part));
            }
        }
        return findings;
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private Map<String, Long> state() throws IOException {
        Map<String, Long> state = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                state.put(file.toString(), Files.getLastModifiedTime(file).toMillis() ^ Files.size(file));
            }
        }
        return state;
    }
}
