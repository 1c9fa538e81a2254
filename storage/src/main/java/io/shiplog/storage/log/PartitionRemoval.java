// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a partition leaves its data directory: its marks go first, then its directory gets another name, durably; what the index store
 * and the disk still hold of it goes in the background. One caller at a time: under the lock of {@link LogDirectory}.
 */
final class PartitionRemoval {
    /** At the end of the name of what is being deleted. */
    static final String DELETED = ".deleted";

    private final LogContext context;
    /** Files of closed logs that are going to be deleted, by the name of their directory: somebody may still read of them. */
    private final Map<Path, List<SegmentFile>> closing = new ConcurrentHashMap<>();

    private int removals;

    PartitionRemoval(LogContext context) {
        this.context = context;
    }

    /** Closes a log and renames its directory; returns the new name. */
    Path close(PartitionLog log, String suffix) {
        LogState state = log.state();
        Path aside;
        synchronized (state) {
            log.checkpoints().stop();
            state.closed = true;
            aside = rename(state.key, suffix);
            List<SegmentFile> files = new ArrayList<>();
            for (int i = 0; i < state.segments.count(); i++) {
                context.indexCache().forget(state.segments.get(i));
                files.add(state.segments.get(i).file);
                state.segments.get(i).file.release();
            }
            if (aside != null && suffix.equals(DELETED)) closing.put(aside, files);
            log.start().release();
        }
        return aside;
    }

    /** Renames the directory of a partition that no log has open; returns the new name, null when there is no such directory. */
    Path rename(PartitionKey key, String suffix) {
        Path aside = null;
        context.marks().remove(key);
        context.integrity().forget(key);
        try {
            writeMarks();
            Path path = context.directory().resolve(key.directoryName());
            if (context.files().exists(path)) {
                aside = freeName(key, suffix);
                context.files().rename(path, aside);
            }
            context.files().syncDirectory(context.directory());
        } catch (IOException e) {
            throw context.failure().fail("removing " + key.directoryName(), e);
        }
        context.background()
                .execute(
                        "forgetting " + key.directoryName(),
                        () -> context.index().forgetPartition(key));
        return aside;
    }

    /** Without room for them they are written later: to delete makes some. A start before that reports a directory that is missing, at worst. */
    private void writeMarks() throws IOException {
        try {
            context.marks().write();
        } catch (IOException e) {
            if (!context.space().isOutOfSpace(e, 1)) throw e;
            context.space().noSpace(e);
        }
    }

    /** Deletes what has been renamed. */
    void deleteInBackground(Path path) {
        List<SegmentFile> files = closing.remove(path);
        context.deleted().deleteTree(path, files == null ? List.of() : files);
    }

    /** A name that nothing in the directory has. */
    Path freeName(PartitionKey key, String suffix) throws IOException {
        Path aside;
        do {
            removals++;
            aside = context.directory().resolve(key.directoryName() + "." + removals + suffix);
        } while (context.files().exists(aside));
        return aside;
    }
}
