// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A twin that is too kind hides faults: whatever a disk may do in a power cut, this one does for some seed. */
class CrashableLogFilesTest {
    private static final int SEEDS = 400;

    @TempDir
    Path temp;

    private Path root;
    private CrashableLogFiles disk;

    /** Something that leaves files behind. */
    private interface Life {
        void run() throws IOException;
    }

    @BeforeEach
    void newDisk() throws IOException {
        root = Files.createTempDirectory(temp, "disk");
        disk = new CrashableLogFiles(root);
    }

    private LogFile create(String name) throws IOException {
        return disk.create(root.resolve(name));
    }

    private static void write(LogFile file, long position, String text) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(US_ASCII)), position);
    }

    private String content(String name) throws IOException {
        Path path = root.resolve(name);
        return Files.exists(path) ? Files.readString(path, US_ASCII).replace('\0', '0') : "none";
    }

    private void syncRoot() throws IOException {
        disk.syncDirectory(root);
    }

    /** Everything that the file may hold after the life and a power cut. */
    private Set<String> afterACut(String name, Life life) throws IOException {
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            newDisk();
            life.run();
            disk.restore(Survivors.random(seed));
            seen.add(content(name));
        }
        return seen;
    }

    @Test
    void whatWasSyncedSurvivesEverySeed() throws IOException {
        assertThat(afterACut("a", () -> {
                    try (LogFile file = create("a")) {
                        write(file, 0, "synced");
                        file.sync();
                        syncRoot();
                    }
                }))
                .containsExactly("synced");
    }

    @Test
    void bytesThatWereNotSyncedComeWholeInPartsOrNotAtAll() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                syncRoot();
                write(file, 0, "A".repeat(16) + "B".repeat(16));
            }
        });
        assertThat(seen)
                .contains(
                        "",
                        "A".repeat(16) + "B".repeat(16),
                        "A".repeat(16) + "0".repeat(16),
                        "0".repeat(16) + "B".repeat(16),
                        "0".repeat(32));
    }

    @Test
    void laterWritesMayArriveWithoutEarlierOnes() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "a".repeat(32));
                file.sync();
                syncRoot();
                write(file, 0, "X".repeat(16));
                write(file, 16, "Y".repeat(16));
            }
        });
        assertThat(seen).contains("a".repeat(16) + "Y".repeat(16), "X".repeat(16) + "a".repeat(16));
    }

    @Test
    void anOverwrittenBlockMayBeAnyOfItsVersions() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "1");
                file.sync();
                syncRoot();
                write(file, 0, "2");
                write(file, 0, "3");
            }
        });
        assertThat(seen).containsExactly("1", "2", "3");
    }

    @Test
    void aCutThatWasNotSyncedMayNotHaveHappened() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "long");
                file.sync();
                syncRoot();
                file.truncate(2);
            }
        });
        assertThat(seen).contains("long", "lo");
    }

    @Test
    void aCutThatWasSyncedHasHappened() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "long");
                syncRoot();
                file.truncate(2);
                file.sync();
            }
        });
        assertThat(seen).containsExactly("lo");
    }

    @Test
    void aSyncedFileWithoutASyncedEntryMayBeGone() throws IOException {
        Set<String> seen = afterACut("a", () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "synced");
                file.sync();
            }
        });
        assertThat(seen).containsExactly("none", "synced");
    }

    @Test
    void aRenameWithoutASyncOfTheDirectoryMayBeUndoneAndNothingInBetween() throws IOException {
        Life life = () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "old");
                file.sync();
            }
            try (LogFile file = create("a.new")) {
                write(file, 0, "new");
                file.sync();
            }
            syncRoot();
            disk.rename(root.resolve("a.new"), root.resolve("a"));
        };
        assertThat(afterACut("a", life)).containsExactly("new", "old");
        assertThat(afterACut("a.new", life)).containsExactly("new", "none");
    }

    @Test
    void aRenamedFileWhoseBytesWereNotSyncedMayBeEmpty() throws IOException {
        assertThat(afterACut("a", () -> {
                    try (LogFile file = create("a.new")) {
                        write(file, 0, "new");
                        disk.rename(root.resolve("a.new"), root.resolve("a"));
                        syncRoot();
                    }
                }))
                .contains("", "new");
    }

    @Test
    void aDeletionThatWasNotSyncedMayBeUndoneAndALaterEntryComeAllTheSame() throws IOException {
        Life life = () -> {
            try (LogFile file = create("a")) {
                write(file, 0, "a");
                file.sync();
                syncRoot();
            }
            disk.delete(root.resolve("a"));
            create("b").close();
        };
        assertThat(afterACut("a", life)).containsExactly("a", "none");
        int both = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            newDisk();
            life.run();
            disk.restore(Survivors.random(seed));
            if (!content("a").equals("none") && !content("b").equals("none")) both++;
        }
        assertThat(both).isPositive();
    }

    @Test
    void aNameThatIsUsedAgainMayBeTheOldFile() throws IOException {
        assertThat(afterACut("a", () -> {
                    try (LogFile file = create("a")) {
                        write(file, 0, "old");
                        file.sync();
                        syncRoot();
                    }
                    disk.delete(root.resolve("a"));
                    try (LogFile file = create("a")) {
                        write(file, 0, "new");
                        file.sync();
                    }
                }))
                .containsExactly("new", "none", "old");
    }

    @Test
    void aDirectoryThatWasNotSyncedTakesItsFilesWithIt() throws IOException {
        assertThat(afterACut("d/a", () -> {
                    Path d = root.resolve("d");
                    disk.createDirectory(d);
                    try (LogFile file = disk.create(d.resolve("a"))) {
                        write(file, 0, "x");
                        file.sync();
                        disk.syncDirectory(d);
                    }
                }))
                .containsExactly("none", "x");
    }

    @Test
    void aMovedDirectoryKeepsItsFiles() throws IOException {
        disk.createDirectory(root.resolve("d"));
        try (LogFile file = disk.create(root.resolve("d").resolve("a"))) {
            write(file, 0, "x");
            file.sync();
        }
        disk.syncDirectory(root.resolve("d"));
        disk.rename(root.resolve("d"), root.resolve("e"));
        syncRoot();
        disk.restore(Survivors.nothing());
        assertThat(content("e/a")).isEqualTo("x");
        try (LogFile file = disk.open(root.resolve("e").resolve("a"))) {
            write(file, 0, "y");
        }
        disk.restore(Survivors.nothing());
        assertThat(content("e/a")).isEqualTo("x");
    }

    @Test
    void aSyncAfterAFailedOneBringsNothingBack() throws IOException {
        LogFile file = create("a");
        syncRoot();
        write(file, 0, "first");
        disk.failSync(1);
        assertThatThrownBy(file::sync).hasMessageContaining("Input/output error");
        assertThat(read(file)).isEqualTo("first");
        write(file, 5, "second");
        file.sync();
        assertThat(read(file)).isEqualTo("firstsecond");
        file.close();
        disk.restore(Survivors.nothing());
        assertThat(content("a")).isEqualTo("00000second");
    }

    private static String read(LogFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        file.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), US_ASCII);
    }

    @Test
    void everythingKeepsUnsyncedEntriesToo() throws IOException {
        try (LogFile file = create("a")) {
            write(file, 0, "x");
        }
        disk.restore(Survivors.everything());
        assertThat(content("a")).isEqualTo("x");
    }

    @Test
    void entriesOnlyLeavesNamesWithoutBytes() throws IOException {
        try (LogFile file = create("a")) {
            write(file, 0, "x");
        }
        disk.restore(Survivors.entriesOnly());
        assertThat(content("a")).isEmpty();
    }

    @Test
    void whatSurvivedIsDurableAfterwards() throws IOException {
        try (LogFile file = create("a")) {
            write(file, 0, "x");
        }
        disk.restore(Survivors.everything());
        disk.restore(Survivors.nothing());
        assertThat(content("a")).isEqualTo("x");
    }

    @Test
    void nothingWorksWithoutPower() throws IOException {
        LogFile file = create("a");
        disk.powerOff();
        assertThatThrownBy(() -> write(file, 0, "x")).hasMessageContaining("power");
        assertThatThrownBy(file::sync).hasMessageContaining("power");
        assertThatThrownBy(() -> read(file)).hasMessageContaining("power");
        assertThatThrownBy(() -> create("b")).hasMessageContaining("power");
        file.close();
    }

    @Test
    void powerOffAfterLeavesTheNextChangeUndone() throws IOException {
        LogFile file = create("a");
        syncRoot();
        disk.powerOffAfter(1);
        write(file, 0, "x");
        assertThatThrownBy(() -> write(file, 1, "y")).hasMessageContaining("power");
        file.close();
        disk.restore(Survivors.everything());
        assertThat(content("a")).isEqualTo("x");
    }

    @Test
    void powerOffDuringLetsTheChangeHappenAndItsCallerFail() throws IOException {
        LogFile file = create("a");
        syncRoot();
        disk.powerOffDuring(2);
        write(file, 0, "x");
        assertThatThrownBy(file::sync).hasMessageContaining("power");
        file.close();
        disk.restore(Survivors.nothing());
        assertThat(content("a")).isEqualTo("x");
    }

    @Test
    void aDeadProcessLeavesUnsyncedThingsForTheNextPowerCut() throws IOException {
        LogFile file = create("a");
        syncRoot();
        disk.powerOffDuring(1);
        assertThatThrownBy(() -> write(file, 0, "x")).hasMessageContaining("power");
        file.close();
        disk.processDied();
        assertThat(content("a")).isEqualTo("x");
        create("b").close();
        disk.restore(Survivors.nothing());
        assertThat(content("a")).isEmpty();
        assertThat(content("b")).isEqualTo("none");
    }

    @Test
    void filesOfOthersAreLeftAlone() throws IOException {
        Files.createDirectory(root.resolve("index"));
        Files.writeString(root.resolve("index").resolve("CURRENT"), "theirs");
        create("a").close();
        disk.restore(Survivors.nothing());
        assertThat(content("index/CURRENT")).isEqualTo("theirs");
        assertThat(content("a")).isEqualTo("none");
    }
}
