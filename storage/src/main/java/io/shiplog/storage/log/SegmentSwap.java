// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a cleaned segment takes the place of one or more old ones, so that after a crash at any moment either all of the old ones are
 * there or all of them are replaced. BASE is the base offset of the first one, END the offset behind the last one.
 *
 * <pre>
 *   1  BASE.log.cleaned            written and synced
 *   2  BASE-END.swap               renamed to this, directory synced: from here on it counts
 *   3  old ones but the first      deleted, directory synced
 *   4  BASE.log                    renamed to this over the first old one, directory synced
 * </pre>
 *
 * <p>A crash before 2 leaves a file that is deleted at the next start; one after it is completed from 3. The syncs keep the steps
 * apart: without the one of 3 the last rename could survive a power loss that the deletions do not.
 */
final class SegmentSwap {
    private static final String CLEANED_SUFFIX = ".cleaned";
    private static final String SUFFIX = ".swap";
    private static final int DIGITS = 20;

    private SegmentSwap() {}

    /** Where the cleaned segment is written. */
    static Path cleaned(Path directory, long baseOffset) {
        return directory.resolve(Segment.fileName(baseOffset) + CLEANED_SUFFIX);
    }

    /** Makes the cleaned, synced segment count: step 2. */
    static void commit(LogFiles files, Path directory, long baseOffset, long endOffset) throws IOException {
        files.rename(cleaned(directory, baseOffset), swap(directory, baseOffset, endOffset));
        FailedSync.syncDirectory(files, directory);
    }

    /**
     * Steps 3 and 4.
     *
     * @param others base offsets of the old segments but the first
     */
    static void finish(LogFiles files, Path directory, long baseOffset, long endOffset, List<Long> others)
            throws IOException {
        for (long other : others) files.delete(directory.resolve(Segment.fileName(other)));
        if (!others.isEmpty()) FailedSync.syncDirectory(files, directory);
        Path target = directory.resolve(Segment.fileName(baseOffset));
        files.rename(swap(directory, baseOffset, endOffset), target);
        FailedSync.syncDirectory(files, directory);
    }

    /**
     * Completes what a crash interrupted; whether there was anything. Before anything else is done with the directory.
     *
     * @param entries what is in the directory
     */
    static boolean complete(LogFiles files, Path directory, List<Path> entries) throws IOException {
        boolean any = false;
        for (Path path : entries) {
            String name = path.getFileName().toString();
            if (!isSwap(name)) continue;
            any = true;
            long base = Long.parseLong(name.substring(0, DIGITS));
            long end = Long.parseLong(name.substring(DIGITS + 1, 2 * DIGITS + 1));
            finish(files, directory, base, end, replacedBy(files, directory, base, end));
        }
        return any;
    }

    private static List<Long> replacedBy(LogFiles files, Path directory, long base, long end) throws IOException {
        List<Long> others = new ArrayList<>();
        for (Path path : files.list(directory)) {
            long other = Segment.parseFileName(path);
            if (other > base && other < end) others.add(other);
        }
        return others;
    }

    private static Path swap(Path directory, long baseOffset, long endOffset) {
        return directory.resolve(String.format("%020d-%020d%s", baseOffset, endOffset, SUFFIX));
    }

    private static boolean isSwap(String name) {
        if (name.length() != 2 * DIGITS + 1 + SUFFIX.length() || !name.endsWith(SUFFIX)) return false;
        for (int i = 0; i <= 2 * DIGITS; i++) {
            char c = name.charAt(i);
            if (i == DIGITS ? c != '-' : c < '0' || c > '9') return false;
        }
        return true;
    }
}
