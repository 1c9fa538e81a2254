// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.protocol.Errors;

/**
 * A log on its way from one directory of the node into another, while it is in use (decision 155). First its bytes are copied; then the copy is
 * brought to the disk with all that belongs to it, until little is missing; then, on the loop of the log, the rest is copied, the copy begins to
 * count in one durable step, and the log goes on with the copy's files. At last the files that it had go.
 *
 * <p>A crash before that step leaves the log as it was, and a copy that the next start removes; one after it leaves a copy that counts,
 * and old files that the next start removes ({@link DirectoryCopies}).
 *
 * <p>{@link #trySwitch} on the loop of the log; all else on one other thread, and not while it runs.
 */
public final class LogCopy {
    /** Bytes that are copied on the loop at most. */
    private static final int MOST_AT_SWITCH = 4 << 20;

    /** With less to copy than this the switch is worth trying. */
    private static final int NEAR_BYTES = 128 << 10;

    private static final int CHASES = 8;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int FLUSH_BYTES = 8 << 20;

    private final PartitionLog log;
    private final LogDirectory from;
    private final LogDirectory to;
    private final PartitionKey key;
    private final PartitionLog copy;
    private final LogState source;
    private final LogState target;
    private final CopySource bytes;

    /** How far the log was compacted when the copy began: so far nothing uncompacted can have been copied. */
    private long firstDirtyOffset;

    /** What the directory that the copy lies in vouches for, on the disk; null before it does for anything. */
    private PartitionMarks marked;

    /** The truncation generation of the copy then: marks are lowered only with a cut. */
    private int markedGeneration;

    private int unflushedBytes;
    private final AtomicLong copiedBytes = new AtomicLong();
    private boolean leaving;
    private boolean shortened;
    private boolean switched;

    private LogCopy(PartitionLog log, LogDirectory from, LogDirectory to, PartitionLog copy) {
        this.log = log;
        this.from = from;
        this.to = to;
        this.key = log.key();
        this.copy = copy;
        this.source = log.state();
        this.target = copy.state();
        this.bytes = new CopySource(log);
    }

    /**
     * Begins with an empty copy.
     *
     * @param from the directory of the log
     * @param to another one, that has no log of the partition
     * @throws NoRoom when there is none
     * @throws StorageException when one of the directories has failed
     */
    public static LogCopy begin(PartitionLog log, LogDirectory from, LogDirectory to) {
        PartitionLog copy = to.copies().begin(log.key(), log.id().topic(), log.settings());
        LogCopy begun = new LogCopy(log, from, to, copy);
        begun.beginAnew();
        return begun;
    }

    private void beginAnew() {
        long base = bytes.begin();
        firstDirtyOffset = source.firstDirtyOffset;
        copiedBytes.set(0);
        boolean empty = target.logStartOffset == base && target.logEndOffset == base;
        if (!empty) copy.truncateFullyAndStartAt(base);
    }

    /** Bytes that were copied. */
    public long copiedBytes() {
        return copiedBytes.get();
    }

    /**
     * Copies the next batches.
     *
     * @return bytes; 0 when there are none for the moment
     * @throws NoRoom when the disk has no more room
     * @throws StorageException when it comes to nothing: the log is gone or not sound, or a directory failed
     */
    public int copySome() {
        int copied = copyUpTo(Long.MAX_VALUE);
        unflushedBytes += copied;
        if (unflushedBytes >= FLUSH_BYTES) bringToDisk();
        return copied;
    }

    private int copyUpTo(long endOffset) {
        followCuts();
        try {
            ByteBuffer batches = bytes.read(target.logEndOffset, endOffset, CHUNK_BYTES);
            int size = batches.remaining();
            if (size == 0 && bytes.gapEnd() > target.logEndOffset) passGap(bytes.gapEnd());
            if (size > 0) append(batches);
            return size;
        } catch (IOException e) {
            throw from.context().failure().fail("copying " + source, e);
        }
    }

    private void append(ByteBuffer batches) {
        int size = batches.remaining();
        AppendOutcome outcome = copy.appendAsFollower(batches, Integer.MAX_VALUE, source.gapsBelow);
        if (outcome.error() != Errors.NONE) {
            target.context.failure().check();
            if (outcome.error() == Errors.KAFKA_STORAGE_ERROR) throw new NoRoom(outcome.message(), null);
            throw bytes.refused(outcome.message());
        }
        bytes.passed(size, target.logEndOffset);
        copiedBytes.addAndGet(size);
    }

    /** What was cut off the log, at either end, since the last look. */
    private void followCuts() {
        if (bytes.isCut()) {
            LeaderEpochs epochs;
            synchronized (target) {
                epochs = target.epochs.copy();
            }
            long common = bytes.commonEnd(epochs, target.logEndOffset);
            if (common <= target.logStartOffset) beginAnew();
            else if (common < target.logEndOffset) copy.truncateTo(common);
        }
        if (source.logStartOffset > target.logEndOffset) beginAnew();
    }

    /** Compaction took the last records before the end of a log whose active segment is empty. */
    private void passGap(long end) {
        if (target.logStartOffset == target.logEndOffset) {
            copy.truncateFullyAndStartAt(end);
            return;
        }
        synchronized (target) {
            if (!copy.appender().markGapsBelow(end)) throw new NoRoom("the disk of the copy is full", null);
            target.logEndOffset = end;
            if (!copy.appender().roll()) throw new NoRoom("the disk of the copy is full", null);
        }
    }

    private void bringToDisk() {
        copy.flush().flushNow();
        target.context.failure().check();
        copy.checkpoints().tick(false);
        unflushedBytes = 0;
    }

    /**
     * Brings all that was copied, and all that belongs to it, to the disk.
     *
     * @return whether the switch is worth trying; otherwise more is to be copied before
     * @throws StorageException as {@link #copySome}
     */
    public boolean prepare() {
        Known known = known();
        while (target.logEndOffset < known.endOffset) {
            if (copyUpTo(known.endOffset) == 0) return false;
        }
        if (bytes.isCut() || !takeOver(known)) return false;
        bringToDisk();
        for (int i = 0; i < 2; i++) copy.checkpoints().tick(true); // the first one may be of before
        target.context.index().flush();
        target.context.failure().check();
        if (!leaving) from.copies().leave(key, to.directoryId());
        leaving = true;
        writeMarks();
        return isNear();
    }

    /** What belongs to a log that its batches do not tell, as it was at one end of it. */
    private record Known(long endOffset, long logStartOffset, long highWatermark, long logTimeMs, ByteBuffer state) {}

    private Known known() {
        synchronized (source) {
            ByteBuffer state = ByteBuffer.allocate(source.epochs.encodedSize() + source.producers.encodedSize());
            source.epochs.encode(state);
            source.producers.encode(state);
            return new Known(
                    source.logEndOffset, source.logStartOffset, source.highWatermark, source.logTimeMs, state.flip());
        }
    }

    /** False when the copy is to begin anew. */
    private boolean takeOver(Known known) {
        try {
            if (source.shortened && !shortened) ShortenedFile.create(target.context, target.directory);
            shortened |= source.shortened;
            long dirty = Math.min(Math.min(firstDirtyOffset, source.firstDirtyOffset), target.logEndOffset);
            if (dirty > target.firstDirtyOffset) target.setFirstDirtyOffset(dirty);
        } catch (IOException e) {
            if (target.context.space().isOutOfSpace(e, 1)) throw new NoRoom("the disk of the copy is full", e);
            throw target.context.failure().fail("copying " + source, e);
        }
        boolean agree;
        synchronized (target) {
            raiseStart(known.logStartOffset, known.highWatermark);
            LeaderEpochs epochs = new LeaderEpochs();
            epochs.decode(known.state);
            agree = target.epochs.agreeWith(epochs);
            target.epochs.decode(known.state.position(0));
            target.producers.clear();
            target.producers.decode(known.state);
            target.logTimeMs = known.logTimeMs;
            target.producers.onHighWatermark(target.highWatermark);
            target.settleUnstable();
        }
        // A rotten epoch was put right in the log after it had been copied.
        if (!agree) beginAnew();
        return agree;
    }

    /** A start is committed, whatever the last high watermark was that the log was told. */
    private void raiseStart(long start, long highWatermark) {
        target.moveHighWatermark(Math.max(start, Math.min(highWatermark, target.logEndOffset)));
        if (start > target.logStartOffset) copy.advanceLogStart(start);
    }

    private void writeMarks() {
        long start;
        try {
            synchronized (target) {
                start = target.putMarks();
                marked = target.context.marks().get(key);
                markedGeneration = target.truncationGeneration;
            }
            target.context.marks().write();
        } catch (IOException e) {
            marked = null;
            if (target.context.space().isOutOfSpace(e, 1)) throw new NoRoom("the disk of the copy is full", e);
            throw target.context.failure().fail("writing the marks of a copy of " + source, e);
        }
        synchronized (target) {
            target.durableLogStart = Math.max(target.durableLogStart, start);
        }
    }

    /** Copies what came meanwhile, and again what came while that was done, until it is little. */
    private boolean isNear() {
        for (int i = 0; i < CHASES; i++) {
            int copied = 0;
            for (int n = copyUpTo(Long.MAX_VALUE); n > 0; n = copyUpTo(Long.MAX_VALUE)) copied += n;
            if (copied > 0) copy.flush().flushNow();
            if (copied <= NEAR_BYTES) return true;
        }
        return false;
    }

    /**
     * Copies the rest, lets the copy count, and has the log go on with it. On the loop; waits for two syncs.
     *
     * @return false when the log has to be let alone for the moment, or too much is missing: {@link #prepare} again
     * @throws StorageException when it comes to nothing; the log goes on where it is, unless its own directory failed
     */
    public boolean trySwitch() {
        if (source.isUnusable()) throw new StorageException("the log " + source + " is closed");
        target.context.failure().check();
        if (!isQuiet() || bytes.isCut() || source.logStartOffset > target.logEndOffset) return false;
        if (!isCaughtUp() || !isVouchedFor()) return false;
        raiseStart(source.logStartOffset, source.highWatermark);
        arrive();
        switched = true;
        try {
            goOn();
        } catch (StorageException e) {
            throw new InvariantViolation("the copy of " + source + " counts, and the log cannot go on with it: " + e);
        }
        return true;
    }

    /** From here on nothing may fail: the copy counts. */
    private void goOn() {
        PartitionLog before;
        synchronized (source) {
            synchronized (target) {
                takeOverAll();
                before = log.goOnAs(copy);
            }
        }
        to.copies().take(key, log);
        from.copies().letGo(key, before, to.directoryId());
        target.touch();
        log.flush().listener().onFlushed(target.flushedOffset, target.truncationGeneration);
        log.flush().listener().onLogStartDurable(target.durableLogStart);
    }

    private boolean isQuiet() {
        synchronized (source) {
            return !source.isSwapping()
                    && !log.checkpoints().isWriting()
                    && !log.shipping().isAdopting();
        }
    }

    private boolean isCaughtUp() {
        int copied = 0;
        for (int n = copyUpTo(Long.MAX_VALUE); n > 0; n = copyUpTo(Long.MAX_VALUE)) {
            copied += n;
            if (copied > MOST_AT_SWITCH) return false;
        }
        if (target.flushedOffset < target.logEndOffset) copy.flush().flushNow();
        target.context.failure().check();
        return target.logEndOffset == source.logEndOffset && target.flushedOffset == target.logEndOffset;
    }

    /** Whether what the new directory vouches for, on the disk, is no less than what the old one may. */
    private boolean isVouchedFor() {
        if (marked == null || !leaving || markedGeneration != target.truncationGeneration) return false;
        PartitionMarks old = source.context.marks().get(key);
        boolean noLess = old == null
                || (marked.flushedOffset() >= old.flushedOffset()
                        && marked.logStartOffset() >= old.logStartOffset()
                        && marked.highWatermark() >= old.highWatermark());
        return noLess && target.durableLogStart >= source.durableLogStart;
    }

    private void arrive() {
        try {
            to.copies().arrive(key);
        } catch (IOException e) {
            // Whether it counts nobody knows: it is revoked before anything is appended to the log again.
            boolean full = target.context.space().isOutOfSpace(e, 1);
            StorageException failure = full
                    ? new NoRoom("the disk of the copy is full", e)
                    : target.context.failure().fail("ending a copy of " + source, e);
            stay();
            throw failure;
        }
    }

    private void stay() {
        if (!leaving) return;
        leaving = false;
        from.copies().stay(key, to.directoryId());
    }

    /** The state of the copy becomes that of the log; the log's present files are closed for all but their removal. Under both locks. */
    private void takeOverAll() {
        target.updateSettings(source.settings);
        target.truncationGeneration = source.truncationGeneration;
        ByteBuffer epochs = ByteBuffer.allocate(source.epochs.encodedSize());
        source.epochs.encode(epochs);
        target.epochs.decode(epochs.flip());
        target.moveHighWatermark(Math.max(target.highWatermark, source.highWatermark));
        target.shortened = shortened;
        if (shortened && !source.shortened) copy.madeGood();
        copy.setListener(log.flush().listener());
        source.closed = true;
    }

    /** After the switch: removes the files that the log had. */
    public void finish() {
        if (!switched) throw new IllegalStateException("the log " + source + " has not moved");
        from.copies().removeLeft(key);
        to.copies().forgetArrival(key);
    }

    /** Drops the copy; nothing happens after the switch. */
    public void abandon() {
        if (switched) return;
        try {
            if (!from.isOffline()) stay();
        } finally {
            to.copies().drop(key);
        }
    }
}
