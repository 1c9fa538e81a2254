// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which log of a partition counts, where the node stopped while it went from one of its directories into another: what the files of {@link
 * DirectoryCopies} say, and nothing is guessed.
 */
public final class MovedLogs {
    private static final Logger LOG = LoggerFactory.getLogger(MovedLogs.class);

    private MovedLogs() {}

    /**
     * Removes logs that do not count. To be called when all directories of the node that can be used are recovered, and before anything is done
     * with their logs.
     *
     * @return partitions whose log may be older than what this node has acknowledged: it may have gone on in a directory that is not here
     */
    public static Set<PartitionKey> settle(List<LogDirectory> directories) {
        Set<PartitionKey> doubtful = new HashSet<>();
        for (LogDirectory directory : directories) {
            for (Map.Entry<PartitionKey, Uuid> each :
                    directory.copies().leaving().entrySet()) {
                if (directory.holds(each.getKey())) {
                    settleLeaving(directory, each.getKey(), withId(directories, each.getValue()), doubtful);
                }
            }
        }
        for (LogDirectory directory : directories) {
            for (PartitionKey key : directory.copies().arrived()) {
                LogDirectory other = otherHolder(directories, directory, key);
                // After a life in which only one of them was here, that one is the newer, as of all twins.
                boolean sameLife = other != null
                        && other.lives().life() == directory.lives().life();
                if (sameLife && directory.holds(key))
                    remove(directory, key, "its move from " + other.path() + " was given up");
            }
        }
        for (LogDirectory directory : directories) {
            if (!directory.isOffline()) directory.copies().settle(doubtful);
        }
        return doubtful;
    }

    private static void settleLeaving(
            LogDirectory from, PartitionKey key, LogDirectory to, Set<PartitionKey> doubtful) {
        if (to == null) {
            LOG.warn(
                    "partition {} in {} was moving to a directory that is not here: nothing vouches for it",
                    key.directoryName(),
                    from.path());
            doubtful.add(key);
        } else if (to.holds(key) && to.copies().hasArrived(key)) {
            remove(from, key, "it has moved to " + to.path());
        }
    }

    /** A directory that fails meanwhile is left out by whoever uses it next. */
    private static void remove(LogDirectory directory, PartitionKey key, String why) {
        try {
            directory.delete(key.topicId(), key.partition());
            LOG.info("log of {} in {} deleted: {}", key.directoryName(), directory.path(), why);
        } catch (StorageException e) {
            if (!directory.isOffline()) throw e;
        }
    }

    private static LogDirectory withId(List<LogDirectory> directories, Uuid id) {
        for (LogDirectory directory : directories) if (directory.directoryId().equals(id)) return directory;
        return null;
    }

    private static LogDirectory otherHolder(List<LogDirectory> directories, LogDirectory than, PartitionKey key) {
        for (LogDirectory directory : directories) if (directory != than && directory.holds(key)) return directory;
        return null;
    }
}
