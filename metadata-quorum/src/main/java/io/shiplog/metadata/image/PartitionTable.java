// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The partitions of a topic by number. Immutable: an {@link Edit} makes the next version, which shares every chunk that did not change.
 *
 * <p>Chunks of references cost four bytes a partition, and many changes of one entry of the log copy each chunk once; a persistent tree
 * costs a node of 40 bytes a partition and a path of them for every change.
 */
public final class PartitionTable extends AbstractList<PartitionImage> implements RandomAccess {
    private static final int CHUNK_BITS = 6;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final int SMALLEST_CHUNK = 4;

    static final PartitionTable EMPTY = new PartitionTable(new PartitionImage[0][], 0);

    /** All full but the last, which is as long as it needs to be. */
    private final PartitionImage[][] chunks;

    private final int size;

    private PartitionTable(PartitionImage[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    @Override
    public PartitionImage get(int partition) {
        Objects.checkIndex(partition, size);
        return chunks[partition >> CHUNK_BITS][partition & (CHUNK - 1)];
    }

    @Override
    public int size() {
        return size;
    }

    Edit edit() {
        return new Edit(this);
    }

    /** The next version under construction; the one it began with does not change. For one thread. */
    static final class Edit {
        private PartitionImage[][] chunks;
        private boolean[] own;
        private int size;

        private Edit(PartitionTable from) {
            chunks = from.chunks.clone();
            own = new boolean[chunks.length];
            size = from.size;
        }

        int size() {
            return size;
        }

        /** The partition's state; null when there is no such partition. */
        PartitionImage get(int partition) {
            return partition >= 0 && partition < size ? chunks[partition >> CHUNK_BITS][partition & (CHUNK - 1)] : null;
        }

        /** Replaces the state of a partition that there is. */
        void set(int partition, PartitionImage state) {
            Objects.checkIndex(partition, size);
            int chunk = partition >> CHUNK_BITS;
            if (!own[chunk]) {
                chunks[chunk] = chunks[chunk].clone();
                own[chunk] = true;
            }
            chunks[chunk][partition & (CHUNK - 1)] = state;
        }

        /** Adds the partition of the next number. */
        void add(PartitionImage state) {
            int chunk = size >> CHUNK_BITS;
            int index = size & (CHUNK - 1);
            if (chunk == chunks.length) {
                int length = Math.max(1, 2 * chunk);
                chunks = Arrays.copyOf(chunks, length);
                own = Arrays.copyOf(own, length);
            }
            PartitionImage[] before = chunks[chunk];
            if (before == null) {
                chunks[chunk] = new PartitionImage[SMALLEST_CHUNK];
            } else if (index == before.length) {
                chunks[chunk] = Arrays.copyOf(before, Math.min(CHUNK, 2 * index));
            } else if (!own[chunk]) {
                chunks[chunk] = before.clone();
            }
            own[chunk] = true;
            chunks[chunk][index] = state;
            size++;
        }

        /** The next version; this edit ends with it. */
        PartitionTable done() {
            int count = (size + CHUNK - 1) >> CHUNK_BITS;
            PartitionImage[][] all = count == chunks.length ? chunks : Arrays.copyOf(chunks, count);
            int inLast = size - ((count - 1) << CHUNK_BITS);
            if (count > 0 && all[count - 1].length > inLast) {
                all[count - 1] = Arrays.copyOf(all[count - 1], inLast);
            }
            chunks = null;
            return new PartitionTable(all, size);
        }
    }
}
