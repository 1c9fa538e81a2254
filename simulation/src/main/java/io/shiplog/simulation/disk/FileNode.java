// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file on a simulated disk, whatever its names are: what a reader sees, what the disk is bound to hold, and what was done in between. */
final class FileNode extends Node {
    private static final int[] BLOCK_BYTES = {16, 64, 512, 4096};

    /**
     * A change that is not on the disk.
     *
     * @param bytes what was written, null for a cut
     * @param position where, or the size that a cut leaves
     * @param doubtful whether a sync of it failed: no later sync makes it durable
     * @param carried what had rotted in the bytes before they were written; null for nothing
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Change(byte[] bytes, int position, int sizeAfter, boolean doubtful, Rot carried) {}

    private byte[] data;
    private int size;
    private byte[] durable;
    private int durableSize;
    private final List<Change> pending = new ArrayList<>();
    private final Rot rot;
    private final Rot durableRot;
    long modifiedMs;

    /** Who wrote last, and the first byte that it wrote: from there on reads of it are answered by the page cache. */
    private Object writer;

    private int cachedFrom;

    /** What the disk holds in other places than the page cache shows, and will show when it has to ask. */
    private final Rot behindCache = new Rot();

    FileNode() {
        data = new byte[64];
        durable = new byte[0];
        rot = new Rot();
        durableRot = new Rot();
    }

    private FileNode(byte[] bytes, int length, Rot rotten) {
        data = Arrays.copyOf(bytes, Math.max(64, length));
        size = length;
        durable = Arrays.copyOf(bytes, length);
        durableSize = length;
        rot = rotten.copy();
        durableRot = rotten.copy();
    }

    int size() {
        return size;
    }

    /** What a reader sees; not to be changed, and longer than the file may be. */
    byte[] data() {
        return data;
    }

    /** What of that is not as it was written. */
    Rot rot() {
        return rot;
    }

    void write(byte[] bytes, int position) {
        int end = position + bytes.length;
        if (end > data.length) {
            data = Arrays.copyOf(data, Math.max(end, data.length * 2));
        }
        Rot carried = rot.isEmpty() ? null : rot.carriedBy(bytes, position, data);
        rot.overwrite(position, end, carried);
        behindCache.overwrite(position, end, null);
        System.arraycopy(bytes, 0, data, position, bytes.length);
        size = Math.max(size, end);
        pending.add(new Change(bytes, position, size, false, carried));
    }

    /** A process wrote from a position on. */
    void cache(Object process, int position) {
        cachedFrom = writer == process ? Math.min(cachedFrom, position) : position;
        writer = process;
    }

    /** Whether a read of a process at this position does not come to the disk. */
    boolean isCached(Object process, int position) {
        return writer == process && position >= cachedFrom;
    }

    void truncate(int newSize) {
        if (newSize >= size) {
            return;
        }
        Arrays.fill(data, newSize, size, (byte) 0);
        size = newSize;
        rot.cutFrom(newSize);
        behindCache.cutFrom(newSize);
        pending.add(new Change(null, newSize, size, false, null));
    }

    @Override
    void settle() {
        sync();
    }

    /** Brings everything to the disk, but what a failed sync should have brought. */
    void sync() {
        for (int i = 0; i < pending.size(); i++) {
            Change change = pending.get(i);
            if (!change.doubtful) {
                apply(change);
            }
        }
        pending.clear();
    }

    private void apply(Change change) {
        if (change.bytes == null) {
            if (change.position < durableSize) {
                Arrays.fill(durable, change.position, durableSize, (byte) 0);
            }
            durableSize = Math.min(durableSize, change.position);
            durableRot.cutFrom(change.position);
            return;
        }
        int end = change.position + change.bytes.length;
        if (end > durable.length) {
            durable = Arrays.copyOf(durable, Math.max(end, durable.length * 2));
        }
        System.arraycopy(change.bytes, 0, durable, change.position, change.bytes.length);
        durableSize = Math.max(durableSize, end);
        durableRot.overwrite(change.position, end, change.carried);
    }

    /** A sync failed: the kernel marks the pages clean, so what they hold may never arrive. */
    void syncFailed() {
        pending.replaceAll(change -> new Change(change.bytes, change.position, change.sizeAfter, true, change.carried));
    }

    boolean hasUnsynced() {
        return !pending.isEmpty();
    }

    /** A bit rots, in the cache and on the disk. */
    void flip(int position, int mask) {
        data[position] ^= (byte) mask;
        rot.flip(position, mask);
        if (position < durableSize) {
            durable[position] ^= (byte) mask;
            durableRot.flip(position, mask);
        }
    }

    /** What a block holds is not what was written there. The process that wrote it is not shown that by its page cache. */
    void replace(int position, byte[] bytes, Object process) {
        for (int i = 0; i < bytes.length && position + i < size; i++) {
            int at = position + i;
            if (!isCached(process, at)) {
                int mask = data[at] ^ bytes[i];
                if (mask != 0) {
                    flip(at, mask);
                }
            } else if (at < durableSize && durable[at] != bytes[i]) {
                int mask = durable[at] ^ bytes[i];
                durable[at] = bytes[i];
                durableRot.flip(at, mask);
                behindCache.flip(at, mask);
            }
        }
    }

    /** Nothing is in the page cache any more but what has not been synced. */
    void evict() {
        writer = null;
        behindCache.forEach((position, mask) -> {
            data[position] ^= mask.byteValue();
            rot.flip(position, mask);
        });
        behindCache.cutFrom(0);
    }

    @Override
    FileNode durableCopy() {
        return new FileNode(durable, durableSize, durableRot);
    }

    /**
     * The file after a power loss. Each block is as it was after one of the changes since the last sync, most likely the last one; the size
     * is that after any of them.
     */
    @Override
    FileNode survivor(Dice dice, double survival) {
        if (pending.isEmpty()) {
            return durableCopy();
        }
        int changes = pending.size();
        int sizeAfter = lastSurviving(dice, survival, changes);
        int newSize = sizeAfter == 0 ? durableSize : pending.get(sizeAfter - 1).sizeAfter;
        byte[] bytes = Arrays.copyOf(Arrays.copyOf(durable, durableSize), newSize);
        Rot rotten = durableRot.copy();
        rotten.cutFrom(newSize);
        int block = BLOCK_BYTES[dice.nextInt(BLOCK_BYTES.length)];
        for (int from = 0; from < newSize; from += block) {
            restore(bytes, rotten, from, Math.min(newSize, from + block), lastSurviving(dice, survival, changes));
        }
        return new FileNode(bytes, newSize, rotten);
    }

    /** So many changes, from the first on, have reached something. */
    private static int lastSurviving(Dice dice, double survival, int changes) {
        return dice.chance(survival) ? changes : dice.nextInt(changes);
    }

    private void restore(byte[] bytes, Rot rotten, int from, int to, int changes) {
        for (int i = 0; i < changes; i++) {
            Change change = pending.get(i);
            if (change.bytes == null) {
                int cut = Math.max(from, change.position);
                if (cut < to) {
                    Arrays.fill(bytes, cut, to, (byte) 0);
                    rotten.overwrite(cut, to, null);
                }
                continue;
            }
            int first = Math.max(from, change.position);
            int last = Math.min(to, change.position + change.bytes.length);
            if (first < last) {
                System.arraycopy(change.bytes, first - change.position, bytes, first, last - first);
                rotten.overwrite(first, last, change.carried);
            }
        }
    }
}
