// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * Keeps what can be rebuilt from segments. It is a cache: when it fails it says so once in the log, answers that it
 * holds nothing, and is moved aside at the next start. Never called on the append or tail read path. Any thread.
 */
public interface IndexStore extends AutoCloseable {
    /** The order in which partitions are stored. */
    Comparator<PartitionKey> ORDER = (a, b) -> {
        Uuid left = a.topicId();
        Uuid right = b.topicId();
        int order = Long.compareUnsigned(left.getMostSignificantBits(), right.getMostSignificantBits());
        if (order == 0) {
            order = Long.compareUnsigned(left.getLeastSignificantBits(), right.getLeastSignificantBits());
        }
        return order == 0 ? Integer.compare(a.partition(), b.partition()) : order;
    };

    /** Writes a block, a summary and a checkpoint in one go; each may be null. */
    void put(PartitionKey partition, IndexBlock block, SegmentSummary summary, LogCheckpoint checkpoint);

    /** The checkpoints of a partition, by offset. */
    List<LogCheckpoint> checkpoints(PartitionKey partition);

    List<SegmentSummary> summaries(PartitionKey partition);

    /** The checkpoints and summaries of a partition, in one pass. */
    default StoredLog load(PartitionKey partition) {
        return new StoredLog(checkpoints(partition), summaries(partition), true);
    }

    /**
     * A pass over what is stored, for many partitions in a row; quickest in their {@link #ORDER}. It sees the store as it is now. Of the calling
     * thread, which closes it.
     */
    default Scan scan() {
        return new Scan() {
            @Override
            public StoredLog load(PartitionKey partition) {
                return IndexStore.this.load(partition);
            }

            @Override
            public boolean mayHaveBlocksFrom(PartitionKey partition, long segmentBase, int position) {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    /** See {@link #scan}. */
    interface Scan extends AutoCloseable {
        /** The checkpoints and summaries of a partition. */
        StoredLog load(PartitionKey partition);

        /** Whether {@link IndexStore#forgetBlocksFrom} may have something to forget. */
        boolean mayHaveBlocksFrom(PartitionKey partition, long segmentBase, int position);

        @Override
        void close();
    }

    /** The index of a segment from its beginning on, as far as blocks that follow each other tell; never null. */
    IndexBlock index(PartitionKey partition, long segmentBase);

    /**
     * Keeps aborted transactions of a segment, in the order of their markers. Put before the summary or checkpoint that counts them: no power
     * loss leaves that without these.
     *
     * @param firstOrdinal how many of the segment were put before these; 0: these are the first, whatever is known of the segment goes
     * @param entries not empty, and not changed afterwards
     */
    void putAborted(PartitionKey partition, long segmentBase, int firstOrdinal, AbortedTransactions entries);

    /**
     * Shows the aborted transactions of a segment that ended at or behind an offset, in order; some that ended before may be among them.
     *
     * @return false when the store is of no use
     */
    boolean aborted(PartitionKey partition, long segmentBase, long fromMarker, AbortedVisitor visitor);

    /** Forgets the aborted transactions of a segment that were put with a marker at or behind the offset, and of all later segments. */
    void forgetAbortedFrom(PartitionKey partition, long segmentBase, long fromMarker);

    /**
     * Forgets the blocks of a partition that begin at or behind a position of a segment, or in a later segment: they are of a past
     * whose bytes may have been lost. After this only blocks that are put anew are found there.
     */
    void forgetBlocksFrom(PartitionKey partition, long segmentBase, int position);

    /** Forgets the blocks of one segment, which were found to be wrong. */
    void forgetBlocks(PartitionKey partition, long segmentBase);

    /** Forgets, durably before it returns, whatever tells of offsets at or behind the one given. */
    void forgetFrom(PartitionKey partition, long offset, long segmentBase);

    /** Forgets segments and checkpoints that end at or before the log start offset. */
    void forgetBelow(PartitionKey partition, long logStartOffset);

    /** Forgets, durably before it returns, segments whose base offset lies in the range, and checkpoints in them. */
    void forgetSegments(PartitionKey partition, long fromBase, long toBaseExclusive);

    void forgetCheckpoint(PartitionKey partition, long offset);

    void forgetPartition(PartitionKey partition);

    /** Whether it has failed, so that it stores and holds nothing until the next start. */
    default boolean isOffline() {
        return false;
    }

    /**
     * Native memory in bytes that the stores of this process take besides a fixed cost, as the store itself counts it; -1 when it is
     * not known.
     */
    default long memoryBytes() {
        return -1;
    }

    /** Makes what was put durable; rate-limited by the caller. */
    void flush();

    @Override
    void close();
}
