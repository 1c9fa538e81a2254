// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The disk is as unkind as POSIX allows, and no unkinder. */
class SimDiskTest {
    private static final Path ROOT = Path.of("/disk");
    private static final Path FILE = ROOT.resolve("file");

    private static void write(LogFile file, String text, long at) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), at);
    }

    private static String read(Mount mount) throws IOException {
        LogFile file = mount.open(FILE);
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    @Test
    void whatWasSyncedSurvivesEveryPowerLoss() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            SimDisk disk = new SimDisk(ROOT, new Dice(seed));
            Mount mount = disk.mount();
            LogFile file = mount.create(FILE);
            write(file, "0123456789", 0);
            file.sync();
            mount.syncDirectory(ROOT);
            write(file, "abc", 10);
            disk.losePower();
            assertThat(read(disk.mount())).startsWith("0123456789");
        }
    }

    @Test
    void aLogThatIsTakenAwayStaysAwayAndTheOthersStay() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        Mount mount = disk.mount();
        Path data = ROOT.resolve(SimDisk.DATA);
        mount.createDirectory(data);
        mount.syncDirectory(ROOT);
        for (String each : new String[] {"one-0", "one-1"}) {
            mount.createDirectory(data.resolve(each));
            mount.syncDirectory(data);
        }
        disk.removeLog("one-0");
        disk.losePower();
        assertThat(disk.holds("one-0")).isFalse();
        assertThat(disk.holds("one-1")).isTrue();
    }

    @Test
    void whatWasNotSyncedMayGoOrStay() throws IOException {
        TreeSet<String> seen = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            SimDisk disk = new SimDisk(ROOT, new Dice(seed));
            Mount mount = disk.mount();
            LogFile file = mount.create(FILE);
            write(file, "x".repeat(40), 0);
            disk.losePower();
            Mount after = disk.mount();
            seen.add(after.exists(FILE) ? read(after).replace('\0', '0') : "no file");
        }
        assertThat(seen)
                .contains("no file", "", "x".repeat(40))
                .anyMatch(each -> each.contains("0") && each.contains("x"));
    }

    @Test
    void aKilledProcessLeavesEverythingAndCanTouchNothing() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        Mount mount = disk.mount();
        LogFile file = mount.create(FILE);
        write(file, "written", 0);
        disk.processDied();
        assertThat(read(disk.mount())).isEqualTo("written");
        assertThatThrownBy(() -> write(file, "late", 0)).isInstanceOf(IOException.class);
    }

    @Test
    void whatAFailedSyncShouldHaveWrittenIsNotMadeGoodByTheNext() throws IOException {
        int lost = 0;
        for (int seed = 0; seed < 50; seed++) {
            SimDisk disk = new SimDisk(ROOT, new Dice(seed));
            Mount mount = disk.mount();
            LogFile file = mount.create(FILE);
            mount.syncDirectory(ROOT);
            write(file, "doubtful", 0);
            disk.failSyncs(1);
            assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
            file.sync();
            disk.losePower();
            lost += read(disk.mount()).equals("doubtful") ? 0 : 1;
        }
        assertThat(lost).isEqualTo(50);
    }

    @Test
    void thePowerGoesBetweenTwoChanges() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        Mount mount = disk.mount();
        LogFile file = mount.create(FILE);
        mount.syncDirectory(ROOT);
        disk.losePowerAfter(2, false, disk::losePower);
        write(file, "first", 0);
        file.sync();
        assertThatThrownBy(() -> write(file, "second", 5)).hasMessageContaining("power");
        assertThatThrownBy(file::sync).hasMessageContaining("gone");
        assertThat(read(disk.mount())).isEqualTo("first");
    }

    @Test
    void thePowerGoesOnceSomethingIsCut() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        Mount mount = disk.mount();
        LogFile file = mount.create(FILE);
        write(file, "0123456789", 0);
        file.sync();
        mount.syncDirectory(ROOT);
        disk.losePowerAfter(1, true, disk::losePower);
        for (int i = 0; i < 5; i++) {
            write(file, "abc", 10);
            file.sync();
        }
        file.truncate(4);
        assertThatThrownBy(file::sync).hasMessageContaining("power");
        assertThat(read(disk.mount())).hasSizeBetween(4, 13);
    }

    @Test
    void thePowerStaysWhenNobodyTurnsItOffAnyMore() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        LogFile file = disk.mount().create(FILE);
        disk.losePowerAfter(0, false, disk::losePower);
        disk.losePowerAfter(0, false, null);
        write(file, "there", 0);
        assertThat(file.size()).isEqualTo(5);
    }

    @Test
    void aFullDiskTakesNothingMoreAndGivesEverythingBack() throws IOException {
        SimDisk disk = new SimDisk(ROOT, new Dice(1));
        Mount mount = disk.mount();
        LogFile file = mount.create(FILE);
        write(file, "there", 0);
        disk.setFull(true);
        assertThatThrownBy(() -> write(file, "more", 5)).hasMessageContaining("No space left");
        write(file, "T", 0);
        assertThat(read(mount)).isEqualTo("There");
    }
}
