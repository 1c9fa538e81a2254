// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundBatchesTest {
    private static final int PLENTY = 1 << 20;

    @TempDir
    Path temp;

    private final FoundBatches found = new FoundBatches();
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.open();
        log = directory.create(0);
        append(log, 1, "one");
        append(log, 1, "two");
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private boolean isHeld() {
        return log.state().segments.active().file.hasSlices();
    }

    @Test
    void whatIsTakenIsASliceOfTheSameBatchesAndNoLongerFound() {
        log.find(1, PLENTY, FAR, true, found);
        assertThat(found.firstOffset()).isEqualTo(1);
        assertThat(found.nextOffset()).isEqualTo(2);
        int size = found.sizeInBytes();

        LogSlice slice = found.take();
        assertThat(slice.sizeInBytes()).isEqualTo(size);
        assertThat(TestDirectory.read(slice)).containsExactly("1:two");
        slice.release();
        assertThat(found.sizeInBytes()).isZero();
        assertThat(found.firstOffset()).isEqualTo(-1);
        assertThat(found.nextOffset()).isEqualTo(-1);
        assertThat(found.take()).isSameAs(LogSlice.EMPTY);
    }

    @Test
    void theFileIsHeldUntilTheBatchesAreGivenUpOnce() {
        log.find(0, PLENTY, FAR, true, found);
        assertThat(isHeld()).isTrue();
        found.release();
        assertThat(isHeld()).isFalse();
        found.release();
        log.find(0, PLENTY, FAR, true, found);
        assertThat(isHeld()).isTrue();
        found.release();
    }

    @Test
    void nothingIsFoundBehindTheEnd() {
        log.find(2, PLENTY, FAR, true, found);
        assertThat(found.sizeInBytes()).isZero();
        assertThat(isHeld()).isFalse();
    }

    @Test
    void aReadIntoBatchesThatAreHeldIsRefusedAndLosesNoReference() {
        log.find(0, PLENTY, FAR, true, found);
        assertThatThrownBy(() -> log.find(1, PLENTY, FAR, true, found)).isInstanceOf(IllegalStateException.class);
        found.release();
        assertThat(isHeld()).isFalse();
    }
}
