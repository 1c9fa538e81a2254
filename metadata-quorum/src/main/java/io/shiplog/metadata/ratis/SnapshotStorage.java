// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import io.shiplog.metadata.disk.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;

/**
 * Where Ratis looks for snapshots. A snapshot is two files, itself and its digest: Ratis, which removes old snapshots and digests without one,
 * must not look while only one of the two is there.
 */
final class SnapshotStorage extends SimpleStateMachineStorage {
    private static final String RECEIVING = "snapshot-";

    private final ReentrantLock naming = new ReentrantLock();
    private volatile Path receivingDirectory;

    @Override
    public void init(RaftStorage raftStorage) throws IOException {
        receivingDirectory = raftStorage.getStorageDir().getTmpDir().toPath();
        super.init(raftStorage);
    }

    /** Something that gives a snapshot and its digest their names. */
    interface Naming {
        void run() throws IOException;
    }

    /** Runs while Ratis does not look at the names. */
    void name(Naming action) throws IOException {
        naming.lock();
        try {
            action.run();
        } finally {
            naming.unlock();
        }
    }

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        naming.lock();
        try {
            super.cleanupOldSnapshots(policy);
        } finally {
            naming.unlock();
        }
    }

    /** Makes what has been received of a snapshot durable, with its names. */
    void syncReceived() throws IOException {
        Path parent = receivingDirectory;
        if (parent == null || !Files.isDirectory(parent)) {
            return;
        }
        List<Path> directories = new ArrayList<>();
        try (Stream<Path> all = Files.walk(parent)) {
            for (Path path : all.filter(each -> isOfSnapshot(parent, each)).toList()) {
                if (Files.isDirectory(path)) {
                    directories.add(path);
                } else {
                    DurableFiles.syncFile(path);
                }
            }
        }
        Collections.reverse(directories);
        for (Path directory : directories) {
            DurableFiles.syncDirectory(directory);
        }
        DurableFiles.syncDirectory(parent);
    }

    private static boolean isOfSnapshot(Path parent, Path path) {
        return !path.equals(parent)
                && parent.relativize(path).getName(0).toString().startsWith(RECEIVING);
    }
}
