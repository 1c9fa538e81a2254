// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was taken out of a log because it is not sound, kept beside it until the log has it from a peer: {@code TOPICID-PARTITION.damaged},
 * or with a number before the ending when that was there already.
 */
final class SetAside {
    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);
    private static final String SUFFIX = ".damaged";

    private SetAside() {}

    /** Where files of a partition go that was not set aside before. */
    static Path pathOf(Path directory, PartitionKey key) {
        return directory.resolve(key.directoryName() + SUFFIX);
    }

    /** Sets all of a partition aside, and leaves an empty directory in its place. */
    static void whole(LogFiles files, Path directory, PartitionKey key) throws IOException {
        Path partition = directory.resolve(key.directoryName());
        Path aside = freePathOf(files, directory, key);
        files.rename(partition, aside);
        try {
            files.createDirectory(partition);
        } catch (IOException e) {
            files.rename(aside, partition);
            throw e;
        }
        FailedSync.syncDirectory(files, directory);
    }

    /** A name that is not taken, for a whole partition. */
    private static Path freePathOf(LogFiles files, Path directory, PartitionKey key) throws IOException {
        Path aside = pathOf(directory, key);
        for (int i = 1; files.exists(aside); i++) {
            aside = directory.resolve(key.directoryName() + "." + i + SUFFIX);
        }
        return aside;
    }

    static List<PartitionKey> partitions(LogFiles files, Path directory) throws IOException {
        List<PartitionKey> keys = new ArrayList<>();
        for (Path path : files.list(directory)) {
            PartitionKey key = keyOf(path);
            if (key != null && !keys.contains(key)) keys.add(key);
        }
        return keys;
    }

    static void remove(LogFiles files, Path directory, PartitionKey key) throws IOException {
        for (Path path : files.list(directory)) {
            if (!key.equals(keyOf(path))) continue;
            files.deleteTree(path);
            files.syncDirectory(directory);
            LOG.info("Removed {}: the partition was repaired", path);
        }
    }

    private static PartitionKey keyOf(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) ? PartitionKey.parse(name.substring(0, name.indexOf('.'))) : null;
    }
}
