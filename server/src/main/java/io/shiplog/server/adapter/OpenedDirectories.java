// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.DirectoryStamp;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.model.UnreadableDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log directories of a node as far as they can be opened.
 *
 * @param leftOut paths of those whose disk does not answer, or is not there
 */
record OpenedDirectories(List<LogDirectory> opened, List<Path> leftOut) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedDirectories.class);

    /** @throws StorageException when one is refused, or none can be opened */
    static OpenedDirectories open(int nodeId, List<Path> paths, LogDirectoryConfig config, StorageClock clock) {
        LogDirectoryConfig each = config.withMaxOpenFiles(Math.max(1, config.maxOpenFiles() / paths.size()));
        boolean newNode = paths.stream().noneMatch(LogDirectory::isStamped);
        List<LogDirectory> opened = new ArrayList<>();
        List<Path> leftOut = new ArrayList<>();
        UnreadableDirectory failure = null;
        try {
            for (Path path : paths) {
                Path absolute = path.toAbsolutePath();
                try {
                    // Not even recovered: that writes what it reads, and cuts what it takes for a torn tail.
                    DirectoryStamp.refuseOthers(absolute, nodeId);
                    opened.add(open(absolute, newNode, each, clock));
                } catch (UnreadableDirectory e) {
                    LOG.error("log directory {} is left out: {}", absolute, e.getMessage());
                    leftOut.add(absolute);
                    failure = e;
                }
            }
        } catch (StorageException e) {
            opened.forEach(LogDirectory::close);
            throw e;
        }
        if (opened.isEmpty()) {
            throw failure;
        }
        return new OpenedDirectories(opened, leftOut);
    }

    /** A path that leads nowhere is a disk that is not mounted, unless the whole node is new. */
    private static LogDirectory open(Path path, boolean newNode, LogDirectoryConfig config, StorageClock clock) {
        if (!newNode && !Files.isDirectory(path)) {
            throw new UnreadableDirectory(
                    "the data directory " + path + " is not there, though others of this node are in use: mount its"
                            + " disk, or make an empty directory if the disk is a new one",
                    null);
        }
        try {
            createParents(path);
        } catch (IOException e) {
            throw new UnreadableDirectory("the parent of the log directory " + path + " cannot be created: " + e, e);
        }
        return LogDirectory.open(path, config, clock);
    }

    /** A directory that is not synced into its parent may be gone after a power loss, with all that was acknowledged in it. */
    private static void createParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        if (!Files.isDirectory(parent)) {
            createParents(parent);
            Files.createDirectory(parent);
        }
        if (parent.getParent() != null && Files.isReadable(parent.getParent())) {
            try (FileChannel channel = FileChannel.open(parent.getParent(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
