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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The marks of all partitions of a data directory, in two slots ({@code marks-0}, {@code marks-1}) that are written in turn, each
 * write synced before the next one, so that one that tears leaves the other slot. A write adds to its slot what changed since that slot
 * was written last, in room that is there already; when that is used up, or the clean mark changes, the slot is written anew. So each
 * slot by itself says everything up to its last write, and the older one is never more than one write behind. Any thread.
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
        long flushedOffset;
        long logStartOffset;
        long highWatermark;
        long highestWritten = Long.MIN_VALUE;

        PartitionMarks marks() {
            return new PartitionMarks(flushedOffset, logStartOffset, highWatermark);
        }

        boolean set(PartitionMarks marks) {
            boolean same = flushedOffset == marks.flushedOffset()
                    && logStartOffset == marks.logStartOffset()
                    && highWatermark == marks.highWatermark();
            flushedOffset = marks.flushedOffset();
            logStartOffset = marks.logStartOffset();
            highWatermark = marks.highWatermark();
            return !same;
        }
    }

    /** One of the two files, and what it lacks. Guarded by the lock. */
    private static final class SlotFile {
        final LogFile file;

        /** Partitions that changed, or were removed, since it was written; none when it is going to be written anew. */
        Set<PartitionKey> behind = new HashSet<>();

        /** Whether it has to be written anew, with all marks. */
        boolean anew = true;

        long baseSequence;
        int end;
        int limit;

        SlotFile(LogFile file) {
            this.file = file;
        }

        void writeAnew() {
            anew = true;
            behind = new HashSet<>();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(MarksFile.class);

    /** Changed partitions that are kept in mind however few there are in all. */
    private static final int FEW = 16;

    private final LogFiles files;
    private final Path directory;
    private final Object writeLock = new Object();
    private final SlotFile[] slots = new SlotFile[2];

    /** Guards everything below. */
    private final Object lock = new Object();

    private final Map<PartitionKey, Entry> entries = new HashMap<>();
    private final Condition condition;
    private long sequence;
    private long cleanBrokerEpoch;
    private boolean changed;

    /** A write failed, and none that wrote everything has succeeded since: what the disk holds nobody knows. */
    private boolean unsure;

    private MarksFile(LogFiles files, Path directory) throws IOException {
        this.files = files;
        this.directory = directory;
        MarksCodec.Slot first = openSlot(0);
        MarksCodec.Slot second = openSlot(1);
        boolean fresh = slots[0].file.size() == 0 && slots[1].file.size() == 0;
        MarksCodec.Slot newest = newer(first, second);
        if (newest != null) confirm(newest, newest == first ? 0 : 1);
        if (fresh) condition = Condition.FRESH;
        else if (newest == null) condition = Condition.LOST;
        else condition = first == null || second == null ? Condition.ONE_SLOT : Condition.SOUND;
        cleanBrokerEpoch = condition == Condition.SOUND ? newest.cleanBrokerEpoch() : -1;
        if (newest != null) {
            sequence = newest.sequence();
            newest.forEach(this::take);
        }
        if (condition != Condition.SOUND && condition != Condition.LOST) makeSound();
    }

    /**
     * A process that was killed may have left what only the page cache knows, and by what the marks say files are deleted: what was read is written
     * once more, in its place, where a full disk has room for it.
     */
    private void confirm(MarksCodec.Slot slot, int number) throws IOException {
        slots[number].file.write(slot.bytes(), 0);
        FailedSync.sync(slots[number].file);
    }

    private void makeSound() throws FailedSync {
        try {
            writeBothSlots();
        } catch (FailedSync e) {
            throw e;
        } catch (IOException e) {
            // Recovery writes them again, and knows whether it is for want of room.
            LOG.warn("The marks of {} cannot be written yet: {}", directory, e.toString());
        }
    }

    /** Reads the marks of a directory, and begins them if there are none. What was read is on the disk when this returns. */
    public static MarksFile open(LogFiles files, Path directory) throws IOException {
        return new MarksFile(files, directory);
    }

    private void take(PartitionKey key, PartitionMarks marks) {
        if (marks == null) {
            entries.remove(key);
            return;
        }
        Entry entry = entries.computeIfAbsent(key, k -> new Entry());
        entry.set(marks);
        entry.highestWritten = marks.flushedOffset();
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
            return entry == null ? null : entry.marks();
        }
    }

    /** All partitions that have marks, with them. */
    public Map<PartitionKey, PartitionMarks> all() {
        synchronized (lock) {
            Map<PartitionKey, PartitionMarks> copy = new HashMap<>();
            entries.forEach((key, entry) -> copy.put(key, entry.marks()));
            return copy;
        }
    }

    /** Of how many partitions the next write tells. */
    public int changes() {
        synchronized (lock) {
            SlotFile next = slots[(int) ((sequence + 1) & 1)];
            if (!changed) return 0;
            return next.anew ? entries.size() : next.behind.size();
        }
    }

    /** Changes a partition's marks; on the disk only after the next {@link #write}. */
    public void put(PartitionKey key, PartitionMarks marks) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            if (entry == null) {
                entry = new Entry();
                entries.put(key, entry);
                entry.set(marks);
            } else if (!entry.set(marks)) {
                return;
            }
            fallBehind(key);
        }
    }

    /** Forgets a partition; on the disk only after the next {@link #write}. */
    public void remove(PartitionKey key) {
        synchronized (lock) {
            if (entries.remove(key) != null) fallBehind(key);
        }
    }

    /** There is never room for more than half of the partitions, so no more are kept in mind. */
    private void fallBehind(PartitionKey key) {
        changed = true;
        for (SlotFile slot : slots) {
            if (slot.anew) continue;
            slot.behind.add(key);
            if (slot.behind.size() > FEW + entries.size() / 2) slot.writeAnew();
        }
    }

    /** Whether a flush mark above the offset may be on the disk, so that a write is due before anything is cut there. */
    public boolean mustBeLowered(PartitionKey key, long offset) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            return entry != null && (unsure || entry.highestWritten > offset);
        }
    }

    /** Whether there are marks of a partition, or may be on the disk, where a removal of them was not written yet. */
    public boolean mayTellOf(PartitionKey key) {
        synchronized (lock) {
            return unsure || entries.containsKey(key);
        }
    }

    /** Sets or removes (-1) the clean mark; on the disk only after the next {@link #write}. */
    public void setClean(long brokerEpoch) {
        synchronized (lock) {
            cleanBrokerEpoch = brokerEpoch;
            writeAnew();
        }
    }

    private void writeAnew() {
        changed = true;
        for (SlotFile slot : slots) slot.writeAnew();
    }

    /**
     * Writes and syncs what was changed; returns when it is on the disk. After a failure the same slot is written again, and all of it,
     * by whoever writes next: the other one may be the only one that can be read.
     */
    public void write() throws IOException {
        synchronized (writeLock) {
            SlotFile slot;
            boolean whole;
            int at;
            ByteBuffer bytes;
            synchronized (lock) {
                if (!changed) return;
                changed = false;
                sequence++;
                slot = slots[(int) (sequence & 1)];
                at = slot.end;
                bytes = slot.anew ? null : changesFor(slot);
                whole = bytes == null;
                if (whole) {
                    at = 0;
                    bytes = everythingFor(slot);
                }
            }
            try {
                int size = bytes.remaining();
                slot.file.write(bytes, at);
                if (whole && slot.file.size() > size) slot.file.truncate(size);
                FailedSync.sync(slot.file);
                if (whole) written();
            } catch (IOException e) {
                failed();
                throw e;
            }
        }
    }

    private void written() {
        synchronized (lock) {
            unsure = false;
        }
    }

    private void failed() {
        synchronized (lock) {
            sequence--;
            unsure = true;
            writeAnew();
        }
    }

    /** Writes both slots anew, so that nothing older than this can be read after a tear. */
    public void writeBothSlots() throws IOException {
        synchronized (lock) {
            writeAnew();
        }
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
            for (SlotFile slot : slots) slot.file.close();
        }
    }

    private ByteBuffer everythingFor(SlotFile slot) {
        ByteBuffer b = MarksCodec.begin(sequence, cleanBrokerEpoch, entries.size());
        entries.forEach((key, entry) -> put(b, key, entry));
        slot.anew = false;
        slot.behind = new HashSet<>();
        slot.baseSequence = sequence;
        slot.end = b.position();
        slot.limit = b.capacity();
        return MarksCodec.seal(b);
    }

    /** What the slot lacks, or null when there is no room for it. */
    private ByteBuffer changesFor(SlotFile slot) {
        int removed = 0;
        for (PartitionKey key : slot.behind) if (!entries.containsKey(key)) removed++;
        int present = slot.behind.size() - removed;
        int size = MarksCodec.sizeOfChanges(removed, present);
        if (size > slot.limit - slot.end) return null;
        ByteBuffer b = MarksCodec.beginChanges(slot.baseSequence, sequence, removed, present);
        for (PartitionKey key : slot.behind) if (!entries.containsKey(key)) MarksCodec.putKey(b, key);
        for (PartitionKey key : slot.behind) {
            Entry entry = entries.get(key);
            if (entry != null) put(b, key, entry);
        }
        slot.behind = new HashSet<>();
        slot.end += size;
        return MarksCodec.seal(b);
    }

    private static void put(ByteBuffer b, PartitionKey key, Entry entry) {
        MarksCodec.putMarks(b, key, entry.flushedOffset, entry.logStartOffset, entry.highWatermark);
        entry.highestWritten = entry.flushedOffset;
    }

    private MarksCodec.Slot openSlot(int slot) throws IOException {
        Path path = directory.resolve("marks-" + slot);
        if (!files.exists(path)) {
            slots[slot] = new SlotFile(files.create(path));
            files.syncDirectory(directory);
            return null;
        }
        LogFile file = files.open(path);
        slots[slot] = new SlotFile(file);
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(bytes, 0);
        return MarksCodec.decode(bytes.flip());
    }

    private static MarksCodec.Slot newer(MarksCodec.Slot a, MarksCodec.Slot b) {
        if (a == null) return b;
        if (b == null) return a;
        return a.sequence() > b.sequence() ? a : b;
    }
}
