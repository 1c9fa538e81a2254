// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.model.UnreadableDirectory;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/** Whose data directory this is. Written once; a directory of another cluster or node is refused. */
public record DirectoryStamp(String clusterId, int nodeId, Uuid directoryId) {
    /**
     * Refuses a directory that belongs to another node, before {@link LogDirectory#open}: opening and recovering write to it. Reads only; a
     * directory that is not there, or has no stamp yet, is nobody's.
     *
     * @throws UnreadableDirectory when its disk does not answer
     * @throws StorageException when it belongs to another node, or its stamp is damaged
     */
    public static void refuseOthers(Path directory, int nodeId) {
        refuseOthers(new DiskLogFiles(), directory, nodeId);
    }

    /** The same over another file port. */
    public static void refuseOthers(LogFiles files, Path directory, int nodeId) {
        DirectoryStamp stamp;
        try {
            stamp = StampFile.read(files, directory);
        } catch (IOException e) {
            throw new UnreadableDirectory("the data directory " + directory + " cannot be opened: " + e, e);
        }
        if (stamp != null) {
            stamp.requireNode(directory, nodeId);
        }
    }

    void requireNode(Path directory, int expected) {
        if (nodeId != expected) {
            throw new StorageException(
                    "the data directory " + directory + " belongs to node " + nodeId + ", not to " + expected);
        }
    }
}
