// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disks that put blocks elsewhere, and give others than were asked for. */
class MisplacingDiskTest {
    private static final Path DATA = Path.of("/disk", SimDisk.DATA);
    private static final Path SEGMENT = DATA.resolve("log").resolve("0.log");
    /** Each place of 16 bytes is told from the others. */
    private static final String TEXT = "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd";

    private final SimDisk disk = new SimDisk(Path.of("/disk"), new Dice(1));
    private LogFile file;
    private Mount mount;

    @BeforeEach
    void writeASegment() throws IOException {
        mount = disk.mount();
        mount.createDirectory(DATA);
        mount.createDirectory(SEGMENT.getParent());
        file = mount.create(SEGMENT);
        file.write(ByteBuffer.wrap(TEXT.getBytes(StandardCharsets.UTF_8)), 0);
        file.sync();
    }

    private String read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(TEXT.length());
        file.read(bytes, 0);
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    @Test
    void whatThePageCacheHoldsIsShownUntilAnotherProcessAsksTheDisk() throws IOException {
        assertThat(disk.misplace(new Dice(5), false)).isTrue();
        assertThat(read()).isEqualTo(TEXT);
        openInAnotherProcess();
        assertThat(read()).hasSameSizeAs(TEXT).contains("\0");
    }

    @Test
    void whatThePageCacheHoldsIsGoneWithThePower() throws IOException {
        for (Path each = SEGMENT.getParent(); each != null && each.startsWith("/disk"); each = each.getParent()) {
            mount.syncDirectory(each);
        }
        disk.misplace(new Dice(5), false);
        disk.losePower();
        file = disk.mount().open(SEGMENT);
        assertThat(read()).contains("\0");
    }

    @Test
    void whatIsWrittenAgainIsAsItWasWritten() throws IOException {
        disk.misplace(new Dice(5), false);
        writeAgain();
        openInAnotherProcess();
        assertThat(read()).isEqualTo(TEXT);
    }

    @Test
    void aLostWriteLeavesItsPlaceAsItWasBefore() throws IOException {
        openInAnotherProcess();
        assertThat(disk.misplace(new Dice(5), false)).isTrue();
        assertThat(read()).hasSameSizeAs(TEXT).contains("\0");
    }

    @Test
    void aMisdirectedWriteTakesThePlaceOfAnother() throws IOException {
        boolean seen = false;
        for (int seed = 0; seed < 50 && !seen; seed++) {
            writeAgain();
            openInAnotherProcess();
            disk.misplace(new Dice(seed), true);
            String found = read();
            for (int place = 0; place < TEXT.length(); place += 16) {
                seen |= found.charAt(place) != '\0' && found.charAt(place) != TEXT.charAt(place);
            }
        }
        assertThat(seen).isTrue();
    }

    private void writeAgain() throws IOException {
        file.write(ByteBuffer.wrap(TEXT.getBytes(StandardCharsets.UTF_8)), 0);
    }

    /** Its page cache answers what a process wrote itself; another one has to ask the disk. */
    private void openInAnotherProcess() throws IOException {
        disk.processDied();
        file = disk.mount().open(SEGMENT);
    }

    @Test
    void whatTheProcessWroteItselfIsNotReadFromTheDisk() throws IOException {
        disk.misdirectReads(1);
        disk.staleReads(1);
        assertThat(read()).isEqualTo(TEXT);
        openInAnotherProcess();
        assertThat(read()).isNotEqualTo(TEXT);
    }

    @Test
    void whatAProcessBeforeItWroteIsReadFromTheDisk() throws IOException {
        openInAnotherProcess();
        file.write(ByteBuffer.wrap("e".repeat(16).getBytes(StandardCharsets.UTF_8)), TEXT.length());
        disk.staleReads(1);
        assertThat(read()).endsWith("\0");
    }

    @Test
    void oneReadGoesElsewhereAndTheNextOneDoesNot() throws IOException {
        openInAnotherProcess();
        disk.misdirectReads(1);
        ByteBuffer bytes = ByteBuffer.allocate(16);
        file.read(bytes, 32);
        assertThat(new String(bytes.array(), StandardCharsets.UTF_8)).isNotEqualTo("c".repeat(16));
        assertThat(read()).isEqualTo(TEXT);
    }

    @Test
    void aStaleReadMissesWhatWasWrittenLast() throws IOException {
        openInAnotherProcess();
        disk.staleReads(1);
        assertThat(read()).startsWith("a".repeat(16)).endsWith("\0");
        assertThat(read()).isEqualTo(TEXT);
    }

    @Test
    void swappedDisksLoseNothing() throws IOException {
        SimDisk other = new SimDisk(Path.of("/disk"), new Dice(2));
        writeAgain();
        disk.processDied();
        SimDisk.swap(disk, other);
        assertThat(disk.mount().exists(SEGMENT)).isFalse();
        other.losePower();
        assertThat(other.mount().size(SEGMENT)).isEqualTo(TEXT.length());
    }
}
