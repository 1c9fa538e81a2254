// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.compact.CleanableLog;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.OffsetAndTimestamp;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.producer.ActiveProducer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * The log of one partition on this node: segments of record batches, appended at the end, read anywhere, cut from the end
 * after a change of leader and from the start by retention.
 *
 * <pre>
 *   log start ≤ high watermark ≤ log end        durable log start ≤ flushed ≤ log end
 * </pre>
 *
 * <p>One thread at a time appends, reads, truncates: the loop that owns the partition. Offsets may be read by any thread.
 * {@link #requestFlush} and the housekeeping of the directory run beside it.
 *
 * <p>Refusals are values. Failed I/O takes the whole data directory offline: appends then answer KAFKA_STORAGE_ERROR, all
 * else throws {@link StorageException}.
 */
public final class PartitionLog {
    private final TopicIdPartition id;

    /**
     * Changes on the loop of the log, when it goes on in another directory ({@link #goOnAs}). So whoever takes a lock looks here once, before: who had to
     * wait for it until the log had moved finds closed what he locked.
     */
    private volatile LogParts parts;

    /** @param topic the topic's name, empty when only its id is known */
    PartitionLog(LogState state, String topic) {
        this.id = new TopicIdPartition(state.key.topicId(), new TopicPartition(topic, state.key.partition()));
        this.parts = new LogParts(state);
        state.durableLogStart = state.logStartOffset;
    }

    private PartitionLog(TopicIdPartition id, LogParts parts) {
        this.id = id;
        this.parts = parts;
    }

    /**
     * Goes on with the files and the state of a copy that has the same records up to the same end. On the loop of the log; both are quiet.
     *
     * @return what this log was made of until now
     */
    PartitionLog goOnAs(PartitionLog copy) {
        PartitionLog before = new PartitionLog(id, parts);
        parts = copy.parts;
        return before;
    }

    /** The partition. Of a log that was found at start the topic's name is not known (empty); compare by topic id. */
    public TopicIdPartition id() {
        return id;
    }

    public Uuid topicId() {
        return parts.state.key.topicId();
    }

    public int partition() {
        return parts.state.key.partition();
    }

    PartitionKey key() {
        return parts.state.key;
    }

    /** The log as cleaner threads see it; nothing is ever due when its topic is not compacted. */
    public CleanableLog cleanable() {
        return parts.compaction;
    }

    /** Whole segments that leave this log, or come to it. */
    public SegmentShipping shipping() {
        return parts.shipping;
    }

    LogCheckpoints checkpoints() {
        return parts.checkpoints;
    }

    LogFlush flush() {
        return parts.flush;
    }

    LogReader reader() {
        return parts.reader;
    }

    LogStart start() {
        return parts.start;
    }

    LogAppender appender() {
        return parts.appender;
    }

    LogState state() {
        return parts.state;
    }

    /** The first offset that may be read. */
    public long logStartOffset() {
        return parts.state.logStartOffset;
    }

    /** The log start that no power loss takes back; at most {@link #logStartOffset}. {@link LogListener} hears of it. */
    public long durableLogStartOffset() {
        return parts.state.durableLogStart;
    }

    /** Whether nothing can be appended or read any more: the log is closed, or its directory offline. */
    public boolean isOffline() {
        return parts.state.isUnusable();
    }

    /** Whether appends are refused because the disk is full; reads, retention and all else go on. */
    public boolean isFull() {
        return parts.state.context.space().isFull();
    }

    /** The offset that the next record gets. */
    public long logEndOffset() {
        return parts.state.logEndOffset;
    }

    /** Everything below is on this disk. Never above the log end. */
    public long flushedOffset() {
        return parts.state.flushedOffset;
    }

    /** Below this offset some may be missing between batches, since compaction took them; 0 when none are. */
    public long gapsBelow() {
        return parts.state.gapsBelow;
    }

    /** Counts truncations since the log was opened: tells apart flushes before and after one. */
    public int truncationGeneration() {
        return parts.state.truncationGeneration;
    }

    /** Bytes in all segments. */
    public long sizeBytes() {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.segments.sizeInBytes();
        }
    }

    /** How many segments there are. */
    public int segmentCount() {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.segments.count();
        }
    }

    /** The newest leader epoch that this log knows, -1 when none. */
    public int latestEpoch() {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.epochs.latest();
        }
    }

    /**
     * Looks for leader epochs above that of the present leader. No sound log has one, since a node follows only what its metadata say, and they do
     * not go back: bits of a batch header flipped where Kafka's CRC does not look. It is told to who listens for damages.
     *
     * @return base of the segment in which such an epoch begins; -1 when there is none
     */
    public long reportEpochsAbove(int leaderEpoch) {
        LogParts now = parts;
        synchronized (now.state) {
            long start = now.state.epochs.startAbove(leaderEpoch);
            if (start < 0) return -1;
            Segment segment = now.state.segments.get(Math.max(0, now.state.segments.floorIndex(start)));
            String what = "the epoch at offset " + start + " is " + now.state.epochs.epochAt(start)
                    + ", above the leader's " + leaderEpoch;
            var unused = now.state.context.integrity().found(now.state, segment, what);
            return segment.baseOffset;
        }
    }

    /**
     * Before the replica leads: looks for leader epochs that nobody has led in before its election. Where one bit of one batch has rotted, and it can be
     * said which, the epoch is put right; it is on the disk when this returns.
     *
     * @param electedIn the leader epoch of the election
     * @return why this log is ahead of the election; null when it knows earlier epochs only
     */
    public String mendEpochsFrom(int electedIn) {
        LogParts now = parts;
        synchronized (now.state) {
            if (now.state.epochs.startAbove(electedIn - 1) < 0) return null;
            now.checkpoints.awaitQuiet();
            now.state.checkUsable();
            now.shipping.endAdoption();
            try {
                return now.epochMending.mend(electedIn);
            } catch (DamageException e) {
                return e.getMessage();
            } catch (IOException | StorageException e) {
                throw now.state.context.failure().fail("mending an epoch of " + now.state, e);
            }
        }
    }

    /**
     * The leader has this log's end within a batch of its own, and its bytes are sound: then what stands before that end is not what the leader
     * wrote. It is told to who listens for damages.
     *
     * @param leaderBase where the leader's batch begins, below the log end
     * @return base of the segment that holds what stands before the end; -1 when the log is empty or ends at or below the leader's batch
     */
    public long reportEndWithinBatch(long leaderBase) {
        LogParts now = parts;
        synchronized (now.state) {
            long end = now.state.logEndOffset;
            if (end == now.state.logStartOffset || leaderBase >= end) return -1;
            Segment segment = now.state.segments.get(Math.max(0, now.state.segments.floorIndex(end - 1)));
            String what = "the log ends at " + end + ", within a batch of its leader that begins at " + leaderBase;
            var unused = now.state.context.integrity().found(now.state, segment, what);
            return segment.baseOffset;
        }
    }

    /** The leader epoch that the record at the offset was, or will be, written in; -1 when that is not known. */
    public int epochAt(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.epochs.epochAt(offset);
        }
    }

    /** Where the largest known epoch at or below the given one ends here; Kafka: {@code LeaderEpochFileCache.endOffsetFor}. */
    public EpochEndOffset endOffsetForEpoch(int epoch) {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.epochs.endOffsetFor(epoch, now.state.logEndOffset);
        }
    }

    /** The idempotent producers that are remembered. */
    public List<ActiveProducer> activeProducers() {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.producers.describe(now.state.logTimeMs);
        }
    }

    /** Notes that this node leads in the epoch from the offset on (its log end). No effect when the epoch is not newer. */
    public void assignEpochStart(int epoch, long startOffset) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.epochs.assign(epoch, startOffset);
        }
    }

    /** The last high watermark that was told to {@link #updateHighWatermark}, also by an earlier run of the node. */
    public long highWatermarkCheckpoint() {
        return parts.state.highWatermark;
    }

    /** Tells the log how far it is committed: bounds retention, and is kept for the next start. */
    public void updateHighWatermark(long highWatermark) {
        LogParts now = parts;
        now.state.moveHighWatermark(highWatermark);
        now.state.touch();
    }

    /**
     * End of what read-committed consumers may see: the high watermark, or where the earliest transaction begins that is open or whose end is
     * not committed. Any thread.
     */
    public long lastStableOffset(long highWatermark) {
        return parts.state.lastStableOffset(highWatermark);
    }

    /**
     * Adds the aborted transactions with data in [from, to), which a read-committed consumer must pass over, in the order of their ends.
     *
     * @param max ends the search when there are more
     * @return whether these are all
     */
    public boolean abortedTransactions(long from, long to, int max, AbortedTransactions target) {
        LogParts now = parts;
        if (!now.state.mayHaveAborted) return true;
        synchronized (now.state) {
            now.state.checkUsable();
            return now.reader.abortedTransactions(from, to, max, target);
        }
    }

    public void updateSettings(LogSettings settings) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.updateSettings(settings);
            if (!now.state.isUnusable() && now.state.flushedOffset < now.state.logEndOffset) now.flush.dueInTime();
        }
    }

    public LogSettings settings() {
        return parts.state.settings;
    }

    /**
     * Appends as the leader: validates, recognises repeated batches of idempotent producers, assigns offsets and the
     * leader epoch in the given buffer, and writes it to the page cache.
     *
     * @param batches whole batches from position to limit, of a client exactly one; header fields are overwritten in
     *     place, position and limit stay
     * @param leaderEpoch the epoch in which this node leads
     * @param wallClockMs time for LogAppendTime and for the bounds of client timestamps
     * @param fromClient whether the bytes come from outside and must be checked in every respect
     */
    public AppendOutcome appendAsLeader(ByteBuffer batches, int leaderEpoch, long wallClockMs, boolean fromClient) {
        AppendOrigin origin = fromClient ? AppendOrigin.CLIENT : AppendOrigin.COORDINATOR;
        return appendAsLeader(batches, leaderEpoch, wallClockMs, origin);
    }

    /** The same; the origin says what is checked. */
    public AppendOutcome appendAsLeader(ByteBuffer batches, int leaderEpoch, long wallClockMs, AppendOrigin origin) {
        LogParts now = parts;
        synchronized (now.state) {
            now.shipping.endAdoption();
            return now.appender.appendAsLeader(batches, leaderEpoch, wallClockMs, origin);
        }
    }

    /** The same for a leader that has no gaps: {@link #appendAsFollower(ByteBuffer, int, long)}. */
    public AppendOutcome appendAsFollower(ByteBuffer batches, int maxLeaderEpoch) {
        return appendAsFollower(batches, maxLeaderEpoch, 0);
    }

    /**
     * Appends what the leader sent, as it is. The batches must continue the log without a gap, but for those that compaction left
     * in the leader's log, in epochs that never fall; otherwise nothing is appended: OFFSET_OUT_OF_RANGE for a gap or an overlap,
     * INVALID_RECORD for an epoch that falls, FENCED_LEADER_EPOCH for one above the leader's, CORRUPT_MESSAGE for damaged bytes.
     *
     * @param maxLeaderEpoch the epoch of the leader that sent them
     * @param leaderGapsBelow the leader's {@link #gapsBelow}: only there gaps are taken
     */
    public AppendOutcome appendAsFollower(ByteBuffer batches, int maxLeaderEpoch, long leaderGapsBelow) {
        LogParts now = parts;
        synchronized (now.state) {
            now.shipping.endAdoption();
            return now.appender.appendAsFollower(batches, maxLeaderEpoch, leaderGapsBelow);
        }
    }

    /** As {@link #find}, as a slice with one reference for the caller; {@link LogSlice#EMPTY} when there is nothing. */
    public LogSlice read(long offset, int maxBytes, long endOffsetExclusive, boolean atLeastOneBatch) {
        FoundBatches found = new FoundBatches();
        find(offset, maxBytes, endOffsetExclusive, atLeastOneBatch, found);
        return found.take();
    }

    /**
     * Finds whole batches of at most so many bytes (the first one may be larger if {@code atLeastOneBatch}) from the one that holds the
     * offset on, in one segment; none that ends behind {@code endOffsetExclusive}. An empty {@code out} takes them.
     */
    public void find(long offset, int maxBytes, long endOffsetExclusive, boolean atLeastOneBatch, FoundBatches out) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.checkUsable();
            if (offset < now.state.logStartOffset) {
                throw new IllegalArgumentException("offset " + offset + " lies below the log start "
                        + now.state.logStartOffset + " of " + now.state);
            }
            now.reader.find(offset, maxBytes, endOffsetExclusive, atLeastOneBatch, out);
        }
    }

    /**
     * Removes the batch that holds the offset and everything behind it. Nothing happens when the log ends at or before it,
     * except that an epoch without a record at the end is forgotten. Returns when no power loss can bring the flush mark
     * back above the cut.
     *
     * @throws NoRoom when the disk has no room even for the mark; nothing was cut then
     */
    public void truncateTo(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            now.checkpoints.awaitQuiet();
            now.state.checkUsable();
            now.shipping.endAdoption();
            try {
                now.truncation.truncateTo(offset);
            } catch (DamageException | NoRoom e) {
                throw e;
            } catch (IOException | StorageException e) {
                throw now.state.context.failure().fail("truncating " + now.state, e);
            }
        }
    }

    /**
     * Removes everything; the log is empty afterwards and begins at the offset.
     *
     * @throws NoRoom when the disk has no room even for the mark; nothing was cut then
     */
    public void truncateFullyAndStartAt(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            now.checkpoints.awaitQuiet();
            now.state.checkUsable();
            now.shipping.endAdoption();
            try {
                now.truncation.truncateFullyAndStartAt(offset);
            } catch (NoRoom e) {
                throw e;
            } catch (IOException | StorageException e) {
                throw now.state.context.failure().fail("truncating " + now.state, e);
            }
        }
    }

    /**
     * Takes the segment that begins at the offset, and all behind it, out of the log, because something in them is not sound: the log ends
     * there, or begins anew at its start when it began in one of them. Their files are kept beside the log until {@link
     * LogDirectory#removeSetAside}. Only for a replica that no one counts on, and for an offset that it named as its end since.
     */
    public void setAsideFrom(long segmentBase) {
        LogParts now = parts;
        synchronized (now.state) {
            now.checkpoints.awaitQuiet();
            now.state.checkUsable();
            now.shipping.endAdoption();
            try {
                now.truncation.setAsideFrom(segmentBase, SetAside.pathOf(now.state.context.directory(), now.state.key));
            } catch (DamageException | NoRoom e) {
                throw e;
            } catch (IOException | StorageException e) {
                throw now.state.context.failure().fail("setting a part of " + now.state + " aside", e);
            }
            now.state.context.integrity().forget(now.state.key);
        }
    }

    /**
     * Whether something was cut off the end of this log when it was opened, by this process or one before, that may have been flushed: rot
     * above the flush mark looks like a torn tail. Until {@link #madeGood}. Any thread.
     */
    public boolean isShortened() {
        return parts.state.shortened;
    }

    /** The replica is in sync: whatever was promised of it is there. Any thread; does not wait for the disk. */
    public void madeGood() {
        LogParts now = parts;
        if (!now.state.shortened) return;
        now.state.shortened = false;
        now.state.context.background().execute("noting that " + now.state + " is whole", () -> {
            if (!now.state.closed) ShortenedFile.remove(now.state.context, now.state.directory);
        });
    }

    /** The next read of the offset checks the bytes, whatever was known of them: somebody found them to be wrong. */
    public void distrust(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            if (now.state.isUnusable() || offset >= now.state.logEndOffset || offset < now.state.logStartOffset) return;
            now.reader.segmentHolding(offset).distrust();
        }
    }

    /** Where the last segment begins in which something is known not to be sound; -1 when there is none. */
    public long lastDamagedSegment() {
        LogParts now = parts;
        return now.state.context.integrity().lastDamaged(now.state.key);
    }

    /** Where the first segment begins: everything that lay in segments before it is gone. */
    public long firstSegmentBase() {
        LogParts now = parts;
        synchronized (now.state) {
            return now.state.segments.isEmpty() ? now.state.logStartOffset : now.state.segments.first().baseOffset;
        }
    }

    /** Asks for everything appended so far to be synced; the listener hears of it. Any thread. */
    public void requestFlush() {
        parts.flush.request();
    }

    /** The same where nobody waits for it, as in a replica that is far behind: the flushes of other logs go first. Any thread. */
    public void requestFlushAfterOthers() {
        parts.flush.requestAfterOthers();
    }

    public void setListener(LogListener listener) {
        parts.flush.setListener(listener);
    }

    /**
     * The first record whose timestamp is at or above the one given; null when there is none. It may lie above the high
     * watermark: that is for the caller to judge.
     */
    public OffsetAndTimestamp lookupTimestamp(long timestampMs) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.checkUsable();
            return now.timestamps.firstAtOrAfter(timestampMs);
        }
    }

    /** The first record with the largest timestamp of the log; null when no record has one. */
    public OffsetAndTimestamp lookupMaxTimestamp() {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.checkUsable();
            return now.timestamps.largest();
        }
    }

    /**
     * The byte of its segment file at which a search for the offset begins: that of the index entry at or below it, 0 when there
     * is none. For tools and measurements; {@link #read} does this by itself.
     */
    public int indexedPosition(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.checkUsable();
            return now.reader.indexedPosition(offset);
        }
    }

    /**
     * Applies {@code retention.ms} and {@code retention.bytes}. The start moves at once; files go in the background after
     * the new start is on the disk.
     *
     * @return whether the log start moved
     */
    public boolean maybeDeleteOldSegments(long wallClockMs) {
        LogParts now = parts;
        synchronized (now.state) {
            if (now.state.isUnusable() || now.shipping.isAdopting()) return false;
            List<Segment> due = new ArrayList<>();
            long committed = now.retention.committedBytes();
            while (now.retention.isDue(wallClockMs, committed)
                    && (now.state.segments.count() > 1 || now.appender.roll())) {
                Segment oldest = now.state.segments.removeFirst();
                committed -= oldest.sizeInBytes;
                due.add(oldest);
            }
            if (!due.isEmpty()) now.start.moveTo(now.state.segments.first().baseOffset, due, "Retention");
            return !due.isEmpty();
        }
    }

    /**
     * Deletes the records below the offset: they can no longer be read, and segments that hold nothing else go. It is for ever once
     * {@link #durableLogStartOffset} has reached it. Nothing happens when the log starts there or later.
     *
     * @param offset not above the high watermark that the log was told
     * @return whether the log start moved
     */
    public boolean advanceLogStart(long offset) {
        LogParts now = parts;
        synchronized (now.state) {
            now.state.checkUsable();
            if (offset <= now.state.logStartOffset) return false;
            if (offset > Math.min(now.state.highWatermark, now.state.logEndOffset)) {
                throw new InvariantViolation(
                        "start of " + now.state + " moved to " + offset + ", above the high watermark "
                                + now.state.highWatermark + " or the end " + now.state.logEndOffset);
            }
            boolean mayGo = !now.state.isSwapping() && !now.shipping.isAdopting(); // otherwise retention takes them
            boolean all = offset == now.state.logEndOffset
                    && !now.state.segments.active().isEmpty();
            if (mayGo && all) now.appender.roll();
            List<Segment> below = new ArrayList<>();
            while (mayGo && now.state.segments.count() > 1 && now.state.segments.get(1).baseOffset <= offset) {
                below.add(now.state.segments.removeFirst());
            }
            now.start.moveTo(offset, below, "DeleteRecords or the leader");
            return true;
        }
    }
}
