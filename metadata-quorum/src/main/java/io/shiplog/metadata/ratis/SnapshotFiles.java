// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * The snapshot files of the state machine: {@code snapshot.<term>_<index>} in {@link SnapshotFormat}, each with the digest file that Ratis
 * wants for sending it. A file gets its name when its content is on the disk.
 */
final class SnapshotFiles {
    private static final int BUFFER_BYTES = 1 << 16;

    private final SnapshotStorage storage;

    SnapshotFiles(SnapshotStorage storage) {
        this.storage = storage;
    }

    /** Writes and syncs a snapshot, and makes it the latest. */
    void write(MetadataImage image, TermIndex at) throws IOException {
        Path file = storage.getSnapshotFile(at.getTerm(), at.getIndex()).toPath();
        DurableFiles.createDirectories(file.toAbsolutePath().getParent());
        Path temporary = file.resolveSibling(file.getFileName() + ".writing");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER_BYTES)) {
            SnapshotFormat.write(out, image, at.getTerm(), at.getIndex());
        }
        DurableFiles.syncFile(temporary);
        MD5Hash digest = MD5FileUtil.computeMd5ForFile(temporary.toFile());
        storage.name(() -> {
            // The digest first: a snapshot that has its name is whole.
            MD5FileUtil.saveMD5File(file.toFile(), digest);
            DurableFiles.rename(temporary, file);
        });
        storage.updateLatestSnapshot(
                new SingleFileSnapshotInfo(new FileInfo(file, digest), at.getTerm(), at.getIndex()));
    }

    /** Reads and verifies a snapshot that may just have been received: Ratis does not sync what it receives, so that is done first. */
    SnapshotFormat.Snapshot read(SingleFileSnapshotInfo info) throws IOException {
        Path file = info.getFile().getPath();
        Path directory = file.toAbsolutePath().getParent();
        DurableFiles.syncFile(file);
        DurableFiles.syncDirectory(directory);
        DurableFiles.syncDirectory(directory.getParent());
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            return SnapshotFormat.read(in);
        } catch (IOException e) {
            throw new IOException("snapshot " + file + ": " + e.getMessage(), e);
        }
    }
}
