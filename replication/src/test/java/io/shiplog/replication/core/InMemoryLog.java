// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.EpochEndOffset;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/**
 * The log of one replica in memory: one record a batch, a value for its bytes. What was not flushed can be lost, as in a
 * power cut.
 */
final class InMemoryLog implements ReplicatedLog {
    /** A record and where it stands. */
    public record Entry(long offset, int epoch, long value) {
        static final int BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;
    }

    private final List<Entry> entries = new ArrayList<>();
    private final TreeMap<Integer, Long> epochs = new TreeMap<>();
    /** Offset of the first entry: below the log start while its move is not durable. */
    private long base;

    private long logStart;
    private long flushed;
    private int generation;

    @Override
    public long logStartOffset() {
        return logStart;
    }

    @Override
    public long durableLogStartOffset() {
        return base;
    }

    @Override
    public long logEndOffset() {
        return base + entries.size();
    }

    @Override
    public long flushedOffset() {
        return flushed;
    }

    @Override
    public int truncationGeneration() {
        return generation;
    }

    @Override
    public int latestEpoch() {
        return epochs.isEmpty() ? -1 : epochs.lastKey();
    }

    @Override
    public EpochEndOffset endOffsetForEpoch(int epoch) {
        if (epochs.isEmpty() || epoch > epochs.lastKey()) {
            return EpochEndOffset.UNDEFINED;
        }
        Map.Entry<Integer, Long> higher = epochs.higherEntry(epoch);
        long end = higher == null ? logEndOffset() : higher.getValue();
        Map.Entry<Integer, Long> floor = epochs.floorEntry(epoch);
        return new EpochEndOffset(floor == null ? epoch : floor.getKey(), end);
    }

    public List<Entry> entries() {
        return List.copyOf(entries.subList((int) (logStart - base), entries.size()));
    }

    /** The record at the offset, or null. */
    public Entry at(long offset) {
        return offset < logStart || offset >= logEndOffset() ? null : entries.get((int) (offset - base));
    }

    public void assignEpochStart(int epoch, long startOffset) {
        epochs.put(epoch, startOffset);
    }

    /** Appends as leader; returns the offset. */
    public long append(int epoch, long value) {
        long offset = logEndOffset();
        entries.add(new Entry(offset, epoch, value));
        epochs.putIfAbsent(epoch, offset);
        return offset;
    }

    /** Appends as follower; refuses gaps, epochs that fall and epochs of the future, and then changes nothing. */
    public Errors appendCopy(ByteBuffer batches, int maxLeaderEpoch) {
        List<Entry> copy = decode(batches);
        long offset = logEndOffset();
        int epoch = latestEpoch();
        for (Entry entry : copy) {
            if (entry.offset() != offset || entry.epoch() < epoch || entry.epoch() > maxLeaderEpoch) {
                return Errors.INVALID_RECORD;
            }
            offset++;
            epoch = entry.epoch();
        }
        for (Entry entry : copy) {
            entries.add(entry);
            epochs.putIfAbsent(entry.epoch(), entry.offset());
        }
        return Errors.NONE;
    }

    /** Records from the offset on, at most so many, in the form that a fetch carries. */
    public ByteBuffer read(long offset, int maxRecords) {
        List<Entry> found =
                entries.subList((int) (offset - base), (int) Math.min(offset - base + maxRecords, entries.size()));
        ByteBuffer buffer = ByteBuffer.allocate(found.size() * Entry.BYTES);
        for (Entry entry : found) {
            buffer.putLong(entry.offset()).putInt(entry.epoch()).putLong(entry.value());
        }
        return buffer.flip();
    }

    private static List<Entry> decode(ByteBuffer batches) {
        List<Entry> decoded = new ArrayList<>();
        ByteBuffer copy = batches.duplicate();
        while (copy.hasRemaining()) {
            decoded.add(new Entry(copy.getLong(), copy.getInt(), copy.getLong()));
        }
        return decoded;
    }

    /** Entries as a fetch carries them. */
    public static ByteBuffer encode(Entry... batch) {
        ByteBuffer buffer = ByteBuffer.allocate(batch.length * Entry.BYTES);
        for (Entry entry : batch) {
            buffer.putLong(entry.offset()).putInt(entry.epoch()).putLong(entry.value());
        }
        return buffer.flip();
    }

    public void truncateTo(long offset) {
        generation++;
        flushed = Math.min(flushed, offset);
        cut(offset);
    }

    public void truncateFullyAndStartAt(long offset) {
        generation++;
        entries.clear();
        epochs.clear();
        base = offset;
        logStart = offset;
        flushed = offset;
    }

    /** Retention: the log begins later, and that is durable. */
    public void advanceLogStart(long offset) {
        moveLogStart(offset);
        flushed = Math.max(flushed, logStart);
        persistLogStart();
    }

    /** The log begins later; a power cut takes that back. */
    public void moveLogStart(long offset) {
        logStart = Math.max(logStart, Math.min(offset, logEndOffset()));
        while (epochs.size() > 1 && epochs.higherEntry(epochs.firstKey()).getValue() <= logStart) {
            epochs.pollFirstEntry();
        }
    }

    /** What was moved is durable, if the log is on disk so far. */
    public void persistLogStart() {
        while (base < logStart && logStart <= flushed) {
            entries.remove(0);
            base++;
        }
    }

    /** Everything up to the offset is on disk. */
    public void flushTo(long offset) {
        flushed = Math.max(flushed, Math.min(offset, logEndOffset()));
    }

    /** The power goes: of what was not flushed so many records happen to be on disk, the rest is gone. */
    public void losePower(int luckyRecords) {
        for (Entry entry : entries.subList(0, (int) (logStart - base))) {
            epochs.merge(entry.epoch(), entry.offset(), Math::min);
        }
        logStart = base;
        cut(Math.min(flushed + luckyRecords, logEndOffset()));
        flushed = logEndOffset();
        generation++;
    }

    private void cut(long offset) {
        while (logEndOffset() > offset) {
            entries.remove(entries.size() - 1);
        }
        while (!epochs.isEmpty() && epochs.lastEntry().getValue() >= offset) {
            epochs.pollLastEntry();
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        entries.forEach(e -> text.append('(')
                .append(e.offset())
                .append(',')
                .append(e.epoch())
                .append(')'));
        return text.toString();
    }
}
