// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The marks of all partitions of a data directory, in two slots ({@code marks-0}, {@code marks-1}) that are written in
 * turn, whole and synced, so that a write that tears leaves the other slot. Any thread.
 *
 * <p>A raised flush mark may be written whenever it is convenient. A lowered one must be on the disk before bytes are
 * cut, a log start before segments go: {@link #mustBeLowered} and {@link #write} are for that.
 */
public final class MarksFile implements AutoCloseable {
    /** What the two slots were found to be. */
    public enum Condition {
        /** Never written: a new directory. */
        FRESH,
        SOUND,
        /** One slot is torn; the other holds, but a clean mark in it is not believed. */
        ONE_SLOT,
        /** Neither can be read: no partition's mark is known. */
        LOST
    }

    /** A partition's marks, and the highest flush mark that may have reached the disk. */
    private static final class Entry {
        PartitionMarks marks;
        long highestWritten = Long.MIN_VALUE;

        Entry(PartitionMarks marks) {
            this.marks = marks;
        }
    }

    private final LogFiles files;
    private final Path directory;
    private final Object writeLock = new Object();
    private final LogFile[] slots = new LogFile[2];

    /** Guards everything below. */
    private final Object lock = new Object();

    private final Map<PartitionKey, Entry> entries = new HashMap<>();
    private final Condition condition;
    private long sequence;
    private long cleanBrokerEpoch;
    private boolean changed;

    private MarksFile(LogFiles files, Path directory) throws IOException {
        this.files = files;
        this.directory = directory;
        MarksCodec.Slot first = openSlot(0);
        MarksCodec.Slot second = openSlot(1);
        boolean fresh = slots[0].size() == 0 && slots[1].size() == 0;
        MarksCodec.Slot newest = newer(first, second);
        if (fresh) condition = Condition.FRESH;
        else if (newest == null) condition = Condition.LOST;
        else condition = first == null || second == null ? Condition.ONE_SLOT : Condition.SOUND;
        cleanBrokerEpoch = condition == Condition.SOUND ? newest.cleanBrokerEpoch() : -1;
        if (newest != null) {
            sequence = newest.sequence();
            newest.partitions().forEach((key, marks) -> entry(key, marks).highestWritten = marks.flushedOffset());
        }
        if (condition != Condition.SOUND && condition != Condition.LOST) writeBothSlots();
    }

    /** Reads the marks of a directory, and begins them if there are none. */
    public static MarksFile open(LogFiles files, Path directory) throws IOException {
        return new MarksFile(files, directory);
    }

    public Condition condition() {
        return condition;
    }

    /** The broker epoch under which the directory was closed in order, -1 otherwise. */
    public long cleanBrokerEpoch() {
        synchronized (lock) {
            return cleanBrokerEpoch;
        }
    }

    /** The marks of a partition, null when none are known. */
    public PartitionMarks get(PartitionKey key) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.marks;
        }
    }

    /** All partitions that have marks, with them. */
    public Map<PartitionKey, PartitionMarks> all() {
        synchronized (lock) {
            Map<PartitionKey, PartitionMarks> copy = new HashMap<>();
            entries.forEach((key, entry) -> copy.put(key, entry.marks));
            return copy;
        }
    }

    /** Changes a partition's marks; on the disk only after the next {@link #write}. */
    public void put(PartitionKey key, PartitionMarks marks) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            if (entry != null && entry.marks.equals(marks)) return;
            entry(key, marks);
            changed = true;
        }
    }

    /** Forgets a partition; on the disk only after the next {@link #write}. */
    public void remove(PartitionKey key) {
        synchronized (lock) {
            if (entries.remove(key) != null) changed = true;
        }
    }

    /** Whether a flush mark above the offset may be on the disk, so that a write is due before anything is cut there. */
    public boolean mustBeLowered(PartitionKey key, long offset) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            return entry != null && entry.highestWritten > offset;
        }
    }

    /** Sets or removes (-1) the clean mark; on the disk only after the next {@link #write}. */
    public void setClean(long brokerEpoch) {
        synchronized (lock) {
            cleanBrokerEpoch = brokerEpoch;
            changed = true;
        }
    }

    /** Writes and syncs what was changed; returns when it is on the disk. */
    public void write() throws IOException {
        synchronized (writeLock) {
            ByteBuffer bytes;
            int slot;
            synchronized (lock) {
                if (!changed) return;
                changed = false;
                sequence++;
                slot = (int) (sequence & 1);
                bytes = encode();
            }
            try {
                LogFile file = slots[slot];
                int size = bytes.remaining();
                file.write(bytes, 0);
                if (file.size() > size) file.truncate(size);
                FailedSync.sync(file);
            } catch (IOException e) {
                failed();
                throw e;
            }
        }
    }

    /** The next write is of the same slot, since the other one may be all that can be read; until then nobody knows what is on the disk. */
    private void failed() {
        synchronized (lock) {
            sequence--;
            changed = true;
            entries.values().forEach(entry -> entry.highestWritten = Long.MAX_VALUE);
        }
    }

    /** Writes both slots, so that nothing older than this can be read after a tear. */
    public void writeBothSlots() throws IOException {
        for (int i = 0; i < 2; i++) {
            synchronized (lock) {
                changed = true;
            }
            write();
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (writeLock) {
            for (LogFile slot : slots) slot.close();
        }
    }

    private ByteBuffer encode() {
        Map<PartitionKey, PartitionMarks> copy = new HashMap<>();
        entries.forEach((key, entry) -> {
            copy.put(key, entry.marks);
            entry.highestWritten = entry.marks.flushedOffset();
        });
        return MarksCodec.encode(new MarksCodec.Slot(sequence, cleanBrokerEpoch, copy));
    }

    private Entry entry(PartitionKey key, PartitionMarks marks) {
        Entry entry = entries.computeIfAbsent(key, k -> new Entry(marks));
        entry.marks = marks;
        return entry;
    }

    private MarksCodec.Slot openSlot(int slot) throws IOException {
        Path path = directory.resolve("marks-" + slot);
        if (!files.exists(path)) {
            slots[slot] = files.create(path);
            files.syncDirectory(directory);
            return null;
        }
        slots[slot] = files.open(path);
        ByteBuffer bytes = ByteBuffer.allocate((int) slots[slot].size());
        slots[slot].read(bytes, 0);
        return MarksCodec.decode(bytes.flip());
    }

    private static MarksCodec.Slot newer(MarksCodec.Slot a, MarksCodec.Slot b) {
        if (a == null) return b;
        if (b == null) return a;
        return a.sequence() > b.sequence() ? a : b;
    }
}
