// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file port. A created, renamed or deleted entry survives a power loss only once its directory was synced with
 * {@link #syncDirectory}; the caller owes that call. Tests put a crashable and a faulty twin in its place.
 */
public interface LogFiles {
    /** Creates a file that must not exist. */
    LogFile create(Path path) throws IOException;

    /** Opens a file that must exist, for reading and writing. */
    LogFile open(Path path) throws IOException;

    /** An existing file whose reads ask the disk, where that is possible, and not what an earlier read left in memory; slow, and only to read. */
    default LogFile openUncached(Path path) throws IOException {
        return open(path);
    }

    /** Creates a directory unless it is there; its parent must exist. */
    void createDirectory(Path path) throws IOException;

    /** Renames atomically and replaces the target if there is one. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; nothing happens when it is not there. */
    void delete(Path path) throws IOException;

    /** Makes the entries of the directory durable. A failure is final: never call again. */
    void syncDirectory(Path directory) throws IOException;

    /** The entries of a directory, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    boolean exists(Path path) throws IOException;

    /** The size of a file in bytes, without opening it. */
    long size(Path path) throws IOException;

    /** Deletes a directory with all it holds. */
    default void deleteTree(Path path) throws IOException {
        if (isDirectory(path)) {
            for (Path child : list(path)) deleteTree(child);
        }
        delete(path);
    }

    boolean isDirectory(Path path) throws IOException;

    /** When a file was last written, as wall clock milliseconds. */
    default long lastModifiedMs(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toMillis();
    }

    /** Bytes that this process may still write to the file system of the directory; {@code Long.MAX_VALUE} when it has no end. */
    default long usableBytes(Path directory) throws IOException {
        return Long.MAX_VALUE;
    }

    /** Bytes of the whole file system of the directory; {@code Long.MAX_VALUE} when it has no end. */
    default long totalBytes(Path directory) throws IOException {
        return Long.MAX_VALUE;
    }
}
