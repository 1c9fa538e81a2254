// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.files.Survivors;
import io.shiplog.storage.log.CrashableIndexStore.Loss;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Every crash point of a scenario. It runs once to count its changes of the disk; then, for each of them, once for each
 * choice of what survives: the power goes, or the process dies, before or during that change, the directory is recovered (in
 * some of the runs only after the power went again in the middle of a recovery), and then
 *
 * <ol>
 *   <li>all promises are kept ({@link LogPromise#check}), sometimes after the disk was full for a time,
 *   <li>another crash right after the recovery, in which nothing unsynced survives, changes nothing,
 *   <li>the logs take further records, flush them, and keep them through a third crash.
 * </ol>
 */
final class CrashPoints {
    /** Something that happens to a data directory. */
    interface Scenario {
        /** Happens before; the power stays. */
        void prepare(CrashLife life) throws IOException;

        /** The power goes in here. */
        void act(CrashLife life) throws IOException;
    }

    /**
     * What is left, and whether the change in which it ends happens.
     *
     * @param survivors null when the process dies and the power stays
     */
    private record Choice(boolean during, Survivors survivors) {
        @Override
        public String toString() {
            String how = survivors == null ? "killed" : survivors + " survives a power cut";
            return how + (during ? " during" : " before") + " change";
        }
    }

    private final Path temp;
    private final String name;
    private final Scenario scenario;
    private final int seeds;
    private int runs;

    /** @param seeds how many random choices of survivors per crash point, beside the fixed ones */
    CrashPoints(Path temp, String name, Scenario scenario, int seeds) {
        this.temp = temp;
        this.name = name;
        this.scenario = scenario;
        this.seeds = seeds;
    }

    /** Enumerates; returns how many times it crashed. */
    int enumerate() throws IOException {
        int points = changesWithoutACrash();
        assertThat(points).as(name + ": changes of the disk").isPositive();
        for (int point = 1; point <= points; point++) {
            for (Choice choice : choices(point)) crash(point, choice);
        }
        return runs;
    }

    private List<Choice> choices(int point) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(false, Survivors.nothing()));
        choices.add(new Choice(true, Survivors.everything()));
        choices.add(new Choice(true, point % 2 == 0 ? Survivors.entriesOnly() : Survivors.of(Unsynced.TORN)));
        choices.add(new Choice(true, null));
        for (int i = 0; i < seeds; i++) {
            long seed = name.hashCode() * 1_000_003L + point * 1_009L + i;
            choices.add(new Choice(i % 2 == 0, Survivors.random(seed)));
        }
        return choices;
    }

    private int changesWithoutACrash() throws IOException {
        CrashLife life = new CrashLife(temp.resolve(name + "-calm"));
        scenario.prepare(life);
        int before = life.disk.changes();
        scenario.act(life);
        int changes = life.disk.changes() - before;
        life.directory.close();
        return changes;
    }

    private void crash(int point, Choice choice) throws IOException {
        runs++;
        String when = name + ": " + choice + " " + point;
        Random random = new Random(when.hashCode());
        Path root = temp.resolve(name + "-" + runs);
        CrashLife life = new CrashLife(root);
        scenario.prepare(life);
        arm(life.disk, point, choice.during());
        try {
            scenario.act(life);
        } catch (StorageException | IOException e) {
            assertThat(life.disk.isOff()).as(when + ": " + e).isTrue();
        }
        assertThat(life.disk.isOff())
                .as(when + " (the changes differ from run to run)")
                .isTrue();
        restore(life, choice.survivors(), Loss.any(point + runs), random.nextLong());
        if (random.nextInt(4) == 0) crashInRecovery(life, random);
        verify(life, when, random);
        life.directory.close();
        TestFiles.deleteTree(root);
    }

    private static void arm(CrashableLogFiles disk, int point, boolean during) {
        if (during) disk.powerOffDuring(point);
        else disk.powerOffAfter(point - 1);
    }

    private static void restore(CrashLife life, Survivors survivors, Loss loss, long seed) throws IOException {
        life.directory.kill();
        if (survivors == null) {
            life.disk.processDied();
            life.index.processDied();
            return;
        }
        life.disk.restore(survivors);
        life.index.crash(loss, seed);
    }

    /** Recovery is a life like any other. */
    private static void crashInRecovery(CrashLife life, Random random) throws IOException {
        life.disk.powerOffDuring(1 + random.nextInt(12));
        try {
            life.open();
        } catch (StorageException e) {
            assertThat(life.disk.isOff()).as("recovery: " + e).isTrue();
        }
        restore(life, Survivors.random(random.nextLong()), Loss.any(random.nextInt(4)), random.nextLong());
    }

    private static void verify(CrashLife life, String when, Random random) throws IOException {
        boolean begun = Files.exists(life.directory.path.resolve("marks-1"));
        if (begun && random.nextInt(3) == 0) openWithoutRoom(life, when);
        else life.open();
        life.check(when);
        Map<Integer, String> found = fingerprints(life);
        boolean clean = life.directory.report.clean();
        restore(life, Survivors.nothing(), Loss.any(random.nextInt(4)), random.nextLong());
        life.open();
        assertThat(fingerprints(life)).as(when + ", and again at once").isEqualTo(found);
        assertThat(life.directory.report.clean()).as(when + ": clean mark").isEqualTo(clean);
        life.check(when + ", second recovery");
        life.run(9);
        for (int partition : found.keySet()) {
            life.append(partition, 90, 3, 300);
            life.flush(partition);
        }
        life.checkpoint();
        restore(life, Survivors.nothing(), Loss.any(random.nextInt(4)), random.nextLong());
        life.open();
        life.check(when + ", after further records");
    }

    /** The disk has filled up meanwhile: what cannot be opened waits, all else is there, and in the end everything. */
    private static void openWithoutRoom(CrashLife life, String when) throws IOException {
        life.disk.full(true);
        life.open();
        for (int partition : life.promises.keySet()) {
            PartitionLog log = life.directory.log(partition);
            if (log == null) continue;
            life.promise(partition).check(log, when + ", on a full disk, " + partition);
        }
        life.disk.full(false);
        life.directory.directory.lookAtSpace();
        assertThat(life.directory.directory.heldBack()).as(when).isEmpty();
    }

    /** What each log holds and says of itself. */
    private static Map<Integer, String> fingerprints(CrashLife life) {
        Map<Integer, String> found = new TreeMap<>();
        for (int partition : life.promises.keySet()) {
            PartitionLog log = life.directory.log(partition);
            if (log == null) continue;
            found.put(
                    partition,
                    log.logStartOffset() + ".." + log.logEndOffset() + " epoch " + epoch(log) + " of "
                            + log.sizeBytes() + " bytes: "
                            + records(log));
        }
        return found;
    }

    /** That of a log without records is nowhere but in the index store. */
    private static int epoch(PartitionLog log) {
        return log.logStartOffset() == log.logEndOffset() ? -1 : log.latestEpoch();
    }

    private static String records(PartitionLog log) {
        StringBuilder words = new StringBuilder();
        LogPromise.entries(LogPromise.batches(log))
                .forEach((offset, entry) -> words.append(offset)
                        .append('=')
                        .append(entry.value(), 0, entry.value().indexOf('-'))
                        .append(' '));
        return words.toString();
    }
}
