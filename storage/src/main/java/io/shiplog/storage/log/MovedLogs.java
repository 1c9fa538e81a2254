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
        Set<PartitionKey> gone = new HashSet<>();
        for (LogDirectory directory : directories) {
            for (Map.Entry<PartitionKey, Uuid> each :
                    directory.copies().leaving().entrySet()) {
                LogDirectory target = withId(directories, each.getValue());
                if (directory.holds(each.getKey())) settleLeaving(directory, each.getKey(), target, doubtful, gone);
            }
        }
        for (LogDirectory directory : directories) {
            for (PartitionKey key : directory.copies().arrived()) {
                if (!gone.contains(key)) settleArrived(directories, directory, key);
            }
        }
        settleLongLeft(directories, doubtful);
        for (LogDirectory directory : directories) {
            if (!directory.isOffline()) directory.copies().settle(doubtful);
        }
        return doubtful;
    }

    /** No log has gone to this one: the move was given up. */
    private static void settleArrived(List<LogDirectory> directories, LogDirectory directory, PartitionKey key) {
        LogDirectory other = otherHolder(directories, directory, key);
        if (other != null && directory.holds(key)) {
            remove(directory, key, "its move from " + other.path() + " was given up");
        }
    }

    /** A log that went to a directory and from there on to another one, and whose own directory had failed before it was removed. */
    private static void settleLongLeft(List<LogDirectory> directories, Set<PartitionKey> doubtful) {
        for (LogDirectory directory : directories) {
            for (PartitionKey key : directory.copies().leaving().keySet()) {
                LogDirectory other = otherHolder(directories, directory, key);
                if (other != null && directory.holds(key) && !doubtful.contains(key)) {
                    remove(directory, key, "it has moved, and is in " + other.path() + " by now");
                }
            }
        }
    }

    private static void settleLeaving(
            LogDirectory from, PartitionKey key, LogDirectory to, Set<PartitionKey> doubtful, Set<PartitionKey> gone) {
        if (to == null) {
            LOG.warn(
                    "partition {} in {} was moving to a directory that is not here: nothing vouches for it",
                    key.directoryName(),
                    from.path());
            doubtful.add(key);
        } else if (to.holds(key) && to.copies().hasArrived(key)) {
            remove(from, key, "it has moved to " + to.path());
            gone.add(key);
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

    /** After a life in which only one of the two was here that one is the newer, as of all twins: then nothing is said here. */
    private static LogDirectory otherHolder(List<LogDirectory> directories, LogDirectory than, PartitionKey key) {
        for (LogDirectory directory : directories) {
            boolean sameLife = directory.lives().life() == than.lives().life();
            if (directory != than && sameLife && directory.holds(key)) return directory;
        }
        return null;
    }
}
