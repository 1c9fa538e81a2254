// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.FAR;
import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not sound leaves the log, and stays beside it until it is not needed any more. */
class SetAsideTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() throws IOException {
        directory = new TestDirectory(temp.resolve("data")).open();
        log = directory.create(0);
        fill(log, 1, 40, 200);
        directory.housekeeping(true);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private Path aside() {
        return directory.path.resolve(TOPIC + "-0.damaged");
    }

    private long baseOf(int segment) {
        return log.state().segments.get(segment).baseOffset;
    }

    @Test
    void theLogEndsBeforeTheDamagedSegmentAndGoesOnFromThere() throws IOException {
        long base = baseOf(1);
        int segments = log.state().segments.count();
        log.setAsideFrom(base);
        assertThat(log.logEndOffset()).isEqualTo(base);
        assertThat(log.flushedOffset()).isEqualTo(base);
        assertThat(log.logStartOffset()).isZero();
        assertThat(readAll(log)).hasSize((int) base);
        try (var files = Files.list(aside())) {
            assertThat(files.count()).isEqualTo(segments - 1);
        }
        fill(log, 1, 10, 200);
        directory.housekeeping(true);
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(readAll(log)).hasSize((int) base + 10);
    }

    @Test
    void aLogThatIsDamagedInItsFirstSegmentBeginsAnewAtItsStart() {
        log.setAsideFrom(0);
        assertThat(log.logEndOffset()).isZero();
        fill(log, 1, 3, 200);
        assertThat(readAll(log)).hasSize(3);
    }

    /** Power fails when the segments are gone and nothing has come in their place. */
    @Test
    void afterACrashNothingIsMissed() {
        long base = baseOf(2);
        log.setAsideFrom(base);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(base);
    }

    @Test
    void bytesOnTheirWayStayWhatTheyAre() {
        long base = baseOf(1);
        LogSlice slice = log.read(base, 1 << 20, FAR, true);
        List<String> before = TestDirectory.read(slice);
        log.setAsideFrom(base);
        assertThat(TestDirectory.read(slice)).isEqualTo(before);
        slice.release();
    }

    @Test
    void whatWasSetAsideIsFoundAfterARestartAndGoesWhenItIsNotNeeded() {
        log.setAsideFrom(baseOf(1));
        directory.kill();
        directory.reopen();
        assertThat(directory.directory.setAside()).containsExactly(new PartitionKey(TOPIC, 0));
        directory.directory.removeSetAside(TOPIC, 0);
        directory.directory.close(); // carries out what is queued
        assertThat(aside()).doesNotExist();
    }

    @Test
    void whatWasSetAsideFirstIsKept() throws IOException {
        long base = baseOf(1);
        log.setAsideFrom(base);
        Path kept = aside().resolve(Segment.fileName(base));
        byte[] first = Files.readAllBytes(kept);
        fill(log, 2, 30, 100);
        log.setAsideFrom(base);
        assertThat(kept).hasBinaryContent(first);
        assertThat(log.logEndOffset()).isEqualTo(base);
    }

    @Test
    void aDamageIsForgottenWhenItsRecordsAreDeleted() throws IOException {
        long second = baseOf(1);
        Path file = directory.partitionPath(0).resolve(Segment.fileName(0));
        TestFiles.damage(file, 70);
        log.distrust(0);
        assertThatThrownBy(() -> log.read(0, 1 << 20, FAR, true)).isInstanceOf(DamageException.class);
        assertThat(directory.directory.damages()).hasSize(1);
        assertThat(log.lastDamagedSegment()).isZero();
        assertThat(log.firstSegmentBase()).isZero();
        log.updateHighWatermark(40);
        log.advanceLogStart(second - 1);
        assertThat(directory.directory.damages())
                .as("its segment is still there")
                .hasSize(1);
        log.advanceLogStart(second);
        assertThat(directory.directory.damages()).isEmpty();
        assertThat(log.lastDamagedSegment()).isEqualTo(-1);
        assertThat(log.firstSegmentBase()).isEqualTo(second);
    }
}
