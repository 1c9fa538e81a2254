// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.disk.Mount;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.invariant.Entry;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lies in a log is told as it was written; what rotted is there, and says nothing. */
class DiskLogTest {
    private static final Path ROOT = Path.of("/disk");
    private static final String LOG = "AAAAAAAAAAAAAAAAAAAAAA-0";

    private final SimDisk disk = new SimDisk(ROOT, new Dice(1));
    private LogFile segment;
    private int size;

    /** Two batches of epoch 3: 40 at offset 4, and 50 and 60 behind it. */
    @BeforeEach
    void write() throws IOException {
        Mount mount = disk.mount();
        Path directory = ROOT.resolve(SimDisk.DATA).resolve(LOG);
        mount.createDirectory(directory.getParent());
        mount.createDirectory(directory);
        segment = mount.create(directory.resolve("00000000000000000004.log"));
        append(4, 40);
        append(5, 50, 60);
    }

    private void append(long offset, long... values) throws IOException {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(
                    0, null, ByteBuffer.allocate(8).putLong(0, values[i]).array());
        }
        ByteBuffer bytes =
                MemoryRecords.withRecords(offset, Compression.NONE, 3, records).buffer();
        int length = bytes.remaining();
        segment.write(bytes, size);
        size += length;
    }

    private List<String> read() {
        return DiskLog.read(disk, LOG, 4, 100).stream().map(Entry::toString).toList();
    }

    @Test
    void recordsAreReadAsTheyLieThere() {
        assertThat(read()).containsExactly("(4,3)=40", "(5,3)=50", "(6,3)=60");
    }

    @Test
    void whateverBitOfAHeaderRotsTheBatchIsUnreadableWhereItWasWritten() {
        for (int seed = 0; seed < 300; seed++) {
            disk.rot(new Dice(seed), true);
            assertThat(read()).as("seed %d", seed).containsExactly("(4,3)=-2", "(5,3)=50", "(6,3)=60");
            disk.rot(new Dice(seed), true);
        }
    }

    @Test
    void aHeaderThatSomebodyWroteWronglyIsToldAsItIs() throws IOException {
        segment.write(ByteBuffer.allocate(8).putLong(0, 4 + 64), 0);
        assertThat(read()).containsExactly("(68,3)=40", "(5,3)=50", "(6,3)=60");
    }
}
