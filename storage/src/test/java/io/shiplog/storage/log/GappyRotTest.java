// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C2 in a compacted log: a base offset that is too high, and yet below the next one, breaks no chain. */
class GappyRotTest {
    @TempDir
    Path temp;

    private final List<LogDamage> damages = new ArrayList<>();
    private CompactedLog c;
    private Path segment;
    private int victim;

    /** Batches at 0, 10, 11, ... in one cleaned segment; the one at 10 rots to 9, which was cleaned away. */
    @BeforeEach
    void open() throws Exception {
        c = new CompactedLog(temp.resolve("data"))
                .with("segment.bytes", "65536")
                .with("index.interval.bytes", "400");
        c.directory.memoryIndex = new MemoryIndexStore();
        c.open();
        c.put("first=1");
        for (int i = 0; i < 10; i++) c.put("a=" + i);
        for (int i = 0; i < 20; i++) c.put("key" + i + "=" + "x".repeat(50));
        c.roll();
        c.commit();
        c.clean();
        c.directory.housekeeping(true);
        c.restart();
        c.directory.directory.onDamage(damages::add);
        segment = c.log.state().segments.first().path();
        victim = position(10);
    }

    @AfterEach
    void close() {
        c.close();
    }

    private int position(long offset) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        int at = 0;
        while (RecordBatchHeader.baseOffset(bytes, at) < offset) at += (int) RecordBatchHeader.sizeInBytes(bytes, at);
        assertThat(RecordBatchHeader.baseOffset(bytes, at)).isEqualTo(offset);
        return at;
    }

    /** 10 is 1010, 9 is 1001. */
    private void rot() throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[victim + 7] ^= 3;
        Files.write(segment, bytes);
    }

    @Test
    void soundOnesAreServedAndFoundToBeSound() throws IOException {
        assertThat(c.log.gapsBelow()).isPositive();
        assertThat(c.records()).hasSize(22);
        scrub();
        assertThat(damages).isEmpty();
    }

    @Test
    void aReadFindsIt() throws IOException {
        rot();
        assertThatThrownBy(() -> c.log.read(9, 1 << 20, FAR, true).release()).isInstanceOf(DamageException.class);
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("header");
    }

    /** What lies in other intervals is served. */
    @Test
    void aReadEndsBeforeItsInterval() throws IOException {
        long last = c.log.logEndOffset() - 1;
        rot();
        c.log.read(last, 1 << 20, FAR, true).release();
        assertThat(damages).isEmpty();
    }

    @Test
    void aScrubFindsIt() throws IOException {
        rot();
        scrub();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("header");
    }

    /** What a hole lacks would come to look as if cleaning had taken it. */
    @Test
    void aDamagedLogIsNotCleaned() throws IOException {
        c.put("a=again");
        c.roll();
        c.commit();
        assertThat(c.isDue()).isTrue();
        rot();
        assertThatThrownBy(() -> c.log.read(9, 1 << 20, FAR, true)).isInstanceOf(DamageException.class);
        assertThat(c.isDue()).isFalse();
        assertThatThrownBy(() -> c.clean()).isInstanceOf(CleaningAborted.class);
    }

    private void scrub() throws IOException {
        long above = -1;
        for (SegmentCheck check = next(above); check != null; check = next(above)) {
            while (check.step(1 << 20) > 0) {
                assertThat(check.baseOffset()).isGreaterThan(above);
            }
            above = check.baseOffset();
            check.close();
        }
    }

    private SegmentCheck next(long above) {
        return SegmentScrub.next(c.log.state(), c.log.reader(), above);
    }
}
