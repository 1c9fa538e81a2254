// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@code lives} of a data directory: {@link DirectoryLives} on the disk. */
final class LivesFile {
    private static final Logger LOG = LoggerFactory.getLogger(LivesFile.class);
    private static final String NAME = "lives";
    private static final List<String> KEYS = List.of("life", "incarnations");

    private LivesFile() {}

    /** What the file says. One that is damaged says nothing: it guards against old disks, and is no reason to give up a good one. */
    static DirectoryLives read(LogFiles files, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        try {
            List<String> values = ChecksummedText.read(files, path, KEYS);
            if (values == null) return DirectoryLives.UNKNOWN;
            List<Uuid> incarnations = new ArrayList<>();
            for (String id : values.get(1).split(",", -1)) {
                if (!id.isEmpty()) incarnations.add(Uuid.fromString(id));
            }
            return new DirectoryLives(Long.parseLong(values.get(0)), incarnations);
        } catch (StorageException | IllegalArgumentException e) {
            LOG.warn("Passed over {}: {}", path, e.getMessage());
            return DirectoryLives.UNKNOWN;
        }
    }

    static void write(LogFiles files, Path directory, DirectoryLives lives) throws IOException {
        List<String> ids = lives.incarnations().stream().map(Uuid::toString).toList();
        List<String> values = List.of(Long.toString(lives.life()), String.join(",", ids));
        ChecksummedText.write(files, directory.resolve(NAME), KEYS, values);
    }
}
