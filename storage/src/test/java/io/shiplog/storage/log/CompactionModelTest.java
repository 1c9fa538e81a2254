// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.KeyedBatches;
import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.compact.UncleanableLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random lives of a compacted log (keyed records of every codec, tombstones, transactions that commit and abort, new leader epochs,
 * truncations above the high watermark, restarts, lost indexes, cleanings with little memory) against a model that keeps everything.
 * After each cleaning: offsets and values are those that were written; the latest committed record of each key is there, a tombstone
 * for as long as was promised; nothing of an aborted transaction is read by who reads committed; epochs end where they ended.
 */
class CompactionModelTest {
    private static final int KEYS = 70;
    private static final long RETENTION_MS = 1000;

    @TempDir
    Path temp;

    private record Written(String key, String value, long producerId, int epoch) {}

    private Random random;
    private CompactedLog c;
    private final TreeMap<Long, Written> written = new TreeMap<>();
    private final Map<Long, Long> openSince = new HashMap<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private final TreeMap<Long, Long> aborted = new TreeMap<>();
    private final TreeMap<Integer, Long> epochStarts = new TreeMap<>();
    /** When a tombstone, by offset, was cleaned first: it may go a while after that. */
    private final Map<Long, Long> cleanedAtMs = new HashMap<>();

    private long committed;

    /** So many lives; more with {@code -Dshiplog.compaction.lives=N}. */
    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("shiplog.compaction.lives", 5));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theModelHolds(long seed) throws Exception {
        random = new Random(seed);
        c = new CompactedLog(Files.createDirectory(temp.resolve("log")));
        if (seed % 5 != 0) c.directory.memoryIndex = new MemoryIndexStore();
        c.open();
        c.epoch = 1;
        for (int step = 0; step < 400; step++) step(seed + "/" + step);
        c.close();
    }

    private void step(String name) throws IOException, UncleanableLog, CleaningAborted {
        int choice = random.nextInt(100);
        if (choice < 55) appendData();
        else if (choice < 65) endTransaction();
        else if (choice < 70) c.epoch++;
        else if (choice < 80) commit();
        else if (choice < 84) truncate();
        else if (choice < 88) restart();
        else if (choice < 92) c.directory.clock.advance(random.nextInt(700));
        else clean(name);
    }

    private void appendData() {
        int count = 1 + random.nextInt(4);
        String[] records = new String[count];
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(KEYS);
            records[i] = random.nextInt(6) == 0 ? key : key + "=" + random.nextInt() + "x".repeat(random.nextInt(120));
        }
        int kind = random.nextInt(3);
        long producerId = kind == 0 ? -1 : kind == 1 ? 50 + random.nextInt(3) : 70 + random.nextInt(3);
        ByteBuffer batch;
        if (kind == 0) {
            CompressionType[] codecs = CompressionType.values();
            batch = KeyedBatches.batch(codecs[random.nextInt(codecs.length)], 1000, records);
        } else {
            int sequence = sequences.merge(producerId, count, Integer::sum) - count;
            batch = kind == 1
                    ? KeyedBatches.idempotent(producerId, 0, sequence, records)
                    : KeyedBatches.transactional(producerId, sequence, records);
        }
        long base = c.append(batch);
        if (kind == 2) openSince.putIfAbsent(producerId, base);
        note(base, kind == 2 ? producerId : -1, records);
    }

    private void note(long base, long producerId, String... records) {
        epochStarts.putIfAbsent(c.epoch, base);
        for (int i = 0; i < records.length; i++) {
            int cut = records[i].indexOf('=');
            String key = cut < 0 ? records[i] : records[i].substring(0, cut);
            String value = cut < 0 ? null : records[i].substring(cut + 1);
            written.put(base + i, new Written(key, value, producerId, c.epoch));
        }
    }

    private void endTransaction() {
        if (openSince.isEmpty()) return;
        long producerId = openSince.keySet().iterator().next();
        boolean commit = random.nextBoolean();
        long first = openSince.remove(producerId);
        long at = c.append(KeyedBatches.marker(producerId, commit));
        epochStarts.putIfAbsent(c.epoch, at);
        if (!commit) {
            written.subMap(first, at).forEach((offset, record) -> {
                if (record.producerId() == producerId) aborted.put(offset, at);
            });
        }
    }

    private void commit() {
        c.commit();
        committed = c.log.logEndOffset();
    }

    /** A new leader does not have what was not committed. Markers that go open their transactions again. */
    private void truncate() {
        long end = c.log.logEndOffset();
        if (end == committed) return;
        c.log.truncateTo(committed + random.nextInt((int) (end - committed)) + 1L);
        long cut = c.log.logEndOffset();
        written.tailMap(cut, true).clear();
        c.epoch++;
        epochStarts.values().removeIf(start -> start >= cut);
        aborted.values().removeIf(marker -> marker >= cut);
        openSince.clear();
        for (Map.Entry<Long, Long> open : reopened().entrySet()) openSince.put(open.getKey(), open.getValue());
    }

    /** The transactions that are open by what the log holds now. */
    private Map<Long, Long> reopened() {
        Map<Long, Long> open = new HashMap<>();
        for (RecordBatch batch : MemoryRecords.readableRecords(c.bytesFrom(0)).batches()) {
            if (!batch.isTransactional()) continue;
            if (batch.isControlBatch()) open.remove(batch.producerId());
            else open.putIfAbsent(batch.producerId(), batch.baseOffset());
        }
        return open;
    }

    private void restart() throws IOException {
        commit();
        c.directory.housekeeping(random.nextBoolean());
        c.directory.kill();
        if (random.nextInt(3) == 0) loseIndex();
        c.open();
        assertThat(c.directory.report.damaged()).isEmpty();
        c.log.updateHighWatermark(committed);
    }

    private void loseIndex() throws IOException {
        if (c.directory.memoryIndex == null) TestFiles.deleteTree(c.directory.path.resolve("index"));
        else c.directory.memoryIndex = new MemoryIndexStore();
    }

    private void clean(String name) throws IOException, UncleanableLog, CleaningAborted {
        long nowMs = c.directory.clock.wallClockMs();
        long dirtyBefore = c.log.state().firstDirtyOffset;
        if (c.isDue()) c.clean(random.nextBoolean() ? 1 << 20 : 1600);
        long cleanEnd = c.log.state().firstDirtyOffset;
        assertThat(cleanEnd).as(name).isBetween(dirtyBefore, committed);
        check(name, cleanEnd, nowMs);
    }

    private void check(String name, long cleanEnd, long nowMs) {
        ByteBuffer bytes = c.bytesFrom(0);
        TreeMap<Long, String> found = new TreeMap<>();
        long before = -1;
        for (RecordBatch batch :
                MemoryRecords.readableRecords(bytes.duplicate()).batches()) {
            assertThat(batch.baseOffset()).as(name).isGreaterThan(before);
            before = batch.lastOffset();
            if (batch.isControlBatch()) continue;
            for (Record record : batch) found.put(record.offset(), text(record));
        }
        assertThat(before).as(name).isEqualTo(c.log.logEndOffset() - 1);
        found.forEach((offset, record) -> {
            Written was = written.get(offset);
            assertThat(record).as(name + " at " + offset).isEqualTo(was.key() + "=" + was.value());
        });
        checkKeys(name, found, cleanEnd, nowMs);
        List<Integer> epochs = new ArrayList<>(epochStarts.keySet());
        for (int i = 0; i + 1 < epochs.size(); i++) {
            assertThat(c.log.endOffsetForEpoch(epochs.get(i)).endOffset())
                    .as(name + ", end of epoch " + epochs.get(i))
                    .isEqualTo(epochStarts.get(epochs.get(i + 1)));
        }
        assertThat(reopened()).as(name + ", open transactions").isEqualTo(openSince);
    }

    private void checkKeys(String name, NavigableMap<Long, String> found, long cleanEnd, long nowMs) {
        Map<String, Long> latest = new HashMap<>();
        Map<String, Long> latestClean = new HashMap<>();
        written.forEach((offset, record) -> {
            if (aborted.containsKey(offset)) return;
            latest.put(record.key(), offset);
            if (offset < cleanEnd) latestClean.put(record.key(), offset);
        });
        latest.forEach((key, offset) -> {
            if (written.get(offset).value() != null) {
                assertThat(found).as(name + ", latest of " + key).containsKey(offset);
            } else if (nowMs < cleanedAtMs.getOrDefault(offset, nowMs) + RETENTION_MS) {
                assertThat(found).as(name + ", tombstone of " + key).containsKey(offset);
            }
        });
        written.headMap(cleanEnd).forEach((offset, record) -> {
            if (aborted.containsKey(offset)) {
                assertThat(found).as(name + ", aborted").doesNotContainKey(offset);
            } else if (record.value() == null && latestClean.get(record.key()).equals(offset)) {
                cleanedAtMs.putIfAbsent(offset, nowMs);
            }
        });
        found.headMap(cleanEnd)
                .forEach((offset, record) -> assertThat(
                                latestClean.get(written.get(offset).key()))
                        .as(name + ", " + offset + " is the latest of its key in the clean part")
                        .isEqualTo(offset));
    }

    private static String text(Record record) {
        byte[] key = new byte[record.keySize()];
        record.key().get(key);
        if (!record.hasValue()) return new String(key, java.nio.charset.StandardCharsets.UTF_8) + "=null";
        byte[] value = new byte[record.valueSize()];
        record.value().get(value);
        return new String(key, java.nio.charset.StandardCharsets.UTF_8)
                + "="
                + new String(value, java.nio.charset.StandardCharsets.UTF_8);
    }
}
