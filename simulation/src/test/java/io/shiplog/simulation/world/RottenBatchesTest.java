// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.disk.Mount;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who ends behind what rotted needs nothing of it; only who ends before it may need an operator. */
class RottenBatchesTest {
    private static final Path ROOT = Path.of("/disk");
    private static final String LOG = "AAAAAAAAAAAAAAAAAAAAAA-0";

    private final SimDisk disk = new SimDisk(ROOT, new Dice(1));

    /** Two batches: two records at offset 4, and one behind them. */
    @BeforeEach
    void write() throws IOException {
        Mount mount = disk.mount();
        Path directory = ROOT.resolve(SimDisk.DATA).resolve(LOG);
        mount.createDirectory(directory.getParent());
        mount.createDirectory(directory);
        LogFile segment = mount.create(directory.resolve("00000000000000000004.log"));
        ByteBuffer first = batch(4, 2);
        int size = first.remaining();
        segment.write(first, 0);
        segment.write(batch(6, 1), size);
    }

    private static ByteBuffer batch(long offset, int records) {
        SimpleRecord[] all = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            all[i] = new SimpleRecord(0, null, new byte[8]);
        }
        return MemoryRecords.withRecords(offset, Compression.NONE, 3, all).buffer();
    }

    @Test
    void theRotEndsWithItsBatchAndNotWithTheSegment() {
        disk.rot(new Dice(1), true);
        assertThat(RottenBatches.end(disk, LOG, 4)).isEqualTo(6);
    }

    @Test
    void whatIsSoundHasNoRot() {
        assertThat(RottenBatches.end(disk, LOG, 4)).isEqualTo(-1);
    }

    @Test
    void rotOfAnotherSegmentDoesNotCount() {
        disk.rot(new Dice(1), true);
        assertThat(RottenBatches.end(disk, LOG, 0)).isEqualTo(-1);
    }
}
