// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.ArrivingBatches;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.BatchChain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a segment that is being received from a peer. It lies beside the log under a name that recovery removes. Every batch is
 * checked as the scrub checks it: offsets that follow each other from the base offset to the next segment's, the leader epochs that
 * the peer names, its CRC; while it comes, so that what is checked is what is written, and nothing is read again. What was
 * checked is on the disk before {@link #finish} returns. One thread at a time.
 */
public final class ReceivedSegment {
    private static final Logger LOG = LoggerFactory.getLogger(ReceivedSegment.class);
    private static final String SUFFIX = ".shipped";
    /** What lies in the page cache at most: one sync of a whole segment would hold up those that records wait for. */
    private static final int SYNC_EVERY_BYTES = 8 << 20;

    private final LogState state;
    private final SealedSegment segment;
    private final Path path;
    private final LogFile file;
    private final BatchChain chain = new BatchChain();
    private final ArrivingBatches batches;
    private int written;
    private int synced;
    private int firstEpoch = -1;
    private int lastEpoch = -1;
    private long lastGapEnd;
    private String problem;
    private boolean finished;
    private boolean gone;

    private ReceivedSegment(LogState state, SealedSegment segment, Path path, LogFile file) {
        this.state = state;
        this.segment = segment;
        this.path = path;
        this.file = file;
        batches = new ArrivingBatches(segment.sizeInBytes(), this::problemOf);
        chain.begin(segment.baseOffset(), segment.nextOffset(), segment.gapsBelow(), segment::epochAt);
    }

    /** @param number unlike that of any other file that is received beside this log */
    static ReceivedSegment create(LogState state, SealedSegment segment, int number) {
        Path path = state.directory.resolve(Segment.fileName(segment.baseOffset()) + "." + number + SUFFIX);
        checkRoom(state);
        try {
            state.context.files().delete(path);
            return new ReceivedSegment(
                    state, segment, path, state.context.files().create(path));
        } catch (IOException e) {
            throw failed(state, path, e, 1);
        }
    }

    /** As the peer described it. */
    public SealedSegment segment() {
        return segment;
    }

    /** Bytes that have come. */
    public int written() {
        return written;
    }

    /** What is wrong with the bytes, null when nothing is known to be. */
    public String problem() {
        return problem;
    }

    /**
     * Takes the next bytes, which are consumed.
     *
     * @return whether to go on; otherwise {@link #problem} says why not
     * @throws NoRoom when the disk is full
     * @throws StorageException when the directory failed, or the log is gone
     */
    public boolean write(ByteBuffer bytes) {
        int size = bytes.remaining();
        if (problem != null) return false;
        if (size > segment.sizeInBytes() - written) {
            problem = "more bytes than the " + segment.sizeInBytes() + " that were announced";
            return false;
        }
        problem = batches.take(bytes);
        if (problem != null) {
            problem += ", at byte " + batches.position();
            return false;
        }
        checkRoom(state);
        try {
            file.write(bytes, written);
            written += size;
            state.context.space().appended(size);
            if (written - synced >= SYNC_EVERY_BYTES) {
                sync();
                synced = written;
            }
        } catch (IOException e) {
            throw failed(state, path, e, size);
        }
        return true;
    }

    /**
     * Nothing more comes: brings the file to the disk.
     *
     * @return whether it is whole and sound; otherwise {@link #problem} says what is wrong
     */
    public boolean finish() {
        try {
            if (problem == null) problem = endProblem();
            if (problem == null) {
                sync();
                file.close();
                finished = true;
            }
        } catch (IOException e) {
            throw failed(state, path, e, 0);
        }
        return problem == null;
    }

    private void sync() throws IOException {
        long sync = state.context.syncTimes().begin(state.context.clock().nowMs());
        try {
            file.sync();
        } finally {
            state.context.syncTimes().end(sync, state.context.clock().nowMs());
        }
    }

    private String problemOf(ByteBuffer b, int at) {
        long base = RecordBatchHeader.baseOffset(b, at);
        if (base > chain.nextOffset()) lastGapEnd = base;
        String wrong = chain.passOver(b, at);
        if (wrong != null) return wrong;
        int epoch = RecordBatchHeader.leaderEpoch(b, at);
        if (epoch < lastEpoch) return "epoch " + epoch + " after epoch " + lastEpoch;
        if (firstEpoch < 0) firstEpoch = epoch;
        lastEpoch = epoch;
        return null;
    }

    private String endProblem() {
        if (written < segment.sizeInBytes()) return written + " bytes of " + segment.sizeInBytes();
        if (!batches.isBetweenBatches()) return "the last batch, at byte " + batches.position() + ", is not whole";
        if (chain.nextOffset() == segment.nextOffset()) return null;
        return "the last batch ends at offset " + chain.nextOffset() + ", not at " + segment.nextOffset();
    }

    int firstEpoch() {
        return firstEpoch;
    }

    int lastEpoch() {
        return lastEpoch;
    }

    /** Where the last gap between its batches ends, 0 when there is none. */
    long lastGapEnd() {
        return lastGapEnd;
    }

    boolean liesBeside(LogState log) {
        return state == log;
    }

    boolean isFinished() {
        return finished && !gone;
    }

    /** Gives it the name of a segment of the log. */
    void renameTo(Path target) throws IOException {
        gone = true;
        state.context.files().rename(path, target);
    }

    /** Removes what was received, unless the log has taken it. Deletes a large file: not on a loop. */
    public void discard() {
        if (gone) return;
        gone = true;
        try {
            if (!finished) file.close();
            if (!state.closed) state.context.files().delete(path);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", path, e.toString());
        }
    }

    private static void checkRoom(LogState state) {
        state.context.failure().check();
        if (state.closed) throw new StorageException("the log " + state + " is closed");
        if (state.context.space().isFull()) throw new NoRoom("the disk of " + state + " is full", null);
    }

    private static StorageException failed(LogState state, Path path, IOException e, int bytes) {
        // A deletion moves the directory aside under a transfer that has begun.
        if (state.closed) return new StorageException("the log " + state + " is closed", e);
        if (state.context.space().isOutOfSpace(e, bytes)) {
            state.context.space().noSpace(e);
            return new NoRoom("the disk of " + state + " is full", e);
        }
        if (OpenFiles.isOutOfDescriptors(e)) return new NoRoom(path + " cannot be created: " + e, e);
        return state.context.failure().fail("receiving " + path, e);
    }
}
