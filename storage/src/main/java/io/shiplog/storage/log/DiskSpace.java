// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a data directory has room. Below the reserve it is <em>full</em>: nothing is appended, all else goes on, and appends
 * resume by themselves a fifth of the reserve above it. The file system is asked now and then; what is appended in between
 * is subtracted, so that a burst does not eat the reserve. An append that finds no space all the same makes it full at once.
 *
 * <p>The <em>ballast</em> is a file of zeros. When others have filled the disk to its last byte it is deleted, so that marks and
 * the index store can be written; it is made again when there is room. Any thread.
 */
public final class DiskSpace {
    private static final Logger LOG = LoggerFactory.getLogger(DiskSpace.class);
    static final String BALLAST = "ballast";
    private static final int CHUNK_BYTES = 64 * 1024;

    /** After an append was refused by the disk; whatever it says, it is not asked again for so long. */
    static final long HOLD_MS = 10_000;

    private final LogFiles files;
    private final Path directory;
    private final StorageClock clock;
    private final SpaceSettings settings;

    /** What may be appended before the reserve is touched. */
    private final AtomicLong budget = new AtomicLong(Long.MAX_VALUE);

    private volatile boolean full;

    private volatile Look lastLook = Look.NONE;

    /** Guarded by this, like what is below. */
    private long holdUntilMs = Long.MIN_VALUE;

    private boolean ballastThere;

    /** The ballast was given up, and that is not on the disk yet. */
    private boolean given;

    DiskSpace(LogFiles files, Path directory, StorageClock clock, SpaceSettings settings) {
        this.files = files;
        this.directory = directory;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * What a look at the file system saw, in bytes; -1: nothing yet.
     *
     * @param reserveBytes below it appends are refused
     */
    public record Look(long totalBytes, long usableBytes, long reserveBytes) {
        static final Look NONE = new Look(-1, -1, -1);
    }

    /** The last look, a second old at most unless the disk hangs. Asks nobody. */
    public Look lastLook() {
        return lastLook;
    }

    /** Whether appends are refused for want of space. */
    public boolean isFull() {
        return full;
    }

    /** Whether so many bytes could be appended now. Asks the file system. */
    public boolean hasRoomFor(long bytes) throws IOException {
        long reserve = settings.reserveOf(files.totalBytes(directory));
        return !full && files.usableBytes(directory) - reserve >= bytes;
    }

    /** Takes note of bytes that were appended. */
    void appended(int bytes) {
        if (budget.addAndGet(-bytes) < 0 && !full) setFull("the reserve is reached", 0);
    }

    /** First look, before anything is written: an old ballast makes room on a disk that has none. */
    synchronized void open() throws IOException {
        ballastThere = files.exists(ballast()) && files.size(ballast()) > 0;
        look(false);
    }

    /** One look at the file system. */
    synchronized void check() throws IOException {
        look(true);
    }

    private void look(boolean mayMakeBallast) throws IOException {
        long usable = files.usableBytes(directory);
        long total = files.totalBytes(directory);
        long reserve = settings.reserveOf(total);
        lastLook = new Look(total, usable, reserve);
        boolean held = clock.nowMs() < holdUntilMs;
        if (!held) {
            budget.set(usable - reserve);
            if (usable < reserve) setFull("it has " + usable + " bytes left, the reserve is " + reserve, 0);
            else if (full && usable >= SpaceSettings.resumeAbove(reserve)) resume(usable);
        }
        long ballast = settings.ballastOf(reserve);
        if (ballastThere && usable < ballast) giveUpBallast();
        if (given) {
            // ext4 hands freed blocks out again only once the deletion is in its journal.
            given = false;
            files.syncDirectory(directory);
        }
        if (mayMakeBallast && !ballastThere && !full && ballast > 0 && usable - ballast > reserve) makeBallast(ballast);
    }

    /** The disk refused a write for want of space. */
    synchronized void noSpace(IOException refusal) {
        giveUpBallast();
        setFull(refusal.getMessage(), HOLD_MS);
    }

    private synchronized void setFull(String why, long holdMs) {
        if (holdMs > 0) holdUntilMs = clock.nowMs() + holdMs;
        if (full) return;
        full = true;
        LOG.warn("Disk full, appends to {} are refused: {}", directory, why);
    }

    private void resume(long usable) {
        full = false;
        LOG.info("Disk no longer full, appends to {} go on: it has {} bytes left", directory, usable);
    }

    private void giveUpBallast() {
        if (!ballastThere) return;
        ballastThere = false;
        try {
            files.delete(ballast());
            given = true;
            LOG.warn("The ballast of {} is given up for marks and index", directory);
        } catch (IOException e) {
            LOG.warn("The ballast of {} cannot be deleted: {}", directory, e.toString());
        }
    }

    private void makeBallast(long bytes) throws IOException {
        ballastThere = true;
        files.delete(ballast());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        try (LogFile file = files.create(ballast())) {
            for (long at = 0; at < bytes; at += CHUNK_BYTES) file.write(chunk.clear(), at);
        } catch (IOException e) {
            if (!isNoSpace(e)) throw e;
            giveUpBallast();
        }
    }

    private Path ballast() {
        return directory.resolve(BALLAST);
    }

    /**
     * Whether a write of so many bytes failed because there is no room, rather than that the disk is broken. Java keeps no errno, and
     * the words of the C library depend on the language: the file system is asked as well. A sync that failed is no such thing.
     */
    boolean isOutOfSpace(IOException failure, int wantedBytes) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FailedSync) return false;
        }
        try {
            return isNoSpace(failure) || files.usableBytes(directory) < wantedBytes;
        } catch (IOException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private static boolean isNoSpace(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message =
                    cause.getMessage() == null ? "" : cause.getMessage().toLowerCase(Locale.ROOT);
            if (message.contains("no space left on device") || message.contains("disk quota exceeded")) return true;
        }
        return false;
    }
}
