// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Looks at Ratis' vote file before Ratis does. A full disk makes Ratis replace {@code raft-meta} by an empty file: the vote in it is lost, so
 * this disk must not vote again under its peer id. Ratis would fail later with a message that says nothing.
 */
final class RaftMetaGuard {
    static final String VOTE_FILE = "raft-meta";
    private static final String BACKUP = "raft-meta.shiplog-backup";

    private RaftMetaGuard() {}

    /** Refuses an unreadable vote file; keeps a copy of a good one beside the directory, for whoever must find out what was lost. */
    static void check(Path current) throws IOException {
        Path file = current.resolve(VOTE_FILE);
        if (!Files.exists(file)) {
            return;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        if (properties.getProperty("term") == null || properties.getProperty("votedFor") == null) {
            throw new IOException(file
                    + " holds no term and vote (a full disk does that): this disk cannot vote any more,"
                    + " empty it and let the node join again; the last good copy is " + current.resolveSibling(BACKUP));
        }
        DurableFiles.replace(current.resolveSibling(BACKUP), Files.readAllBytes(file));
    }
}
