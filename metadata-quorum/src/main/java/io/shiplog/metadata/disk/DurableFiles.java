// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files and names that are on the disk when a method returns: content synced before it gets its name, the directory after. An interrupt of
 * the caller is no error here: the work ends first. Any thread.
 */
public final class DurableFiles {
    private DurableFiles() {}

    /** Creates the directory and those above it that are missing; each new name is synced. */
    public static void createDirectories(Path dir) throws IOException {
        Path absolute = dir.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectories(absolute);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    /** Replaces the file's content as one step: after a crash the old content or the new one is there, never a mixture or nothing. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Uninterrupted.run(() -> write(temporary, content));
        rename(temporary, file);
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Renames within a directory, replacing what is there, and syncs the directory. The file itself must be synced already. */
    public static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(to.toAbsolutePath().getParent());
    }

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path dir) throws IOException {
        Uninterrupted.run(() -> sync(dir, StandardOpenOption.READ));
    }

    /** Makes a file's content durable. */
    public static void syncFile(Path file) throws IOException {
        Uninterrupted.run(() -> sync(file, StandardOpenOption.WRITE));
    }

    private static void sync(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }
}
