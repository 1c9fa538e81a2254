// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the file system to sync every change of names under a directory ({@code chattr +D}, inherited by new directories; ext4 and its
 * relatives). A second line behind {@link VoteGate}: it also covers the log segments that Ratis creates and renames. Where the tool or the
 * flag is missing, these rest on the file system's own ordering: a sync of a new file makes its name durable, as ext4 and XFS do.
 */
final class DirectoryFlags {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFlags.class);

    private DirectoryFlags() {}

    static void syncNamesAlways(Path directory) {
        if (!VoteGuards.directoryFlag()) {
            return;
        }
        try {
            Process process = new ProcessBuilder("chattr", "+D", directory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean done = process.waitFor(2, TimeUnit.SECONDS);
            if (!done) {
                process.destroyForcibly();
            }
            if (!done || process.exitValue() != 0) {
                LOG.debug("no chattr +D on {}", directory);
            }
        } catch (IOException e) {
            LOG.debug("no chattr +D on {}", directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
