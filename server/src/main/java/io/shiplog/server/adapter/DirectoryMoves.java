// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.server.api.LogDirMoves;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves replicas between the directories of their node, one at a time into each directory, on a thread of that directory. The replica serves
 * meanwhile, and stays leader or in sync ({@link io.shiplog.storage.log.LogCopy}). A move that the end of the node interrupts begins anew with
 * the next start.
 */
public final class DirectoryMoves implements LogDirMoves, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryMoves.class);
    private static final long IDLE_S = 10;
    private static final long CLOSE_TIMEOUT_S = 30;
    private static final long LONGEST_PAUSE_MS = 200;

    private final int nodeId;
    private final LogDirectories directories;
    private final ReplicaSet replicas;
    private final EventLoop loop;
    private final Supplier<MetadataImage> image;
    private final Executor off;
    private final Consumer<Throwable> escaped;
    private final RateLimit limit = new RateLimit();
    private final AtomicLong movedReplicas = new AtomicLong();
    private final AtomicLong failedMoves = new AtomicLong();
    private final AtomicLong copiedBytes = new AtomicLong();

    /** Moves that go on or wait, the last one of each partition. Changed under the lock, as the threads are. */
    private final Map<PartitionId, DirectoryMove> moves = new ConcurrentHashMap<>();

    private final Map<LogDirectory, ThreadPoolExecutor> threads = new HashMap<>();
    private volatile boolean closed;

    /**
     * Joins the parts; nothing is done yet.
     *
     * @param off runs what may wait for a disk
     * @param escaped told of what nobody expected
     */
    public DirectoryMoves(
            int nodeId,
            LogDirectories directories,
            ReplicaSet replicas,
            EventLoop loop,
            Supplier<MetadataImage> image,
            Executor off,
            Consumer<Throwable> escaped) {
        this.nodeId = nodeId;
        this.directories = directories;
        this.replicas = replicas;
        this.loop = loop;
        this.image = image;
        this.off = off;
        this.escaped = escaped;
    }

    // ---- what is wanted

    @Override
    public CompletableFuture<List<Errors>> move(List<Wanted> wanted) {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<Errors> errors = new ArrayList<>(wanted.size());
                    wanted.forEach(each -> errors.add(move(each)));
                    return errors;
                },
                off);
    }

    private synchronized Errors move(Wanted wanted) {
        LogDirectory target = directoryAt(wanted.path());
        if (target == null || target.isOffline()) {
            boolean known = target != null
                    || directories.leftOut().stream()
                            .anyMatch(path -> path.toString().equals(wanted.path()));
            return known ? Errors.KAFKA_STORAGE_ERROR : Errors.LOG_DIR_NOT_FOUND;
        }
        TopicImage topic = image.get().topic(wanted.topic());
        if (topic == null || topic.partition(wanted.partition()) == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        PartitionId id = new PartitionId(topic.id(), wanted.partition());
        LogDirectory source = directories.holding(id);
        if (source == null) {
            // When it comes here, it comes to this directory.
            directories.prefer(id, target);
            return Errors.REPLICA_NOT_AVAILABLE;
        }
        if (source.isOffline()) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        return source == target ? stay(id) : go(id, source, target);
    }

    private LogDirectory directoryAt(String path) {
        for (LogDirectory directory : directories.all()) {
            if (directory.path().toString().equals(path)) {
                return directory;
            }
        }
        return null;
    }

    private Errors stay(PartitionId id) {
        DirectoryMove running = moves.get(id);
        if (running != null) {
            running.cancel();
            notifyAll();
        }
        return Errors.NONE;
    }

    private Errors go(PartitionId id, LogDirectory source, LogDirectory target) {
        DirectoryMove running = moves.get(id);
        if (running != null && running.target() == target && !running.isCancelled()) {
            return Errors.NONE;
        }
        PartitionLog log = source.log(id.topicId(), id.partition());
        long bytes = log == null ? 0 : log.sizeBytes();
        if (!hasRoomFor(bytes, target)) {
            LOG.warn("{}-{} is not moved to {}: no room", id.topicId(), id.partition(), target.path());
            return Errors.KAFKA_STORAGE_ERROR;
        }
        if (running != null) {
            running.cancel();
            notifyAll();
        }
        start(new DirectoryMove(this, id, target, bytes), running);
        return Errors.NONE;
    }

    private boolean hasRoomFor(long bytes, LogDirectory target) {
        long wanted = bytes;
        for (DirectoryMove move : moves.values()) {
            wanted += move.target() == target ? move.missingBytes() : 0;
        }
        try {
            return target.space().hasRoomFor(wanted);
        } catch (IOException e) {
            LOG.warn("the file system of {} does not tell its size: {}", target.path(), e.toString());
            return false;
        }
    }

    /** Begins moves anew that the last end of the node interrupted. When the replicas are there. */
    public synchronized void resume() {
        for (LogDirectory target : directories.all()) {
            for (PartitionKey key : target.copies().interrupted()) {
                PartitionId id = new PartitionId(key.topicId(), key.partition());
                if (!directories.whenRecovered(id, () -> off.execute(() -> resume(id, target)))) {
                    resume(id, target);
                }
            }
        }
    }

    private synchronized void resume(PartitionId id, LogDirectory target) {
        LogDirectory source = directories.holding(id);
        if (source != null && source != target && !target.isOffline() && !moves.containsKey(id)) {
            LOG.info("the move of {}-{} to {} begins anew", id.topicId(), id.partition(), target.path());
            start(new DirectoryMove(this, id, target, 0), null);
        }
    }

    // ---- what goes on

    /** @param before what has to end first; null for nothing */
    private void start(DirectoryMove move, DirectoryMove before) {
        moves.put(move.id(), move);
        if (before == null) {
            execute(move);
        } else {
            var unused = before.ended().thenRun(() -> execute(move));
        }
    }

    private synchronized void execute(DirectoryMove move) {
        if (closed) {
            moves.remove(move.id(), move);
            return;
        }
        threads.computeIfAbsent(move.target(), this::threadFor).execute(() -> {
            try {
                move.run();
            } catch (RuntimeException | Error e) {
                escaped.accept(e);
            }
        });
    }

    private ThreadPoolExecutor threadFor(LogDirectory target) {
        String name = "log-mover-" + nodeId + "-" + target.path().getFileName();
        ThreadPoolExecutor thread = new ThreadPoolExecutor(
                1, 1, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> new Thread(task, name));
        thread.allowCoreThreadTimeOut(true);
        return thread;
    }

    LogDirectories directories() {
        return directories;
    }

    ReplicaSet replicas() {
        return replicas;
    }

    EventLoop loop() {
        return loop;
    }

    boolean isClosed() {
        return closed;
    }

    synchronized void onEnd(DirectoryMove move) {
        moves.remove(move.id(), move);
    }

    void moved() {
        movedReplicas.incrementAndGet();
    }

    void failed() {
        failedMoves.incrementAndGet();
    }

    /** Counts bytes, and waits as long as {@code replica.alter.log.dirs.io.max.bytes.per.second} wants it. */
    void copied(long bytes, BooleanSupplier ended) {
        copiedBytes.addAndGet(bytes);
        limit.take(bytes, nowMs());
        for (long waitMs = waitMs(); waitMs > 0 && !ended.getAsBoolean(); waitMs = waitMs()) {
            pause(Math.min(waitMs, LONGEST_PAUSE_MS), ended);
        }
    }

    /** The rate may change while somebody waits. */
    private long waitMs() {
        ThrottleSettings.apply(BrokerConfigs.ALTER_LOG_DIRS_RATE, image.get(), nodeId, limit, nowMs());
        return limit.waitMs(nowMs());
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Does nothing for so long, unless the move is ended meanwhile. */
    synchronized void pause(long ms, BooleanSupplier ended) {
        long until = nowMs() + ms;
        try {
            for (long left = ms; left > 0 && !closed && !ended.getAsBoolean(); left = until - nowMs()) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many moves go on or wait, how many replicas were moved, how many moves came to nothing, and bytes that were copied. */
    public SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        values.put("ReplicaAlterLogDirs.Moves", moves::size);
        values.put("ReplicaAlterLogDirs.MovedReplicas", movedReplicas::get);
        values.put("ReplicaAlterLogDirs.FailedMoves", failedMoves::get);
        values.put("ReplicaAlterLogDirs.CopiedBytes", copiedBytes::get);
        return values;
    }

    /** Ends what goes on, and returns whether it has ended. While the loop still runs; not on it. */
    public boolean stop() {
        List<ThreadPoolExecutor> running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = List.copyOf(threads.values());
        }
        boolean ended = true;
        for (ThreadPoolExecutor thread : running) {
            thread.shutdown();
            try {
                ended &= thread.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        if (!ended) {
            LOG.warn("moves of replicas between directories did not end within {} s", CLOSE_TIMEOUT_S);
        }
        return ended;
    }

    @Override
    public void close() {
        var unused = stop();
    }
}
