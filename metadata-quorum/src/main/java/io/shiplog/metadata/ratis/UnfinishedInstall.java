// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a power loss left of the installation of a received snapshot, before Ratis looks: Ratis by itself would find no snapshot, or refuse
 * every entry for ever because the log ends before the snapshot does.
 *
 * <pre>
 * received into        tmp/snapshot-ID/         synced by us when it is whole
 * renamed              sm -> sm.tmpTIME         a stop here: no snapshot; put back
 * renamed              tmp/snapshot-ID -> sm
 * deleted              sm.tmpTIME               a stop before: it stays for ever; deleted
 * log dropped                                   a stop before: the open segment ends below the snapshot; deleted
 * </pre>
 */
final class UnfinishedInstall {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedInstall.class);

    private UnfinishedInstall() {}

    /** Looks at the group's directory, which is that above {@code current}, if it is there. */
    static void settle(Path current) throws IOException {
        Path group = current.getParent();
        if (!Files.isDirectory(group)) {
            return;
        }
        Path snapshots = group.resolve("sm");
        List<Path> replaced = list(group, "sm.tmp*");
        if (!Files.exists(snapshots) && !replaced.isEmpty()) {
            Path last = replaced.remove(replaced.size() - 1);
            DurableFiles.rename(last, snapshots);
            LOG.warn("a snapshot was not put in its place when this node stopped: {} is back", last);
        }
        for (Path old : replaced) {
            delete(old);
        }
        for (Path received : list(group.resolve("tmp"), "snapshot-*")) {
            delete(received);
        }
        dropOvertaken(current, snapshots);
    }

    /** Everything in the open segment is in the snapshot; nothing that comes after the snapshot could be appended to it. */
    private static void dropOvertaken(Path current, Path snapshots) throws IOException {
        Path newest = LogGap.newestSnapshot(snapshots);
        if (newest == null) {
            return;
        }
        for (Path segment : list(current, "log_inprogress_*")) {
            long last = LogGap.firstIndex(segment) + TornTail.entries(segment) - 1;
            if (last < LogGap.indexOf(newest) && isSound(newest)) {
                Files.delete(segment);
                DurableFiles.syncDirectory(current);
                LOG.warn(
                        "dropped {}, which ends at {}: {} took its place when this node stopped",
                        segment,
                        last,
                        newest);
            }
        }
    }

    /** A snapshot that cannot be read takes nothing's place; that it cannot is told when it is loaded. */
    private static boolean isSound(Path snapshot) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(snapshot))) {
            SnapshotFormat.read(in);
            return true;
        } catch (IOException e) {
            LOG.warn("snapshot {} is not sound: {}", snapshot, e.getMessage());
            return false;
        }
    }

    private static List<Path> list(Path directory, String glob) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
                files.forEach(found::add);
            }
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static void delete(Path tree) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(tree)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
