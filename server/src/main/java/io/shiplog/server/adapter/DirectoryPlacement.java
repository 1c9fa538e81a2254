// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Where a new log goes: into the directory that has most free space for each of the logs that it would hold then. Between equal disks that
 * is the one with the fewest logs; one that is nearly full gets few. (Kafka looks at the number of logs alone.)
 */
final class DirectoryPlacement {
    private final List<LogDirectory> directories;

    /** @param directories may change under way */
    DirectoryPlacement(List<LogDirectory> directories) {
        this.directories = directories;
    }

    /**
     * Makes a log in the best directory; in the next best when that one fails meanwhile.
     *
     * @throws StorageException when no directory is left, or the log is refused
     */
    PartitionLog place(Function<LogDirectory, PartitionLog> create) {
        while (true) {
            LogDirectory best = best();
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
