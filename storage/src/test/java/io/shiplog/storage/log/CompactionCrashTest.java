// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.compact.UncleanableLog;
import io.shiplog.storage.files.CrashableLogFiles;
import io.shiplog.storage.files.CrashableLogFiles.Unsynced;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power fails after every single change to the disk in turn, in a life with two rounds of compaction. Afterwards the latest record
 * of each key is there, every segment ends where the next one begins, and nothing is left of what was under way.
 */
class CompactionCrashTest {
    @TempDir
    Path temp;

    /** One life of a compacted log, and what may be relied on. */
    private static final class Life {
        final CompactedLog c;

        /** What was written, by offset. */
        final TreeMap<Long, String> written = new TreeMap<>();

        /** Everything below was flushed and committed. */
        long promised;

        Life(CompactedLog c) {
            this.c = c;
        }

        void run() throws IOException {
            c.open();
            for (int i = 0; i < 14; i++) put("k" + i % 3 + "=" + i + "v".repeat(150));
            put("once=1");
            put("k1");
            commit();
            c.directory.housekeeping(true);
            fill(3);
            commit();
            clean();
            c.directory.housekeeping(true);
            for (int i = 0; i < 9; i++) put("k" + i % 4 + "=" + i + "w".repeat(150));
            fill(2);
            commit();
            c.directory.clock.advance(2000);
            clean();
            put("k9=1");
            commit();
            c.directory.housekeeping(true);
        }

        private void put(String record) {
            try {
                written.put(c.put(record), record);
            } catch (AssertionError e) {
                throw new StorageException(e.getMessage());
            }
        }

        private void fill(int records) {
            for (int i = 0; i < records; i++) put("fill" + i + "=" + "f".repeat(400));
        }

        private void commit() {
            c.commit();
            if (c.directory.directory.isOffline()) throw new StorageException("offline");
            promised = c.log.flushedOffset();
        }

        private void clean() throws IOException {
            try {
                c.clean();
            } catch (CleaningAborted | UncleanableLog e) {
                throw new StorageException("cleaning", e);
            }
            if (c.directory.directory.isOffline()) throw new StorageException("offline");
        }
    }

    @Test
    void theLifeHoldsCompactionsThatMergeAndReplaceSegments() throws IOException {
        Life life = new Life(crashable("calm"));
        life.run();
        check(life, "calm");
        assertThat(life.c.records()).hasSizeLessThan(life.written.size() / 2);
        assertThat(life.c.bases().size()).isLessThan(7);
        life.c.close();
    }

    @ParameterizedTest
    @EnumSource(Unsynced.class)
    void compactionSurvivesAPowerCutAtAnyMoment(Unsynced unsynced) throws IOException {
        Life calm = new Life(crashable(unsynced + "-calm"));
        calm.run();
        calm.c.close();
        int changes = ((CrashableLogFiles) calm.c.directory.files).changes();
        assertThat(changes).isGreaterThan(60);
        boolean every = unsynced == Unsynced.LOST || unsynced == Unsynced.KEPT;
        for (int at = 1; at < changes; at += every ? 1 : 4) crashAt(at, unsynced);
    }

    private void crashAt(int change, Unsynced unsynced) throws IOException {
        String name = unsynced + "-" + change;
        Life life = new Life(crashable(name));
        // The twin forgets nothing in the crash: an index store that is as far ahead of the files as it can be.
        life.c.directory.memoryIndex = new MemoryIndexStore();
        CrashableLogFiles disk = (CrashableLogFiles) life.c.directory.files;
        disk.powerOffAfter(change);
        try {
            life.run();
        } catch (StorageException | IOException e) {
            assertThat(disk.isOff()).as(name + ": " + e).isTrue();
        }
        if (life.c.directory.directory != null) life.c.directory.kill();
        disk.restore(unsynced);
        life.c.open();
        check(life, name);
        List<String> records = life.c.records();
        life.c.restart();
        assertThat(life.c.records()).as(name + ", recovered again").isEqualTo(records);
        life.c.put("goes=on");
        life.c.commit();
        life.c.close();
        TestFiles.deleteTree(life.c.directory.path.getParent());
    }

    private static void check(Life life, String name) throws IOException {
        CompactedLog c = life.c;
        assertThat(c.directory.report.damaged()).as(name).isEmpty();
        assertThat(c.log.logEndOffset()).as(name).isGreaterThanOrEqualTo(life.promised);
        Map<String, Long> latest = new TreeMap<>();
        for (String found : io.shiplog.storage.batch.KeyedBatches.read(c.bytesFrom(0))) {
            long offset = Long.parseLong(found.substring(0, found.indexOf(':')));
            String record = found.substring(found.indexOf(':') + 1);
            assertThat(record).as(name + " at " + offset).isEqualTo(life.written.get(offset));
            latest.put(key(record), offset);
        }
        Map<String, Long> promised = new TreeMap<>();
        life.written.headMap(life.promised).forEach((offset, record) -> promised.put(key(record), offset));
        promised.forEach((key, offset) -> {
            boolean tombstone = !life.written.get(offset).contains("=");
            if (!tombstone || latest.containsKey(key)) {
                assertThat(latest.get(key)).as(name + ", " + key).isNotNull().isGreaterThanOrEqualTo(offset);
            }
        });
        try (Stream<Path> files = Files.list(c.directory.partitionPath(0))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .as(name)
                    .allMatch(file -> file.endsWith(".log")
                            || file.equals(CompactionFile.NAME)
                            || file.equals(ShortenedFile.NAME));
        }
    }

    private static String key(String record) {
        int cut = record.indexOf('=');
        return cut < 0 ? record : record.substring(0, cut);
    }

    private CompactedLog crashable(String name) throws IOException {
        Path root = Files.createDirectory(temp.resolve(name));
        Path data = Files.createDirectory(root.resolve("data"));
        return new CompactedLog(data, new CrashableLogFiles(data));
    }
}
