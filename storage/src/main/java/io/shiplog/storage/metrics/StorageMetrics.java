// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.metrics;

import io.shiplog.storage.compact.CleanerThreads;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.SyncTimes;
import io.shiplog.storage.scrub.ScrubStatus;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * The numbers of a node's storage, by name: {@code LogManager.<name>}, {@code LogFlushStats.<name>}, {@code LogCleaner.<name>} and {@code
 * LogCleanerManager.<name>} as Kafka has them, what Kafka gives as a rate as a count, what it gives as a histogram as quantiles. {@code
 * LogDirectory.<name>}, {@code Scrub.<name>} and {@code IndexStore.<name>} are ours. What concerns one directory ends in {@code
 * ,logDirectory=<path>}. Reading one costs no walk over logs, and no I/O but for the room on the disk. Any thread.
 */
public final class StorageMetrics {
    private static final int PERCENT = 100;

    private final SortedMap<String, LongSupplier> values = new TreeMap<>();

    /**
     * Nothing is read yet.
     *
     * @param directories those of the node that could be opened
     * @param leftOut how many could not be used at start
     */
    public StorageMetrics(List<LogDirectory> directories, LongSupplier leftOut, CleanerThreads cleaners) {
        values.put(
                "LogManager.OfflineLogDirectoryCount",
                () -> leftOut.getAsLong()
                        + directories.stream().filter(LogDirectory::isOffline).count());
        cleaner(cleaners);
        for (LogDirectory directory : directories) {
            recovery(directory);
            disk(directory);
            integrity(directory);
        }
    }

    /** All of them, by name. */
    public SortedMap<String, LongSupplier> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    private void cleaner(CleanerThreads cleaners) {
        values.put("LogCleanerManager.max-dirty-percent", () -> Math.round(cleaners.dirtiestRatio() * PERCENT));
        values.put(
                "LogCleanerManager.uncleanable-partitions-count",
                () -> cleaners.uncleanable().size());
        values.put("LogCleaner.rounds", cleaners::rounds);
        values.put("LogCleaner.removed-bytes", cleaners::removedBytes);
        values.put("LogCleaner.moved-bytes", cleaners::movedBytes);
    }

    private void recovery(LogDirectory directory) {
        put(
                directory,
                "LogManager.remainingLogsToRecover",
                d -> d.recoveryProgress().remainingLogs());
        put(
                directory,
                "LogManager.remainingSegmentsToRecover",
                d -> d.recoveryProgress().remainingSegments());
        put(
                directory,
                "LogManager.remainingBytesToRecover",
                d -> d.recoveryProgress().remainingBytes());
        put(
                directory,
                "LogManager.remainingTimeToRecoverMs",
                d -> d.recoveryProgress().remainingMs());
    }

    private void disk(LogDirectory directory) {
        SyncTimes times = directory.syncTimes();
        put(directory, "LogManager.LogDirectoryOffline", d -> d.isOffline() ? 1 : 0);
        put(directory, "LogFlushStats.LogFlushRateAndTimeMs.count", d -> times.syncs());
        put(directory, "LogFlushStats.LogFlushRateAndTimeMs.p99", d -> times.syncP99Ms());
        put(directory, "LogFlushStats.LogFlushRateAndTimeMs.max", d -> times.slowestSyncMs());
        put(directory, "LogDirectory.AppendTimeMs.p99", d -> times.appendP99Ms());
        put(directory, "LogDirectory.UsableBytes", LogDirectory::usableBytes);
        put(directory, "LogDirectory.DeletedBytes", LogDirectory::deletedBytes);
        put(directory, "LogDirectory.Full", d -> d.space().isFull() ? 1 : 0);
        put(directory, "LogDirectory.Logs", LogDirectory::logCount);
        put(directory, "LogDirectory.OpenSegmentFiles", LogDirectory::openFileCount);
        put(directory, "IndexStore.Offline", d -> d.isIndexStoreOffline() ? 1 : 0);
    }

    private void integrity(LogDirectory directory) {
        put(directory, "LogDirectory.DamagesFound", LogDirectory::damagesFound);
        put(directory, "LogDirectory.DamagedSegments", d -> d.damages().size());
        scrub(directory, "Scrub.Segments", ScrubStatus::segments, 0);
        scrub(directory, "Scrub.Bytes", ScrubStatus::bytes, 0);
        scrub(directory, "Scrub.Damages", ScrubStatus::damages, 0);
        scrub(directory, "Scrub.LastPassEndTimestamp", ScrubStatus::lastPassEndMs, -1);
        scrub(directory, "Scrub.PassUnderWay", status -> status.passing() ? 1 : 0, 0);
    }

    /** @param before what is said as long as no scrub was started */
    private void scrub(LogDirectory directory, String name, ToLongFunction<ScrubStatus> value, long before) {
        put(directory, name, d -> {
            ScrubStatus status = d.scrubStatus();
            return status == null ? before : value.applyAsLong(status);
        });
    }

    private void put(LogDirectory directory, String name, ToLongFunction<LogDirectory> value) {
        values.put(name + ",logDirectory=" + directory.path(), () -> value.applyAsLong(directory));
    }
}
