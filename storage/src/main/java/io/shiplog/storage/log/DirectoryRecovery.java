// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.log.DamagedPartition.Kind;
import io.shiplog.storage.marks.MarksFile;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recovers all partitions of a data directory, several at a time, and says what it found in one line. */
final class DirectoryRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryRecovery.class);

    private final LogContext context;
    private final Map<PartitionKey, PartitionLog> logs;
    private final RecoveryListener listener;
    private final RecoveryProgress progress;
    private final LaterRecovery later;
    private final DirectoryCopies copies;
    private final List<Path> trash = new ArrayList<>();
    private final List<DamagedPartition> damaged = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong scannedBytes = new AtomicLong();
    private final AtomicLong cutBytes = new AtomicLong();
    private final AtomicInteger done = new AtomicInteger();
    private volatile IOException failed;

    DirectoryRecovery(
            LogContext context,
            Map<PartitionKey, PartitionLog> logs,
            LaterRecovery later,
            DirectoryCopies copies,
            RecoveryListener listener,
            RecoveryProgress progress) {
        this.context = context;
        this.logs = logs;
        this.later = later;
        this.copies = copies;
        this.listener = listener;
        this.progress = progress;
    }

    /** Directories of deleted partitions that are still there. */
    List<Path> trash() {
        return trash;
    }

    RecoveryReport run() throws IOException {
        long startMs = context.clock().nowMs();
        MarksFile marks = context.marks();
        long cleanEpoch = marks.cleanBrokerEpoch();
        // A process that was killed may have left entries that only the page cache knows.
        context.files().syncDirectory(context.directory());
        List<PartitionKey> keys = list();
        boolean lost = marks.condition() == MarksFile.Condition.LOST
                || (marks.condition() == MarksFile.Condition.FRESH && !keys.isEmpty());
        Set<PartitionKey> missing = new HashSet<>(marks.all().keySet());
        progress.begin(keys.size());
        recoverAll(keys);
        if (failed != null) throw failed;
        keys.forEach(missing::remove);
        missing.forEach(key -> reportMissing(key, marks.get(key)));
        if (lost) keys.forEach(key -> report(key, "the flush marks are lost", Kind.UNVOUCHED));
        writeMarks(marks);
        boolean clean = cleanEpoch >= 0 && damaged.isEmpty();
        List<DamagedPartition> found = new ArrayList<>(damaged);
        found.sort(Comparator.comparing(d -> d.partition().directoryName()));
        long elapsedMs = context.clock().nowMs() - startMs;
        LOG.info(
                "Recovered {}: {}, {} partitions in {} ms, {} bytes read behind flush marks, {} cut, {} damaged, {} to be opened later",
                context.directory(),
                clean ? "clean" : marks.condition() == MarksFile.Condition.FRESH ? "new" : "not clean",
                logs.size(),
                elapsedMs,
                scannedBytes,
                cutBytes,
                found.size(),
                later.count());
        return new RecoveryReport(
                clean,
                clean ? cleanEpoch : -1,
                logs.size(),
                List.copyOf(found),
                scannedBytes.get(),
                cutBytes.get(),
                later.count(),
                elapsedMs);
    }

    /** On a disk that has no room they are written when it has: until then the older ones hold, which promise less. */
    private void writeMarks(MarksFile marks) throws IOException {
        try {
            marks.writeBothSlots();
        } catch (IOException e) {
            if (!context.space().isOutOfSpace(e, 1)) throw e;
            context.space().noSpace(e);
            return;
        }
        copies.forgetUnfinished();
    }

    private List<PartitionKey> list() throws IOException {
        List<PartitionKey> keys = new ArrayList<>();
        PartitionKey last = null;
        List<Path> entries = context.files().list(context.directory());
        for (Path path : entries) copies.found(path.getFileName().toString());
        trash.addAll(copies.setUnfinishedAside());
        for (Path path : entries) {
            String name = path.getFileName().toString();
            PartitionKey key = PartitionKey.parse(name);
            if (key != null && copies.isUnfinished(key)) continue;
            if (key != null) {
                last = key.sharing(last);
                keys.add(last);
            } else if (name.endsWith(".deleted")) {
                trash.add(path);
            }
        }
        keys.sort(IndexStore.ORDER);
        return keys;
    }

    private void recoverAll(List<PartitionKey> keys) {
        AtomicInteger next = new AtomicInteger();
        int threads = Math.min(context.config().recoveryThreads(), keys.size());
        if (threads == 1) {
            recoverNext(keys, next);
            return;
        }
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> recoverNext(keys, next), "shiplog-recover-" + i);
            thread.start();
            running.add(thread);
        }
        running.forEach(Flusher::joinUninterruptibly);
    }

    private void recoverNext(List<PartitionKey> keys, AtomicInteger next) {
        try (IndexStore.Scan scan = context.index().scan()) {
            for (int i = next.getAndIncrement(); i < keys.size() && failed == null; i = next.getAndIncrement()) {
                try {
                    recover(keys.get(i), scan);
                    // So many partitions could not be read that it is the disk.
                    context.failure().check();
                } catch (IOException e) {
                    if (!later.addWithoutRoom(keys.get(i), e)) failed = e;
                } catch (StorageException e) {
                    failed = new IOException(e);
                }
                if (!later.isHeldBack(keys.get(i))) progress.done();
                listener.onProgress(done.incrementAndGet(), keys.size());
            }
        }
    }

    private void recover(PartitionKey key, IndexStore.Scan scan) throws IOException {
        PartitionMarks marks = context.marks().get(key);
        LogRecovery recovery = new LogRecovery(context, key, marks, progress);
        try {
            recovery.begin(scan);
            if (recovery.bytesToWalk() > context.config().recoverLaterBytes()) {
                later.add(key, recovery);
                return;
            }
            opened(key, recovery, recovery.complete());
        } catch (LogRecovery.Damage e) {
            recovery.abandon();
            LogRecovery without = LogRecovery.withoutFiles(context, key, marks, progress, e);
            opened(key, without, without.completeWithoutFiles());
        } catch (IOException e) {
            recovery.abandon();
            throw e;
        }
    }

    private void opened(PartitionKey key, LogRecovery recovery, PartitionLog log) {
        logs.put(key, log);
        if (!log.checkpoints().isSettled()) log.state().touch();
        scannedBytes.addAndGet(recovery.scannedBytes());
        cutBytes.addAndGet(recovery.cutBytes());
        if (recovery.cutBytes() > 0) {
            LOG.info("Cut {} bytes of torn tail off {}", recovery.cutBytes(), key.directoryName());
        }
        if (recovery.hasHoles()) damaged.add(new DamagedPartition(key, recovery.whatIsMissing(), Kind.HOLES));
    }

    /** Marks without a directory: somebody has taken it away, or a power loss that this disk does not keep its word in. */
    private void reportMissing(PartitionKey key, PartitionMarks marks) {
        if (marks.flushedOffset() > marks.logStartOffset()) report(key, "its directory is missing", Kind.GONE);
    }

    private void report(PartitionKey key, String reason, Kind kind) {
        LOG.error("Partition {} is damaged: {}", key.directoryName(), reason);
        damaged.add(new DamagedPartition(key, reason, kind));
    }
}
