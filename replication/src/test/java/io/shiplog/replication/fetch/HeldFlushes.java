// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.log.BackgroundWork;
import io.shiplog.storage.log.DirectoryHost;
import io.shiplog.storage.log.FlushWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.apache.kafka.common.Uuid;

/** A directory whose flushes wait until the test carries them out, on its own thread. All else is as in a process. */
final class HeldFlushes implements DirectoryHost, FlushWork {
    private final DirectoryHost process = DirectoryHost.ofProcess();
    private final ArrayDeque<Round> rounds = new ArrayDeque<>();

    /** Rounds that let others go first when they were submitted. */
    int yielding;

    /** Those that did so no longer before they began. */
    int hurried;

    /** Carries out what waits, and what follows from it. */
    void letGo() {
        while (!rounds.isEmpty()) {
            letGoOne();
        }
    }

    void letGoOne() {
        Round round = rounds.remove();
        round.begin();
        round.sync();
        round.complete();
    }

    int waiting() {
        return rounds.size();
    }

    @Override
    public void submit(Round round) {
        rounds.add(round);
        yielding += round.yields() ? 1 : 0;
    }

    @Override
    public void hurry(Round round) {
        hurried++;
    }

    @Override
    public void close() {
        letGo();
    }

    @Override
    public Runnable lock(Path directory) throws IOException {
        return process.lock(directory);
    }

    @Override
    public IndexStore openIndex(LogFiles files, Path directory) throws IOException {
        return process.openIndex(files, directory);
    }

    @Override
    public FlushWork flushWork(int threads, String name) {
        return this;
    }

    @Override
    public BackgroundWork backgroundWork(String name) {
        return process.backgroundWork(name);
    }

    @Override
    public Uuid newDirectoryId() {
        return process.newDirectoryId();
    }
}
