// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.index.AbortedVisitor;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the aborted transactions that a reader of a range must pass over: from {@link AbortedIndex} of the segment that holds the range's
 * first offset, and of later ones, since the marker of a transaction may stand far behind its data. What the store cannot tell, or
 * tells wrong, is built from the segments anew. Used under the lock of the log. Kafka: {@code LocalLog.collectAbortedTransactions}.
 */
final class AbortedLookup implements AbortedVisitor {
    private static final Logger LOG = LoggerFactory.getLogger(AbortedLookup.class);
    private static final int UNKNOWN = -1;

    private final LogState state;
    private final LogCheckpoints checkpoints;

    // Of the search under way.
    private long fromMarker;
    private long upperBound;
    private int limit;
    private AbortedTransactions out;
    /** A later end can be that of no transaction in the range. */
    private boolean complete;
    // Of the walk over a segment's rows in the store.
    private int next;
    private int end;
    private boolean broken;

    AbortedLookup(LogState state, LogCheckpoints checkpoints) {
        this.state = state;
        this.checkpoints = checkpoints;
    }

    /**
     * Adds the aborted transactions with data in a range, in the order of their ends.
     *
     * @param fromOffset where the range begins
     * @param toOffset where it ends, exclusive
     * @param max ends the search when there are more
     * @return whether these are all
     */
    boolean collect(long fromOffset, long toOffset, int max, AbortedTransactions target) throws IOException {
        begin(fromOffset, toOffset, max, target);
        for (int i = Math.max(0, state.segments.floorIndex(fromOffset)); i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            if (segment.aborted == null) continue;
            collect(segment, segment.aborted);
            if (complete) break;
        }
        out = null;
        return target.size() <= max;
    }

    private void begin(long from, long to, int max, AbortedTransactions target) {
        fromMarker = from;
        upperBound = to;
        limit = max;
        out = target;
        complete = false;
    }

    private void collect(Segment segment, AbortedIndex index) throws IOException {
        int before = out.size();
        if (index.needsStore(fromMarker) && !askStore(segment, index)) {
            out.truncateTo(before);
            complete = false;
            rebuild(segment);
        }
        AbortedTransactions memory = index.memory();
        for (int i = memory.firstEndedFrom(fromMarker); i < memory.size() && !complete; i++) take(memory, i);
    }

    private void take(AbortedTransactions from, int i) {
        boolean within = from.lastOffset(i) >= fromMarker && from.firstOffset(i) < upperBound;
        if (within) out.add(from, i);
        complete = from.lastStableOffset(i) >= upperBound || out.size() > limit;
    }

    /** Takes what only the store has; false when that is not what it should be. */
    private boolean askStore(Segment segment, AbortedIndex index) {
        next = UNKNOWN;
        end = index.inMemoryFrom();
        broken = false;
        boolean answered = state.context.index().aborted(state.key, segment.baseOffset, fromMarker, this);
        return answered && !broken && (complete || next == end);
    }

    @Override
    public boolean visit(int firstOrdinal, AbortedTransactions block) {
        if (next == UNKNOWN && (firstOrdinal == 0 || (block.size() > 0 && block.lastOffset(0) <= fromMarker))) {
            next = firstOrdinal;
        }
        if (firstOrdinal != next) {
            broken = true;
            return false;
        }
        for (int i = 0; i < block.size() && next < end && !complete; i++) {
            take(block, i);
            next++;
        }
        return next < end && !complete;
    }

    /** Brings all of a segment's into memory, since the store is going to forget them. */
    void loadWhole(Segment segment) throws IOException {
        AbortedIndex index = segment.aborted;
        if (index == null || index.inMemoryFrom() == 0) return;
        AbortedTransactions all = new AbortedTransactions();
        begin(-1, Long.MAX_VALUE, Integer.MAX_VALUE, all);
        if (!askStore(segment, index)) {
            rebuild(segment);
            return;
        }
        for (int i = 0; i < index.memory().size(); i++) all.add(index.memory(), i);
        index.allInMemory(all);
    }

    /**
     * Walks over the segments from the first one with data of a transaction that is aborted in this one. Whether other transactions went on
     * meanwhile is not known then, so that a search never ends at one of these.
     */
    private void rebuild(Segment segment) throws IOException {
        AbortedIndex index = segment.aborted;
        LOG.warn("The aborted transactions of {} of {} are not in the index store and looked for anew", segment, state);
        ProducerStates producers = new ProducerStates(Long.MAX_VALUE, Integer.MAX_VALUE);
        AbortedTransactions all = new AbortedTransactions();
        AbortedTransactions one = new AbortedTransactions();
        BatchCursor batch = BatchCursor.ofThread();
        long from = Math.min(index.lowestFirstOffset(), segment.baseOffset);
        int i = Math.max(0, state.segments.floorIndex(from));
        for (boolean last = false; !last; i++) {
            Segment walked = state.segments.get(i);
            last = walked == segment;
            batch.open(walked.file.open(), 0, walked.sizeInBytes);
            while (batch.next()) {
                if (batch.producerId() < 0 || !RecordBatchHeader.isTransactional(batch.header(), batch.headerAt())) {
                    continue;
                }
                batch.loadMarker();
                if (!producers.apply(batch.header(), batch.headerAt(), 0, Long.MAX_VALUE) || !last) continue;
                one.clear();
                producers.takeAborted(one);
                all.add(one.producerId(0), one.firstOffset(0), one.lastOffset(0), UNKNOWN);
            }
        }
        index.allInMemory(all);
        if (index.beginReplacement()) replaceLater(segment, index);
    }

    private void replaceLater(Segment segment, AbortedIndex index) {
        boolean sealed = segment != state.segments.active();
        AbortedIndex.Part part = index.replacement(segment.baseOffset, sealed);
        checkpoints.later(() -> {
            part.put(state.context.index(), state.key);
            synchronized (state) {
                if (segment.aborted == index) part.stored();
            }
        });
    }
}
