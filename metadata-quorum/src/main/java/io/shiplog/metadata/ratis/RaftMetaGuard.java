// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at Ratis' vote file before Ratis does. A full disk makes Ratis replace {@code raft-meta} by an empty file: the vote before it is put back
 * from {@link LastVote}. Where that is missing too, this disk must not vote again under its peer id; Ratis would fail later with a message
 * that says nothing.
 */
final class RaftMetaGuard {
    private static final Logger LOG = LoggerFactory.getLogger(RaftMetaGuard.class);
    static final String VOTE_FILE = "raft-meta";

    private RaftMetaGuard() {}

    /** Mends an empty vote file; refuses one that is unreadable. */
    static void check(Path current) throws IOException {
        Path file = current.resolve(VOTE_FILE);
        if (!Files.exists(file)) {
            return;
        }
        if (Files.size(file) == 0 && holdsVote(LastVote.of(file))) {
            LastVote.restore(file);
            LOG.warn("{} was empty, as a full disk leaves it: the vote that was answered last is back", file);
        }
        if (!holdsVote(file)) {
            throw new IOException(file + " holds no term and vote: this disk cannot vote any more,"
                    + " empty it and let the node join again");
        }
    }

    private static boolean holdsVote(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        return properties.getProperty("term") != null && properties.getProperty("votedFor") != null;
    }
}
