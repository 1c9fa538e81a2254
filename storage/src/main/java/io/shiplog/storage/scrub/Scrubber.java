// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every segment of a data directory once per interval, at a bounded rate, and checks it. It has no thread: whoever has one calls
 * {@link #step}, and again after the time that it says. Between passes there is nothing to do.
 *
 * <p>The bytes go through the page cache: Java has no way to tell the kernel that they are wanted once. The bounded rate is what keeps
 * hot data in it; the kernel's own two lists of pages do the rest.
 */
public final class Scrubber {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final long STEP_BYTES = 1 << 20;
    private static final long SAVE_INTERVAL_MS = 30_000;
    private static final long MAX_PAUSE_MS = 60_000;
    private static final long MS_PER_SECOND = 1_000;

    private final ScrubSource source;
    private final ScrubSettings settings;
    private final StorageClock clock;
    private final ScrubProgressFile file;
    private final Path directory;
    private final Deque<PartitionKey> left = new ArrayDeque<>();

    private SegmentCheck check;
    private PartitionKey partition;
    private long segmentBase = -1;
    private boolean begun;
    private boolean passing;
    private long passStartMs = -1;
    private long savedMs;
    private long passSegments;
    private long passBytes;
    private long passDamages;
    private long segments;
    private long bytes;
    private long damages;
    private volatile long lastPassEndMs = -1;
    private volatile ScrubStatus status = new ScrubStatus(0, 0, 0, -1, false);

    public Scrubber(ScrubSource source, ScrubSettings settings, StorageClock clock, LogFiles files, Path directory) {
        this.source = source;
        this.settings = settings;
        this.clock = clock;
        this.directory = directory;
        this.file = new ScrubProgressFile(files, directory);
    }

    /** Any thread. */
    public ScrubStatus status() {
        return status;
    }

    /**
     * Does what is due, at most about a MiB of it.
     *
     * @return after how many milliseconds to call again
     * @throws IOException when the progress cannot be written: the directory is not to be trusted any more
     */
    public long step() throws IOException {
        if (!begun) {
            begin();
        }
        long pauseMs = passing ? readOn() : untilNextPass();
        status = new ScrubStatus(segments, bytes, damages, lastPassEndMs, passing);
        return pauseMs;
    }

    /** Lets go of what is under way and keeps the progress. Nothing is called after it. */
    public void close() throws IOException {
        if (check != null) {
            check.close();
            check = null;
        }
        if (begun) {
            save();
        }
    }

    private void begin() throws IOException {
        begun = true;
        savedMs = clock.nowMs();
        ScrubProgress before = file.load();
        passStartMs = before.passStartMs();
        lastPassEndMs = before.lastPassEndMs();
        if (before.passing()) {
            partition = before.partition();
            segmentBase = before.segmentBase();
            beginPass(partition == null ? "" : partition.directoryName());
        }
    }

    /** Begins, or goes on, with the partitions that do not come before the name. */
    private void beginPass(String from) {
        passing = true;
        passSegments = 0;
        passBytes = 0;
        passDamages = 0;
        left.clear();
        for (PartitionKey each : source.partitions()) {
            if (each.directoryName().compareTo(from) >= 0) {
                left.add(each);
            }
        }
    }

    private long untilNextPass() {
        long nowMs = clock.wallClockMs();
        long sinceMs = passStartMs < 0 ? Long.MAX_VALUE : nowMs - passStartMs;
        // A clock that was set back must not put the next pass off for ever.
        if (sinceMs >= 0 && sinceMs < settings.intervalMs()) {
            return Math.max(1, Math.min(MAX_PAUSE_MS, settings.intervalMs() - sinceMs));
        }
        passStartMs = nowMs;
        partition = null;
        segmentBase = -1;
        beginPass("");
        return 1;
    }

    private long readOn() throws IOException {
        if (check == null && !nextSegment()) {
            endPass();
            save();
            return 1;
        }
        long read = check.step(STEP_BYTES);
        bytes += read;
        passBytes += read;
        if (read == 0) {
            endSegment();
        }
        if (clock.nowMs() - savedMs >= SAVE_INTERVAL_MS) {
            save();
        }
        return Math.max(1, read * MS_PER_SECOND / settings.bytesPerSecond());
    }

    private boolean nextSegment() {
        while (!left.isEmpty()) {
            PartitionKey next = left.peek();
            if (!next.equals(partition)) {
                partition = next;
                segmentBase = -1;
            }
            check = source.next(next, segmentBase);
            if (check != null) {
                return true;
            }
            left.poll();
        }
        return false;
    }

    private void endSegment() {
        segmentBase = check.baseOffset();
        segments++;
        passSegments++;
        if (!check.isSound()) {
            damages++;
            passDamages++;
        }
        check.close();
        check = null;
    }

    private void endPass() {
        passing = false;
        partition = null;
        segmentBase = -1;
        lastPassEndMs = clock.wallClockMs();
        if (passSegments > 0) {
            LOG.info(
                    "Scrubbed {}: {} segments, {} bytes, {} of them damaged, in {} ms",
                    directory,
                    passSegments,
                    passBytes,
                    passDamages,
                    lastPassEndMs - passStartMs);
        }
        if (lastPassEndMs - passStartMs > settings.intervalMs()) {
            LOG.warn(
                    "The scrub of {} took longer than scrub.interval.ms={}: scrub.bytes.per.second={} is too low for its data",
                    directory,
                    settings.intervalMs(),
                    settings.bytesPerSecond());
        }
    }

    private void save() throws IOException {
        savedMs = clock.nowMs();
        file.save(new ScrubProgress(passStartMs, lastPassEndMs, partition, segmentBase, passing));
    }
}
