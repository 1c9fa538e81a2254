// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.files.FaultyLogFiles.Call;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.scrub.ScrubSettings;
import io.shiplog.storage.scrub.ScrubSource;
import io.shiplog.storage.scrub.Scrubber;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pass over the logs of a directory finds what is wrong in them, and no more than its share of the disk is used. */
class ScrubTest {
    private static final long INTERVAL_MS = 3_600_000;
    private static final long MIB = 1 << 20;

    @TempDir
    Path temp;

    private final FaultyLogFiles files = new FaultyLogFiles(new DiskLogFiles());
    private final List<LogDamage> damages = new ArrayList<>();
    private TestDirectory directory;
    private PartitionLog log;
    private Scrubber scrubber;

    @BeforeEach
    void open() throws IOException {
        directory = new TestDirectory(temp.resolve("data"), files).open();
        directory.directory.onDamage(damages::add);
        log = directory.create(0);
        fill(log, 1, 40, 200);
        fill(directory.create(1), 1, 40, 200);
        directory.housekeeping(true);
        scrubber = scrubber(MIB);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    @Test
    void anEpochAboveTheLeadersIsDamageOfTheSegmentInWhichItBegins() {
        append(log, 9, "an epoch that nobody led in");
        assertThat(log.reportEpochsAbove(9)).isEqualTo(-1);
        assertThat(damages).isEmpty();
        long base = log.state().segments.active().baseOffset;
        assertThat(log.reportEpochsAbove(8)).isEqualTo(base);
        assertThat(log.reportEpochsAbove(8)).isEqualTo(base);
        assertThat(damages).extracting(LogDamage::segmentBase).containsExactly(base);
    }

    /** The logs of the directory, as the scrub's own thread sees them. */
    private final class Logs implements ScrubSource {
        @Override
        public List<PartitionKey> partitions() {
            List<PartitionKey> keys = new ArrayList<>();
            for (PartitionLog each : directory.directory.logs()) keys.add(each.key());
            keys.sort(Comparator.comparing(PartitionKey::directoryName));
            return keys;
        }

        @Override
        public SegmentCheck next(PartitionKey partition, long aboveBase) {
            PartitionLog each = directory.directory.log(partition.topicId(), partition.partition());
            return each == null ? null : SegmentScrub.next(each.state(), each.reader(), aboveBase);
        }
    }

    private Scrubber scrubber(long bytesPerSecond) {
        return new Scrubber(
                new Logs(),
                new ScrubSettings(INTERVAL_MS, bytesPerSecond, 600_000),
                directory.clock,
                files,
                directory.path);
    }

    /** Steps until a pass has ended; returns the time that it took. */
    private long pass() throws IOException {
        long startMs = directory.clock.nowMs();
        long ended = scrubber.status().lastPassEndMs();
        while (scrubber.status().lastPassEndMs() == ended) directory.clock.advance(scrubber.step());
        return directory.clock.nowMs() - startMs;
    }

    private Path segment(int partition, int number) {
        PartitionLog each = directory.log(partition);
        return each.state().segments.get(number).path();
    }

    private int segments() {
        return directory.log(0).state().segments.count()
                + directory.log(1).state().segments.count();
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, position);
        }
    }

    @Test
    void aPassReadsEverySegmentOnceAndFindsNothingInSoundOnes() throws IOException {
        pass();
        assertThat(damages).isEmpty();
        assertThat(scrubber.status().segments()).isEqualTo(segments());
        assertThat(scrubber.status().bytes())
                .isEqualTo(directory.log(0).sizeBytes() + directory.log(1).sizeBytes());
        assertThat(scrubber.status().passing()).isFalse();
    }

    @Test
    void aFlippedBitIsFoundWithItsSegment() throws IOException {
        flip(segment(0, 1), 300);
        pass();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).partition()).isEqualTo(log.key());
        assertThat(damages.get(0).segmentBase()).isEqualTo(log.state().segments.get(1).baseOffset);
        assertThat(scrubber.status().damages()).isEqualTo(1);
    }

    @Test
    void aFlippedBaseOffsetOfTheLastBatchIsFound() throws IOException {
        Path active = segment(0, log.state().segments.count() - 1);
        int batch = (int) (log.sizeBytes() / 40);
        flip(active, Files.size(active) - batch + 7);
        pass();
        assertThat(damages).hasSize(1);
    }

    @Test
    void aDeletedFileIsFoundThoughItIsOpen() throws IOException {
        Files.delete(segment(0, 0));
        pass();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("gone");
    }

    @Test
    void aShortFileIsFound() throws IOException {
        try (FileChannel channel = FileChannel.open(segment(1, 0), StandardOpenOption.WRITE)) {
            channel.truncate(100);
        }
        pass();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).reason()).contains("100 bytes");
    }

    @Test
    void anUnreadableSectorIsFound() throws IOException {
        files.fail(Call.READ, 1, "Input/output error");
        pass();
        assertThat(damages).hasSize(1);
        assertThat(directory.directory.isOffline()).isFalse();
    }

    /** A reader that trusts what this process wrote must not go on to do so. */
    @Test
    void whatTheScrubFoundIsNotServedEither() throws IOException {
        flip(segment(0, 0), 70);
        pass();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> log.read(0, 1 << 20, Long.MAX_VALUE, true)))
                .isInstanceOf(io.shiplog.storage.model.DamageException.class);
    }

    @Test
    void aDamageIsReportedOnce() throws IOException {
        flip(segment(0, 1), 300);
        pass();
        directory.clock.advance(INTERVAL_MS);
        pass();
        assertThat(damages).hasSize(1);
    }

    @Test
    void betweenPassesThereIsNothingToDo() throws IOException {
        pass();
        int reads = files.count(Call.READ);
        for (long waitedMs = 0; waitedMs < INTERVAL_MS / 2; ) {
            long pauseMs = scrubber.step();
            assertThat(pauseMs).isGreaterThan(1_000);
            directory.clock.advance(pauseMs);
            waitedMs += pauseMs;
        }
        assertThat(files.count(Call.READ)).isEqualTo(reads);
    }

    @Test
    void theRateIsKept() throws IOException {
        long bytes = directory.log(0).sizeBytes() + directory.log(1).sizeBytes();
        scrubber = scrubber(1_000);
        assertThat(pass()).isBetween(bytes * 9 / 10, bytes * 12 / 10);
    }

    @Test
    void aPassGoesOnWhereTheProcessBeforeStopped() throws IOException {
        int total = segments();
        while (scrubber.status().segments() < 3) directory.clock.advance(scrubber.step());
        scrubber.close();
        scrubber = scrubber(MIB);
        pass();
        assertThat(scrubber.status().segments()).isEqualTo(total - 3);
    }

    @Test
    void aRestartDoesNotBeginAPassBeforeItIsDue() throws IOException {
        pass();
        long ended = scrubber.status().lastPassEndMs();
        scrubber.close();
        scrubber = scrubber(MIB);
        assertThat(scrubber.step()).isGreaterThan(1_000);
        assertThat(scrubber.status().lastPassEndMs()).isEqualTo(ended);
    }

    @Test
    void aDamagedProgressFileCountsAsNone() throws IOException {
        pass();
        scrubber.close();
        flip(directory.path.resolve("scrub"), 6);
        scrubber = scrubber(MIB);
        pass();
        assertThat(scrubber.status().segments()).isEqualTo(segments());
    }

    /** The scrub has the old bytes before it when the log is cut and written anew. */
    @Test
    void aLogThatIsCutMeanwhileIsNotDamaged() throws IOException {
        SegmentCheck check = SegmentScrub.next(
                log.state(), log.reader(), log.state().segments.get(0).baseOffset);
        log.truncateTo(log.state().segments.get(1).baseOffset);
        fill(log, 2, 30, 150);
        while (check.step(MIB) > 0) assertThat(check.isSound()).isTrue();
        check.close();
        assertThat(damages).isEmpty();
    }

    @Test
    void theDirectoryRunsItByItself() throws Exception {
        flip(segment(0, 1), 300);
        directory.directory.startScrub(new ScrubSettings(INTERVAL_MS, 1L << 30, 600_000));
        long deadlineNs = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(30);
        while (directory.directory.scrubStatus().lastPassEndMs() < 0 && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        assertThat(directory.directory.damagesFound()).isEqualTo(1);
    }
}
