// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** The {@code stamp} of a data directory: whose it is. Written once. */
final class StampFile {
    static final String NAME = "stamp";
    private static final List<String> KEYS = List.of("cluster.id", "node.id", "directory.id");

    private StampFile() {}

    /** The stamp, or null when there is none yet. */
    static DirectoryStamp read(LogFiles files, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        List<String> values = ChecksummedText.read(files, path, KEYS);
        if (values == null) return null;
        try {
            return new DirectoryStamp(values.get(0), Integer.parseInt(values.get(1)), Uuid.fromString(values.get(2)));
        } catch (IllegalArgumentException e) {
            throw ChecksummedText.damaged(path, KEYS);
        }
    }

    static void write(LogFiles files, Path directory, DirectoryStamp stamp) throws IOException {
        List<String> values = List.of(
                stamp.clusterId(),
                Integer.toString(stamp.nodeId()),
                stamp.directoryId().toString());
        ChecksummedText.write(files, directory.resolve(NAME), KEYS, values);
    }
}
