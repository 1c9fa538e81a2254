// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the logs of a directory that must be walked over at length (because the index store was lost, say) while the others are served.
 * Until then such a log is held back: it is not there, and must not be created either. What is found to be damaged is told to those who
 * listen for damages, as with any open log. Any thread.
 */
final class LaterRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LaterRecovery.class);

    /** A log that is not open yet. */
    private static final class Waiting {
        final PartitionKey key;
        final LogRecovery recovery;
        /** Guarded by this. */
        private final List<Runnable> actions = new ArrayList<>(1);

        private boolean ended;

        Waiting(PartitionKey key, LogRecovery recovery) {
            this.key = key;
            this.recovery = recovery;
        }
    }

    private final LogContext context;
    private final Map<PartitionKey, PartitionLog> logs;
    private final RecoveryProgress progress;
    private final Map<PartitionKey, Waiting> heldBack = new ConcurrentHashMap<>();
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** @param logs takes the logs that are open */
    LaterRecovery(LogContext context, Map<PartitionKey, PartitionLog> logs, RecoveryProgress progress) {
        this.context = context;
        this.logs = logs;
        this.progress = progress;
    }

    /** Holds a log back, to be opened after {@link #start}. */
    void add(PartitionKey key, LogRecovery recovery) {
        Waiting waiting = new Waiting(key, recovery);
        heldBack.put(key, waiting);
        queue.add(waiting);
    }

    int count() {
        return heldBack.size();
    }

    void start() {
        int count = Math.min(context.config().recoveryThreads(), queue.size());
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(this::openAll, "shiplog-recover-later-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Ends what is under way; what is not open stays as it is, for the next start. */
    void stop() {
        stopped = true;
        for (Waiting waiting : heldBack.values()) waiting.recovery.cancel();
        threads.forEach(Flusher::joinUninterruptibly);
        for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) waiting.recovery.abandon();
    }

    boolean isHeldBack(PartitionKey key) {
        return heldBack.containsKey(key);
    }

    Set<PartitionKey> heldBack() {
        return Set.copyOf(heldBack.keySet());
    }

    /**
     * Carries out an action as soon as the log of a partition is open, or its directory failed, on a thread of the recovery. False, and
     * nothing else, when it is not held back, or was given up before.
     */
    boolean whenDone(PartitionKey key, Runnable action) {
        Waiting waiting = heldBack.get(key);
        if (waiting == null) return false;
        synchronized (waiting) {
            if (waiting.ended) return false;
            waiting.actions.add(action);
            return true;
        }
    }

    /**
     * Lets go of a partition that is to be deleted: when this returns nobody works on its files, and it is not held back. True if it had
     * been, and was not opened meanwhile.
     */
    boolean cancel(PartitionKey key) {
        Waiting waiting = heldBack.get(key);
        if (waiting == null) return false;
        waiting.recovery.cancel();
        boolean interrupted = false;
        synchronized (waiting) {
            if (!waiting.ended && queue.remove(waiting)) {
                waiting.recovery.abandon();
                waiting.ended = true;
            }
            while (!waiting.ended) {
                try {
                    waiting.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        heldBack.remove(key);
        return !logs.containsKey(key);
    }

    private void openAll() {
        for (Waiting next = queue.poll(); next != null; next = queue.poll()) {
            if (stopped) {
                next.recovery.abandon();
            } else {
                open(next);
            }
        }
    }

    private void open(Waiting waiting) {
        try {
            PartitionLog log = complete(waiting);
            if (log == null) {
                waiting.recovery.abandon();
            } else {
                logs.put(waiting.key, log);
                if (!log.checkpoints().isSettled()) log.state().touch();
                LOG.info("Opened {} late, up to {}", waiting.key.directoryName(), log.logEndOffset());
            }
        } catch (IOException | StorageException e) {
            var unused = context.failure().fail("recovering " + waiting.key.directoryName(), e);
        }
        end(waiting);
    }

    private PartitionLog complete(Waiting waiting) throws IOException {
        try {
            return waiting.recovery.complete();
        } catch (LogRecovery.Damage e) {
            waiting.recovery.abandon();
            PartitionKey key = waiting.key;
            return LogRecovery.withoutFiles(context, key, context.marks().get(key), progress, e)
                    .completeWithoutFiles();
        }
    }

    private void end(Waiting waiting) {
        List<Runnable> actions;
        synchronized (waiting) {
            waiting.ended = true;
            actions = List.copyOf(waiting.actions);
            waiting.notifyAll();
        }
        // A log is among the open ones before it ceases to be held back, so that nobody creates it in between.
        if (logs.containsKey(waiting.key)) heldBack.remove(waiting.key);
        progress.done();
        actions.forEach(Runnable::run);
    }
}
