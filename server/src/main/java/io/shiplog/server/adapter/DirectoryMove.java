// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.log.LogCopy;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One replica on its way into another directory of its node; on a thread of {@link DirectoryMoves}. */
final class DirectoryMove {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryMove.class);

    /** With less than this copied at a time, what is missing is what arrives just now. */
    private static final int NEAR_BYTES = 256 << 10;

    private static final long RETRY_MS = 50;

    private final DirectoryMoves moves;
    private final PartitionId id;
    private final LogDirectory target;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean cancelled;
    private volatile long missingBytes;

    DirectoryMove(DirectoryMoves moves, PartitionId id, LogDirectory target, long bytes) {
        this.moves = moves;
        this.id = id;
        this.target = target;
        this.missingBytes = bytes;
    }

    PartitionId id() {
        return id;
    }

    LogDirectory target() {
        return target;
    }

    /** Bytes that the target has still to take, about. */
    long missingBytes() {
        return missingBytes;
    }

    /** Completes when nothing of it goes on, whatever became of it. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    private boolean isOver() {
        return cancelled || moves.isClosed();
    }

    /** From the first byte to the removal of the old files. */
    void run() {
        try {
            if (!isOver()) {
                move();
            }
        } catch (StorageException e) {
            moves.failed();
            LOG.warn("{}-{} is not moved to {}: {}", id.topicId(), id.partition(), target.path(), e.getMessage());
        } finally {
            moves.onEnd(this);
            ended.complete(null);
        }
    }

    private void move() {
        LogDirectory from = moves.directories().holding(id);
        PartitionLog log = from == null ? null : from.log(id.topicId(), id.partition());
        if (log == null || from == target) {
            return;
        }
        String name = id.topicId() + "-" + id.partition();
        LOG.info("{} moves from {} to {}: {} bytes", name, from.path(), target.path(), log.sizeBytes());
        LogCopy copy = LogCopy.begin(log, from, target);
        boolean moved = false;
        try {
            moved = copyAndSwitch(copy, log);
        } finally {
            // What is left when the node stops is dropped by its next start, which then begins anew.
            if (!moved && !moves.isClosed()) {
                abandon(copy);
            }
        }
        if (moved) {
            LOG.info(
                    "{} has moved from {} to {}: {} bytes copied",
                    name,
                    from.path(),
                    target.path(),
                    copy.copiedBytes());
            moves.moved();
            finish(copy, name);
        } else {
            LOG.info("{} is not moved to {}: {}", name, target.path(), cancelled ? "cancelled" : "the node stops");
        }
    }

    private static void finish(LogCopy copy, String name) {
        try {
            copy.finish();
        } catch (StorageException e) {
            LOG.warn("what {} was moved from is left to the next start: {}", name, e.getMessage());
        }
    }

    private static void abandon(LogCopy copy) {
        try {
            copy.abandon();
        } catch (StorageException e) {
            LOG.warn("a copy is left to the next start: {}", e.getMessage());
        }
    }

    /** False when it was ended. */
    private boolean copyAndSwitch(LogCopy copy, PartitionLog log) {
        while (!isOver()) {
            int copied = copy.copySome();
            moves.copied(copied, this::isOver);
            missingBytes = Math.max(0, log.sizeBytes() - copy.copiedBytes());
            if (copied >= NEAR_BYTES) {
                continue;
            }
            long before = copy.copiedBytes();
            boolean ready = copy.prepare();
            moves.copied(Math.max(0, copy.copiedBytes() - before), this::isOver);
            if (ready && switchOnLoop(copy, log)) {
                return true;
            }
            moves.pause(RETRY_MS, this::isOver);
        }
        return false;
    }

    /** What is neither done nor refused is nothing that can be lived with: it ends on the loop, which stops the node. */
    private boolean switchOnLoop(LogCopy copy, PartitionLog log) {
        CompletableFuture<Boolean> switched = new CompletableFuture<>();
        moves.loop().execute(() -> {
            try {
                switched.complete(isServed(log) && copy.trySwitch());
            } catch (StorageException e) {
                switched.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                switched.completeExceptionally(new StorageException("the switch failed", e));
                throw e;
            }
        });
        try {
            return switched.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StorageException refusal ? refusal : e;
        }
    }

    private boolean isServed(PartitionLog log) {
        Replica replica = moves.replicas().get(id.topicId(), id.partition());
        return replica != null && replica.log() == log && !replica.isOffline() && !isOver();
    }
}
