// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.file.Path;

/** A sync failed: what of the bytes before it is on the disk nobody can say, whatever the reason. It is never tried again. */
public final class FailedSync extends IOException {
    private static final long serialVersionUID = 1L;

    public FailedSync(IOException cause) {
        super("sync: " + cause, cause);
    }

    /** Syncs a file. */
    public static void sync(LogFile file) throws FailedSync {
        try {
            file.sync();
        } catch (IOException e) {
            throw new FailedSync(e);
        }
    }

    /** Syncs a directory. */
    public static void syncDirectory(LogFiles files, Path directory) throws FailedSync {
        try {
            files.syncDirectory(directory);
        } catch (IOException e) {
            throw new FailedSync(e);
        }
    }
}
