// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * Settings of one data directory.
 *
 * @param defaults settings of a topic that sets nothing itself
 * @param flushThreads threads that sync segments ({@code flush.threads})
 * @param recoveryThreads threads that recover partitions at start ({@code num.recovery.threads.per.data.dir})
 * @param producerIdExpirationMs after how much log time an idle producer is forgotten ({@code producer.id.expiration.ms})
 * @param maxProducersPerPartition producers remembered in one partition; beyond it the longest idle are forgotten
 * @param checkpointBytes bytes appended to a partition before the next checkpoint of its state
 * @param checkpointIntervalMs and the time after which any change is in a checkpoint
 * @param marksIntervalMs how far flush marks may lag behind the disk
 * @param indexCacheBytes heap for the index of sealed segments
 * @param recoverLaterBytes a log of which more must be walked over at start is opened while the others are served
 * @param maxOpenFiles segment files that are open at a time ({@code max.open.segment.files})
 * @param space room that is kept free
 */
public record LogDirectoryConfig(
        LogSettings defaults,
        int flushThreads,
        int recoveryThreads,
        long producerIdExpirationMs,
        int maxProducersPerPartition,
        long checkpointBytes,
        long checkpointIntervalMs,
        long marksIntervalMs,
        long indexCacheBytes,
        long recoverLaterBytes,
        int maxOpenFiles,
        SpaceSettings space) {
    /** Of a process that may have 20,000 descriptors: what is left is for connections, the index and the libraries. */
    public static final int DEFAULT_OPEN_FILES = 4_096;

    /** A directory that keeps no room free. */
    public LogDirectoryConfig(
            LogSettings defaults,
            int flushThreads,
            int recoveryThreads,
            long producerIdExpirationMs,
            int maxProducersPerPartition,
            long checkpointBytes,
            long checkpointIntervalMs,
            long marksIntervalMs,
            long indexCacheBytes,
            long recoverLaterBytes,
            int maxOpenFiles) {
        this(
                defaults,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                maxOpenFiles,
                SpaceSettings.NONE);
    }

    public static LogDirectoryConfig defaultConfig() {
        return new LogDirectoryConfig(
                LogSettings.defaults(),
                2,
                2,
                24 * 3600_000L,
                10_000,
                4L << 20,
                10_000,
                1_000,
                16L << 20,
                64L << 20,
                DEFAULT_OPEN_FILES);
    }

    public LogDirectoryConfig withDefaults(LogSettings settings) {
        return new LogDirectoryConfig(
                settings,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                maxOpenFiles,
                space);
    }

    public LogDirectoryConfig withFlushThreads(int count) {
        return new LogDirectoryConfig(
                defaults,
                count,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                maxOpenFiles,
                space);
    }

    /** The same with another bound of what is walked over before the directory is ready. */
    public LogDirectoryConfig withRecoverLaterBytes(long bytes) {
        return new LogDirectoryConfig(
                defaults,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                bytes,
                maxOpenFiles,
                space);
    }

    /** The same with other times between checkpoints of a log that changed, and between writes of the marks. */
    public LogDirectoryConfig withIntervals(long newCheckpointIntervalMs, long newMarksIntervalMs) {
        return new LogDirectoryConfig(
                defaults,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                newCheckpointIntervalMs,
                newMarksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                maxOpenFiles,
                space);
    }

    public LogDirectoryConfig withMaxOpenFiles(int count) {
        return new LogDirectoryConfig(
                defaults,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                count,
                space);
    }

    /** The same with other room to keep free. */
    public LogDirectoryConfig withSpace(SpaceSettings settings) {
        return new LogDirectoryConfig(
                defaults,
                flushThreads,
                recoveryThreads,
                producerIdExpirationMs,
                maxProducersPerPartition,
                checkpointBytes,
                checkpointIntervalMs,
                marksIntervalMs,
                indexCacheBytes,
                recoverLaterBytes,
                maxOpenFiles,
                settings);
    }
}
