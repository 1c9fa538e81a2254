// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.ScrubSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known to be wrong in the logs of one directory. A damage concerns its partition; only when reads fail in many partitions is it
 * the disk. Each segment is reported once until its partition was repaired. Any thread.
 */
final class Integrity {
    private static final Logger LOG = LoggerFactory.getLogger(Integrity.class);

    /** So many partitions that cannot be read are a disk that cannot be read. */
    static final int MAX_UNREADABLE_PARTITIONS = 16;

    private final FailureLatch failure;
    private final List<Consumer<LogDamage>> listeners = new ArrayList<>();
    private final Map<PartitionKey, Map<Long, LogDamage>> known = new HashMap<>();
    private final Set<PartitionKey> unreadable = new HashSet<>();
    private long found;
    private volatile long readTrustMs = ScrubSettings.DEFAULT_READ_TRUST_MS;

    Integrity(FailureLatch failure) {
        this.failure = failure;
    }

    /** How long bytes that were checked count as sound, in ms; 0: they are checked whenever they are read. */
    long readTrustMs() {
        return readTrustMs;
    }

    void trustReadsFor(long ms) {
        readTrustMs = ms;
    }

    /** Adds a listener; it hears at once of what was found before. */
    void listen(Consumer<LogDamage> listener) {
        List<LogDamage> before = new ArrayList<>();
        synchronized (this) {
            listeners.add(listener);
            known.values().forEach(each -> before.addAll(each.values()));
        }
        before.forEach(listener);
    }

    /** Bytes are not what they should be. Returns what is to be thrown. */
    DamageException found(LogState state, Segment segment, String what) {
        report(new LogDamage(state.key, segment.baseOffset, what));
        return new DamageException(what + " in " + segment.path());
    }

    /**
     * A file has fewer bytes than were asked of it, or its size cannot be told (-1). That is nobody's damage when the log has let go of the file
     * meanwhile.
     */
    void tooShort(LogState state, SegmentFile file, long size, long wanted) {
        Segment segment;
        synchronized (state) {
            segment = state.isUnusable() ? null : state.segments.holding(file);
            if (segment == null) return;
            segment.distrust();
        }
        var unused = found(state, segment, "the file has " + size + " bytes, at least " + wanted + " were written");
    }

    /** Bytes cannot be read. Returns what is to be thrown: of the partition, or of the directory when it is not the first. */
    StorageException unreadable(LogState state, Segment segment, IOException cause) {
        int partitions;
        synchronized (this) {
            unreadable.add(state.key);
            partitions = unreadable.size();
        }
        if (partitions > MAX_UNREADABLE_PARTITIONS) {
            return failure.fail(partitions + " partitions cannot be read, the last of them " + segment.path(), cause);
        }
        report(new LogDamage(state.key, segment.baseOffset, "cannot be read: " + cause));
        return new DamageException("reading " + segment.path() + ": " + cause, cause);
    }

    /** What is wrong now, of all partitions. */
    synchronized List<LogDamage> known() {
        List<LogDamage> all = new ArrayList<>();
        known.values().forEach(each -> all.addAll(each.values()));
        return all;
    }

    /** Whether a segment that is part of the log is known not to be sound. Under the lock of the log. */
    synchronized boolean isDamaged(LogState state) {
        for (long base : known.getOrDefault(state.key, Map.of()).keySet()) {
            int at = state.segments.floorIndex(base);
            if (at >= 0 && state.segments.get(at).baseOffset == base) return true;
        }
        return false;
    }

    /** Whether a segment is known not to be sound. */
    synchronized boolean isDamaged(LogState state, Segment segment) {
        return known.getOrDefault(state.key, Map.of()).containsKey(segment.baseOffset);
    }

    /** Base of the last segment of a partition that is known not to be sound, -1 when all are. */
    synchronized long lastDamaged(PartitionKey partition) {
        long last = -1;
        for (long base : known.getOrDefault(partition, Map.of()).keySet()) last = Math.max(last, base);
        return last;
    }

    /** What was wrong with a partition is no longer part of its log. */
    synchronized void forget(PartitionKey partition) {
        known.remove(partition);
    }

    /** The records that were wrong are deleted, up to the segment that begins there. */
    synchronized void forgetBelow(PartitionKey partition, long segmentBase) {
        Map<Long, LogDamage> ofPartition = known.get(partition);
        if (ofPartition == null) return;
        ofPartition.keySet().removeIf(base -> base < segmentBase);
        if (ofPartition.isEmpty()) known.remove(partition);
    }

    /** Damages found since the start, each segment counted once. */
    synchronized long found() {
        return found;
    }

    private void report(LogDamage damage) {
        List<Consumer<LogDamage>> toTell;
        synchronized (this) {
            Map<Long, LogDamage> ofPartition = known.computeIfAbsent(damage.partition(), key -> new HashMap<>());
            if (ofPartition.putIfAbsent(damage.segmentBase(), damage) != null) return;
            found++;
            toTell = List.copyOf(listeners);
        }
        LOG.error(
                "Partition {} is damaged in segment {}: {}",
                damage.partition().directoryName(),
                damage.segmentBase(),
                damage.reason());
        toTell.forEach(listener -> listener.accept(damage));
    }
}
