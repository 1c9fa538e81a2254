// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.server.api.LogDirView;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node's log directories hold. */
public final class DescribedLogDirs implements LogDirView {
    private static final Logger LOG = LoggerFactory.getLogger(DescribedLogDirs.class);
    private static final long UNKNOWN = -1;

    private final LogDirectories directories;
    private final Executor off;

    /** @param off runs what may wait for a disk */
    public DescribedLogDirs(LogDirectories directories, Executor off) {
        this.directories = directories;
        this.off = off;
    }

    @Override
    public CompletableFuture<List<LogDir>> logDirs() {
        return CompletableFuture.supplyAsync(this::describeAll, off);
    }

    private List<LogDir> describeAll() {
        List<LogDir> described = new ArrayList<>();
        directories.all().forEach(directory -> described.add(describe(directory)));
        directories.leftOut().forEach(path -> described.add(offline(path.toString())));
        return described;
    }

    private static LogDir offline(String path) {
        return new LogDir(path, true, UNKNOWN, UNKNOWN, List.of());
    }

    private LogDir describe(LogDirectory directory) {
        String path = directory.path().toString();
        if (directory.isOffline()) {
            return offline(path);
        }
        List<LogSize> logs = new ArrayList<>();
        for (PartitionLog log : directory.logs()) {
            long lag = Math.max(0, log.highWatermarkCheckpoint() - log.logEndOffset());
            logs.add(new LogSize(log.topicId(), log.partition(), log.sizeBytes(), lag, false));
        }
        for (PartitionLog copy : directory.copies().underWay()) {
            PartitionLog log = directories.log(copy.topicId(), copy.partition());
            long lag = log == null ? 0 : Math.max(0, log.logEndOffset() - copy.logEndOffset());
            logs.add(new LogSize(copy.topicId(), copy.partition(), copy.sizeBytes(), lag, true));
        }
        try {
            FileStore store = Files.getFileStore(directory.path());
            return new LogDir(path, false, store.getTotalSpace(), store.getUsableSpace(), logs);
        } catch (IOException e) {
            LOG.warn("the file system of {} does not tell its size: {}", path, e.toString());
            return new LogDir(path, false, UNKNOWN, UNKNOWN, logs);
        }
    }
}
