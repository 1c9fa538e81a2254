// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A second name for the newest vote that may have left this node. On a full disk Ratis puts an empty file in the place of {@code raft-meta}; the
 * vote that it wanted to write has left in no message then ({@link VoteGate} sees to that), so the one before it counts, and is still here.
 *
 * <pre>
 * raft-meta                a new file for every vote, renamed into its place by Ratis
 * raft-meta.shiplog-last   a hard link to the file that was raft-meta when the last message with a term left: needs no room
 * </pre>
 */
final class LastVote {
    private static final String NAME = "raft-meta.shiplog-last";
    private static final String NEXT = "raft-meta.shiplog-next";

    private LastVote() {}

    static Path of(Path voteFile) {
        return voteFile.resolveSibling(NAME);
    }

    /**
     * Keeps the vote file as it is now, or as it has become meanwhile. The caller syncs the directory before anything leaves.
     *
     * @throws IOException when the file is empty, or cannot be kept: nothing may leave then
     */
    static void keep(Path voteFile) throws IOException {
        if (Files.exists(of(voteFile)) && Files.isSameFile(of(voteFile), voteFile)) {
            // rename(2) of two names of one file does nothing.
            return;
        }
        Path next = voteFile.resolveSibling(NEXT);
        Files.deleteIfExists(next);
        try {
            Files.createLink(next, voteFile);
        } catch (UnsupportedOperationException e) {
            // A file system without hard links: a copy does it where there is room.
            DurableFiles.replace(next, Files.readAllBytes(voteFile));
        }
        if (Files.size(next) == 0) {
            throw new IOException(voteFile + " is empty: there was no room for a vote");
        }
        Files.move(next, of(voteFile), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes the kept vote the vote again, durably. */
    static void restore(Path voteFile) throws IOException {
        DurableFiles.replace(voteFile, Files.readAllBytes(of(voteFile)));
    }
}
