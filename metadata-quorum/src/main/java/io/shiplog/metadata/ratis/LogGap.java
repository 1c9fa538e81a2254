// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks whether the snapshot and the segments of the Raft log follow each other, before Ratis reads them: a node that ran with a gap would apply
 * what comes after it to a state that it was not meant for.
 *
 * <pre>
 * current/log_FIRST-LAST       a closed segment
 * current/log_inprogress_FIRST the open one
 * sm/snapshot.TERM_INDEX       the state up to INDEX
 * </pre>
 */
final class LogGap {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d+_(\\d+)");

    private LogGap() {}

    /** Refuses a log with a gap; one that begins above what the newest snapshot holds has one too. */
    static void check(Path current) throws IOException {
        if (!Files.isDirectory(current)) {
            return;
        }
        Path newest = newestSnapshot(current.resolveSibling("sm"));
        long covered = newest == null ? -1 : indexOf(newest);
        SortedMap<Long, Long> segments = segments(current);
        // A received snapshot may have jumped over what old segments, not removed yet, hold.
        long next = covered + 1;
        for (long first : segments.keySet()) {
            if (first > next) {
                throw gap(current, next, first);
            }
            next = Math.max(next, segments.get(first) + 1);
        }
    }

    private static IOException gap(Path current, long from, long to) {
        return new IOException("the Raft log in " + current + " lacks the entries from " + from + " to " + (to - 1)
                + ": this disk cannot be trusted, empty it and let the node join again");
    }

    /** First index to last; the open one, of which only the first is known, ends nowhere: nothing follows it. */
    private static SortedMap<Long, Long> segments(Path current) throws IOException {
        SortedMap<Long, Long> segments = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(current, "log_*")) {
            for (Path file : files) {
                Matcher closed = CLOSED.matcher(file.getFileName().toString());
                Matcher open = OPEN.matcher(file.getFileName().toString());
                if (closed.matches()) {
                    segments.put(Long.valueOf(closed.group(1)), Long.valueOf(closed.group(2)));
                } else if (open.matches()) {
                    segments.put(Long.valueOf(open.group(1)), Long.MAX_VALUE - 1);
                }
            }
        }
        return segments;
    }

    /** The newest file with the name of a whole snapshot; null when there is none. */
    static Path newestSnapshot(Path directory) throws IOException {
        Path newest = null;
        if (!Files.isDirectory(directory)) {
            return newest;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "snapshot.*")) {
            for (Path file : files) {
                if (SNAPSHOT.matcher(file.getFileName().toString()).matches()
                        && (newest == null || indexOf(file) > indexOf(newest))) {
                    newest = file;
                }
            }
        }
        return newest;
    }

    /** Index up to which a snapshot holds the state. */
    static long indexOf(Path snapshot) {
        Matcher name = SNAPSHOT.matcher(snapshot.getFileName().toString());
        return name.matches() ? Long.parseLong(name.group(1)) : -1;
    }

    /** Index of the first entry of the open segment. */
    static long firstIndex(Path segment) throws IOException {
        Matcher open = OPEN.matcher(segment.getFileName().toString());
        if (!open.matches()) {
            throw new IOException(segment + " is no open segment of a Raft log");
        }
        return Long.parseLong(open.group(1));
    }
}
