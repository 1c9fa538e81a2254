// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.compact.CleanerSettings;
import io.shiplog.storage.compact.CleanerThreads;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.FaultyLogFiles;
import io.shiplog.storage.metrics.StorageMetrics;
import io.shiplog.storage.scrub.ScrubSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of a node's storage say what is. */
class StorageMetricsTest {
    @TempDir
    Path temp;

    private final FaultyLogFiles files = new FaultyLogFiles(new DiskLogFiles());
    private TestDirectory directory;
    private PartitionLog log;
    private Map<String, LongSupplier> values;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"), files);
        directory.open();
        log = directory.create(0);
        CleanerThreads cleaners = new CleanerThreads(
                new CleanerSettings(1, 1 << 20, Long.MAX_VALUE, 1_000, 1_000), directory.clock, List::of);
        values = new StorageMetrics(List.of(directory.directory), () -> 2, cleaners).values();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private long value(String name) {
        return values.get(name).getAsLong();
    }

    private long ofDirectory(String name) {
        return value(name + ",logDirectory=" + directory.path);
    }

    @Test
    void allCanBeReadAtAnyTime() {
        assertThat(values).isNotEmpty();
        values.forEach((name, value) -> assertThat(value.getAsLong()).as(name).isGreaterThanOrEqualTo(-1));
        directory.directory.startScrub(new ScrubSettings(3_600_000, 1 << 20, 600_000));
        directory.close();
        values.forEach((name, value) -> assertThat(value.getAsLong()).as(name).isGreaterThanOrEqualTo(-1));
    }

    @Test
    void flushesAndLogsAreCounted() {
        assertThat(ofDirectory("LogFlushStats.LogFlushRateAndTimeMs.count")).isZero();
        append(log, 1, "a");
        log.flush().flushNow();
        assertThat(ofDirectory("LogFlushStats.LogFlushRateAndTimeMs.count")).isEqualTo(1);
        assertThat(ofDirectory("LogDirectory.Logs")).isEqualTo(1);
        assertThat(ofDirectory("LogManager.remainingLogsToRecover")).isZero();
        assertThat(ofDirectory("IndexStore.Offline")).isZero();
    }

    @Test
    void offlineDirectoriesAreThoseThatFailedAndThoseThatWereLeftOut() {
        assertThat(value("LogManager.OfflineLogDirectoryCount")).isEqualTo(2);
        append(log, 1, "a");
        files.fail(FaultyLogFiles.Call.SYNC, 1, "Input/output error");
        log.flush().flushNow();
        assertThat(value("LogManager.OfflineLogDirectoryCount")).isEqualTo(3);
        assertThat(ofDirectory("LogManager.LogDirectoryOffline")).isEqualTo(1);
    }

    @Test
    void damagesAreCountedUntilTheyAreRepaired() throws IOException {
        append(log, 1, "a");
        log.flush().flushNow();
        TestFiles.damage(directory.partitionPath(0).resolve(Segment.fileName(0)), 65);
        log.distrust(0);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> TestDirectory.readAll(log));
        assertThat(ofDirectory("LogDirectory.DamagedSegments")).isEqualTo(1);
        log.setAsideFrom(0);
        assertThat(ofDirectory("LogDirectory.DamagedSegments")).isZero();
        assertThat(ofDirectory("LogDirectory.DamagesFound")).isEqualTo(1);
    }
}
