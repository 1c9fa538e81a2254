// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.IndexStore;
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
 * Opens the logs of a directory that must be walked over at length (because the index store was lost, say) while the others are served, and those
 * that a full disk has no room for (decision 120). Until then such a log is held back: it is not there, and must not be created either. What is
 * found to be damaged is told to those who listen for damages, as with any open log. Any thread.
 */
final class LaterRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LaterRecovery.class);

    /** A log that is not open yet. */
    private static final class Waiting {
        final PartitionKey key;
        /** Guarded by this, like all below. Null when it has to begin anew. */
        private LogRecovery recovery;

        private final List<Runnable> actions = new ArrayList<>(1);
        private boolean cancelled;
        private boolean ended;

        Waiting(PartitionKey key, LogRecovery recovery) {
            this.key = key;
            this.recovery = recovery;
        }

        synchronized LogRecovery recovery() {
            return recovery;
        }

        /** One that replaces another which came to nothing. */
        synchronized void recovery(LogRecovery next) {
            recovery = next;
            if (cancelled && next != null) next.cancel();
        }

        synchronized void cancel() {
            cancelled = true;
            if (recovery != null) recovery.cancel();
        }

        synchronized void abandon() {
            if (recovery != null) recovery.abandon();
            recovery = null;
        }

        synchronized boolean isCancelled() {
            return cancelled;
        }
    }

    private final LogContext context;
    private final Map<PartitionKey, PartitionLog> logs;
    private final RecoveryProgress progress;
    private final Map<PartitionKey, Waiting> heldBack = new ConcurrentHashMap<>();
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    /** Opened by {@link #tryAgain}. */
    private final Queue<Waiting> withoutRoom = new ConcurrentLinkedQueue<>();

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

    /**
     * Holds a log back that could not be opened, when that is for want of room: {@link #tryAgain} opens it. False, and nothing else, when it is for
     * another reason.
     */
    boolean addWithoutRoom(PartitionKey key, IOException refusal) {
        if (!isForWantOfRoom(refusal)) return false;
        LOG.error("{} is not opened until there is room: {}", key.directoryName(), refusal.toString());
        Waiting waiting = new Waiting(key, null);
        heldBack.put(key, waiting);
        withoutRoom.add(waiting);
        return true;
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
        for (Waiting waiting : heldBack.values()) waiting.cancel();
        threads.forEach(Flusher::joinUninterruptibly);
        for (Waiting waiting = queue.poll(); waiting != null; waiting = queue.poll()) waiting.abandon();
    }

    /** Opens what waits for room, as long as there is some. On the background thread of the directory, now and then. */
    void tryAgain() {
        for (Waiting next = withoutRoom.poll(); next != null && !stopped; next = withoutRoom.poll()) {
            if (!open(next)) return;
        }
    }

    boolean isHeldBack(PartitionKey key) {
        return heldBack.containsKey(key);
    }

    Set<PartitionKey> heldBack() {
        return Set.copyOf(heldBack.keySet());
    }

    /**
     * Carries out an action as soon as the log of a partition is open, or cannot be opened at all, on the thread that found that. False, and
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
        waiting.cancel();
        boolean interrupted = false;
        synchronized (waiting) {
            if (!waiting.ended && (queue.remove(waiting) || withoutRoom.remove(waiting))) {
                waiting.abandon();
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
                next.abandon();
            } else {
                var unused = open(next);
            }
        }
    }

    /** False when it waits for room. */
    private boolean open(Waiting waiting) {
        try {
            PartitionLog log = complete(waiting);
            if (log == null) {
                waiting.abandon();
            } else {
                logs.put(waiting.key, log);
                if (!log.checkpoints().isSettled()) log.state().touch();
                LOG.info("Opened {} late, up to {}", waiting.key.directoryName(), log.logEndOffset());
            }
        } catch (IOException e) {
            waiting.abandon();
            if (!isForWantOfRoom(e)) {
                var unused = context.failure().fail("recovering " + waiting.key.directoryName(), e);
            } else if (waitsForRoom(waiting)) {
                return false;
            }
        } catch (StorageException e) {
            var unused = context.failure().fail("recovering " + waiting.key.directoryName(), e);
        }
        end(waiting);
        return true;
    }

    private boolean isForWantOfRoom(IOException refusal) {
        boolean full = context.space().isOutOfSpace(refusal, 1);
        if (full) context.space().noSpace(refusal);
        return full;
    }

    /** False when it was cancelled: whoever did so waits for its end. */
    private boolean waitsForRoom(Waiting waiting) {
        synchronized (waiting) {
            return !waiting.isCancelled() && withoutRoom.add(waiting);
        }
    }

    private PartitionLog complete(Waiting waiting) throws IOException {
        PartitionKey key = waiting.key;
        try {
            if (waiting.recovery() == null) begin(waiting);
            return waiting.recovery().complete();
        } catch (LogRecovery.Damage e) {
            waiting.abandon();
            return LogRecovery.withoutFiles(context, key, context.marks().get(key), progress, e)
                    .completeWithoutFiles();
        }
    }

    private void begin(Waiting waiting) throws IOException, LogRecovery.Damage {
        PartitionKey key = waiting.key;
        waiting.recovery(new LogRecovery(context, key, context.marks().get(key), progress));
        try (IndexStore.Scan scan = context.index().scan()) {
            waiting.recovery().begin(scan);
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
