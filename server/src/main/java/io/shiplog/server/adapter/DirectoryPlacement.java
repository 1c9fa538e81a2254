// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.StorageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Where a new log goes: into the directory that has most free space for each of the logs that it would hold then. Between equal disks that
 * is the one with the fewest logs; one that is nearly full gets few. (Kafka looks at the number of logs alone.)
 */
final class DirectoryPlacement {
    private static final int MAX_PREFERRED = 10_000;

    private final List<LogDirectory> directories;
    /** Where somebody wants logs that are not here yet; the oldest wish goes when there are too many. Guarded by itself. */
    private final Map<PartitionId, LogDirectory> preferred = new LinkedHashMap<>();

    /** @param directories may change under way */
    DirectoryPlacement(List<LogDirectory> directories) {
        this.directories = directories;
    }

    /** Has the log of a partition made in this directory when there is going to be one. */
    void prefer(PartitionId id, LogDirectory directory) {
        synchronized (preferred) {
            preferred.put(id, directory);
            if (preferred.size() > MAX_PREFERRED) {
                preferred.remove(preferred.keySet().iterator().next());
            }
        }
    }

    private LogDirectory preferredFor(PartitionId id) {
        synchronized (preferred) {
            return preferred.remove(id);
        }
    }

    /**
     * Makes a log in the directory that was asked for, or else in the best one; in the next best when that one fails meanwhile.
     *
     * @throws StorageException when no directory is left, or the log is refused
     */
    PartitionLog place(PartitionId id, Function<LogDirectory, PartitionLog> create) {
        LogDirectory wanted = preferredFor(id);
        while (true) {
            LogDirectory best = wanted != null && !wanted.isOffline() ? wanted : best();
            try {
                return create.apply(best);
            } catch (StorageException e) {
                if (!best.isOffline()) {
                    throw e;
                }
            }
        }
    }

    private LogDirectory best() {
        List<LogDirectory> online = new ArrayList<>();
        for (LogDirectory directory : directories) {
            if (!directory.isOffline()) {
                online.add(directory);
            }
        }
        if (online.isEmpty()) {
            throw new StorageException("no log directory is left");
        }
        LogDirectory best = online.get(0);
        for (LogDirectory directory : online) {
            if (online.size() > 1 && share(directory) > share(best)) {
                best = directory;
            }
        }
        return best;
    }

    /** Free bytes for each log, if it got one more. */
    private static double share(LogDirectory directory) {
        return share(directory.usableBytes(), directory.logCount());
    }

    static double share(long usableBytes, int logs) {
        return (double) Math.max(1, usableBytes) / (logs + 1);
    }
}
