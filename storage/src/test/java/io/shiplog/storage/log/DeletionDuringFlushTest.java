// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A topic is deleted while one of its partitions is being flushed: the partition goes, the directory stays. */
class DeletionDuringFlushTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final String PARTITION_DIRECTORY = TOPIC + "-0";

    @TempDir
    Path path;

    private final CountDownLatch deleted = new CountDownLatch(1);
    private LogDirectory directory;

    @Test
    void deletionUnderASyncLeavesTheDirectoryOnline() throws Exception {
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system(), deletingFiles());
        try (LogDirectory closed = directory) {
            closed.recover((done, total) -> {});
            closed.stampAs("cluster", 1);
            closed.markRunning(1);
            PartitionLog log = closed.create(new TopicIdPartition(TOPIC, 0, "t"), LogSettings.defaults());
            MemoryRecords batch = MemoryRecords.withRecords(
                    Compression.NONE, new SimpleRecord(System.currentTimeMillis(), new byte[10]));
            AppendOutcome outcome = log.appendAsLeader(batch.buffer(), 1, System.currentTimeMillis(), true);
            assertThat(outcome.error()).isEqualTo(Errors.NONE);
            log.requestFlush();
            assertThat(deleted.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(directory.isOffline()).isFalse();
        assertThat(path.resolve(PARTITION_DIRECTORY)).doesNotExist();
    }

    /** The disk, but the partition is deleted just before the flush syncs its directory. */
    private LogFiles deletingFiles() {
        LogFiles disk = new DiskLogFiles();
        return (LogFiles) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LogFiles.class}, (proxy, method, args) -> {
                    if (method.getName().equals("syncDirectory") && ((Path) args[0]).endsWith(PARTITION_DIRECTORY)) {
                        directory.delete(TOPIC, 0);
                        deleted.countDown();
                    }
                    try {
                        return method.invoke(disk, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
