// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.model.StorageException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition with logs in two directories: one disk was away, the node made the log anew on another, and now the first is back. The log of
 * the directory that was in use later counts; the other is kept under another name, for whoever wants to look.
 */
final class TwinLogs {
    private static final Logger LOG = LoggerFactory.getLogger(TwinLogs.class);

    private TwinLogs() {}

    /** @throws StorageException when both directories were in use until the last stop: that cannot have come about by itself */
    static void resolve(List<LogDirectory> directories) {
        Map<PartitionId, LogDirectory> seen = new HashMap<>();
        for (LogDirectory directory : directories) {
            for (PartitionId id : LogDirectories.partitionsOf(directory)) {
                LogDirectory other = seen.put(id, directory);
                if (other != null) {
                    seen.put(id, keepNewer(id, other, directory));
                }
            }
        }
    }

    private static LogDirectory keepNewer(PartitionId id, LogDirectory a, LogDirectory b) {
        long lifeOfA = a.lives().life();
        long lifeOfB = b.lives().life();
        String name = id.topicId() + "-" + id.partition();
        if (lifeOfA == lifeOfB) {
            throw new StorageException("partition " + name + " is in two log directories, " + a.path() + " and "
                    + b.path() + ": move one of them away");
        }
        LogDirectory stale = lifeOfA < lifeOfB ? a : b;
        LogDirectory kept = stale == a ? b : a;
        Path aside = stale.setAside(id.topicId(), id.partition());
        LOG.warn(
                "partition {} is in {} and in {}, which was away: the latter's is kept as {}",
                name,
                kept.path(),
                stale.path(),
                aside);
        return kept;
    }
}
