// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.marks.MarksFile;
import java.nio.file.Path;

/** What the logs of one data directory share. */
record LogContext(
        Path directory,
        LogFiles files,
        OpenFiles openFiles,
        TouchedLogs touched,
        StorageClock clock,
        LogDirectoryConfig config,
        MarksFile marks,
        IndexStore index,
        IndexCache indexCache,
        FlushWork flusher,
        Background background,
        FailureLatch failure,
        SyncTimes syncTimes,
        DiskSpace space,
        DeletedFiles deleted,
        Integrity integrity,
        DirectoryHost host) {}
