// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.marks.MarksFile;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.model.UnreadableDirectory;
import io.shiplog.storage.scrub.ScrubSettings;
import io.shiplog.storage.scrub.ScrubStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data directory: its stamp and lock, the logs in it, and what they share.
 *
 * <pre>
 *   .lock                    held while a process uses the directory
 *   stamp                    cluster id, node id, directory id
 *   lives                    which processes used it last
 *   marks-0, marks-1         flush marks, log starts, high watermarks, the clean mark
 *   index/                   RocksDB: what can be rebuilt
 *   TOPICID-PARTITION/       segments
 *   *.copying, *.arrived, *.leaving.ID   of logs on their way ({@link DirectoryCopies})
 *   ballast                  zeros, given up when the disk has no room left ({@link DiskSpace})
 *   *.deleted                directories on their way out
 *   *.damaged, *.stray       kept for inspection; never read
 * </pre>
 *
 * <p>Order of use: {@link DirectoryStamp#refuseOthers}, {@link #open}, {@link #recover}, {@link #stampAs}, {@link #beginLife}, {@link #markRunning}, logs, {@link #closeCleanly}.
 * Any thread; logs themselves belong to their loops.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final String STRAY_SUFFIX = ".stray";
    private static final long INDEX_FLUSH_INTERVAL_MS = 30_000;

    /** Those of many partitions are written less often, so that it stays at about 1 MB a second. */
    private static final long MARKS_PER_MS = 20;

    private final LogContext context;
    private final Runnable unlock;
    private final Map<PartitionKey, PartitionLog> logs = new ConcurrentHashMap<>();
    private final RecoveryProgress recoveryProgress;
    private final LaterRecovery later;
    private final PartitionRemoval removal;
    private final DirectoryCopies copies;
    private final NewLogs newLogs;
    private DirectoryStamp stamp;
    private final Uuid directoryId;
    private DirectoryLives lives;
    private long lastIndexFlushMs;
    private long lastMarksMs;
    private DirectoryScrub scrub;
    private boolean recovered;
    private boolean closed;

    private LogDirectory(LogContext context, Runnable unlock, DirectoryStamp stamp, DirectoryLives lives) {
        this.context = context;
        this.lives = lives;
        this.unlock = unlock;
        this.recoveryProgress = new RecoveryProgress(context.directory(), context.clock());
        this.later = new LaterRecovery(context, logs, recoveryProgress);
        this.removal = new PartitionRemoval(context);
        this.newLogs = new NewLogs(context);
        this.copies = new DirectoryCopies(this, context, logs, removal, newLogs);
        this.lastIndexFlushMs = context.clock().nowMs();
        this.lastMarksMs = lastIndexFlushMs;
        this.stamp = stamp;
        this.directoryId = stamp == null ? context.host().newDirectoryId() : stamp.directoryId();
    }

    /**
     * Opens a data directory, creating it if its parent is there, and takes its lock.
     *
     * @throws UnreadableDirectory when its disk does not answer, or the parent is not there
     * @throws StorageException when another process uses it, or its stamp is damaged
     */
    public static LogDirectory open(Path directory, LogDirectoryConfig config, StorageClock clock) {
        return open(directory, config, clock, new DiskLogFiles());
    }

    /** The same over another file port. */
    public static LogDirectory open(Path directory, LogDirectoryConfig config, StorageClock clock, LogFiles files) {
        return open(directory, config, clock, files, DirectoryHost.ofProcess());
    }

    /** Opens the index store of a data directory. */
    interface IndexStoreOpener {
        IndexStore open(LogFiles files, Path directory) throws IOException;
    }

    static LogDirectory open(
            Path directory, LogDirectoryConfig config, StorageClock clock, LogFiles files, IndexStoreOpener stores) {
        return open(directory, config, clock, files, new ProcessHost(stores));
    }

    /** The same with another host: for the simulator. */
    public static LogDirectory open(
            Path directory, LogDirectoryConfig config, StorageClock clock, LogFiles files, DirectoryHost host) {
        Runnable unlock = null;
        try {
            create(files, directory);
            unlock = host.lock(directory);
            DirectoryStamp stamp = StampFile.read(files, directory);
            DirectoryLives lives = LivesFile.read(files, directory);
            DiskSpace space = new DiskSpace(files, directory, clock, config.space());
            space.open();
            MarksFile marks = MarksFile.open(files, directory);
            IndexStore index = host.openIndex(files, directory);
            FailureLatch failure = new FailureLatch();
            String name = directory.getFileName().toString();
            Background background = new Background(host.backgroundWork(name), failure);
            LogContext context = new LogContext(
                    directory,
                    files,
                    new OpenFiles(files, config.maxOpenFiles()),
                    new TouchedLogs(),
                    clock,
                    config,
                    marks,
                    index,
                    new IndexCache(config.indexCacheBytes()),
                    host.flushWork(config.flushThreads(), name),
                    background,
                    failure,
                    new SyncTimes(),
                    space,
                    new DeletedFiles(directory, files, background, space),
                    new Integrity(failure),
                    host);
            return new LogDirectory(context, unlock, stamp, lives);
        } catch (IOException | StorageException e) {
            if (unlock != null) unlock.run();
            if (e instanceof StorageException refusal) throw refusal;
            throw new UnreadableDirectory("the data directory " + directory + " cannot be opened: " + e, e);
        }
    }

    /**
     * Its own entry has to survive a power loss too, or everything in it is gone. It is a new one until it has a stamp: it may have been made by a
     * process that died before it had synced that.
     */
    private static void create(LogFiles files, Path directory) throws IOException {
        boolean isNew = !files.exists(directory.resolve(StampFile.NAME));
        files.createDirectory(directory);
        if (isNew && directory.getParent() != null) files.syncDirectory(directory.getParent());
    }

    public Path path() {
        return context.directory();
    }

    /** Whether some node has used the directory before. It need not be open. */
    public static boolean isStamped(Path directory) {
        return Files.exists(directory.resolve(StampFile.NAME));
    }

    /** Bytes that may still be written to its file system. */
    public long usableBytes() {
        return context.directory().toFile().getUsableSpace();
    }

    /** Whose directory this is; empty before the first {@link #stampAs}. */
    public synchronized Optional<DirectoryStamp> stamp() {
        return Optional.ofNullable(stamp);
    }

    /** Whether it holds partitions, but no stamp that says whose they are. After {@link #recover}. */
    public synchronized boolean isNobodys() {
        return stamp == null && (!logs.isEmpty() || later.count() > 0);
    }

    /** Identifies this directory for as long as it exists; durable once stamped. */
    public Uuid directoryId() {
        return directoryId;
    }

    /**
     * Stamps a new directory, or checks that an old one is this node's.
     *
     * @throws StorageException when it belongs to another cluster or node
     */
    public synchronized void stampAs(String clusterId, int nodeId) {
        if (stamp == null) {
            DirectoryStamp mine = new DirectoryStamp(clusterId, nodeId, directoryId);
            try {
                StampFile.write(context.files(), context.directory(), mine);
            } catch (IOException e) {
                throw context.failure().fail("stamping " + context.directory(), e);
            }
            stamp = mine;
            LOG.info("Stamped {} for node {} of cluster {}", context.directory(), nodeId, clusterId);
            return;
        }
        if (!stamp.clusterId().equals(clusterId)) {
            throw new StorageException("the data directory " + context.directory() + " belongs to cluster "
                    + stamp.clusterId() + ", not to " + clusterId);
        }
        stamp.requireNode(context.directory(), nodeId);
    }

    /** Opens all logs of the directory, several at a time. Called once, before anything else is asked of the logs. */
    public synchronized RecoveryReport recover(RecoveryListener progress) {
        if (recovered) throw new IllegalStateException("the directory was recovered before");
        recovered = true;
        DirectoryRecovery recovery = new DirectoryRecovery(context, logs, later, copies, progress, recoveryProgress);
        RecoveryReport report;
        try {
            report = recovery.run();
        } catch (IOException e) {
            throw context.failure().fail("recovering " + context.directory(), e);
        }
        later.start();
        for (Path trash : recovery.trash()) removal.deleteInBackground(trash);
        long period = Math.max(1, context.config().marksIntervalMs());
        context.background().every(period, "checkpoint of " + context.directory(), () -> checkpoint(false));
        context.background()
                .every(
                        context.config().space().checkIntervalMs(),
                        "looking at the space of " + context.directory(),
                        this::lookAtSpace);
        return report;
    }

    /** Looks at how much room there is, and opens what waits for some. */
    void lookAtSpace() throws IOException {
        context.space().check();
        later.tryAgain();
    }

    /** Whether this directory has data of a partition whose log is not open yet: that takes long, or there is no room. Then it must not be created. */
    public boolean isHeldBack(Uuid topicId, int partition) {
        return later.isHeldBack(new PartitionKey(topicId, partition));
    }

    /** The partitions that are held back. */
    public Set<PartitionKey> heldBack() {
        return later.heldBack();
    }

    /**
     * Carries out an action, on a thread of the recovery, as soon as a partition that is held back is open, or its directory failed. False
     * when it will not be: it is open, or not here.
     */
    public boolean whenRecovered(Uuid topicId, int partition, Runnable action) {
        return later.whenDone(new PartitionKey(topicId, partition), action);
    }

    /** How far {@link #recover} is, and the opening of what was held back. */
    public RecoveryProgress recoveryProgress() {
        return recoveryProgress;
    }

    /** Whether there is a log of the partition, open or not yet. */
    boolean holds(PartitionKey key) {
        return logs.containsKey(key) || later.isHeldBack(key);
    }

    /** How many logs are open. */
    public int logCount() {
        return logs.size();
    }

    /** The logs that are open. */
    public Collection<PartitionLog> logs() {
        return List.copyOf(logs.values());
    }

    /** The log of a partition, null when this directory has none. */
    public PartitionLog log(Uuid topicId, int partition) {
        return logs.get(new PartitionKey(topicId, partition));
    }

    /**
     * Creates an empty log at offset 0, or returns the one that is there (with the new settings). Its directory becomes
     * durable with the first flush.
     *
     * @throws NoRoom when the process has no file descriptor left for it, or the disk no room
     */
    public synchronized PartitionLog create(TopicIdPartition partition, LogSettings settings) {
        context.failure().check();
        requireRecovered();
        PartitionKey key = new PartitionKey(partition.topicId(), partition.partition());
        if (later.isHeldBack(key)) throw new IllegalStateException(key.directoryName() + " has data and is not open");
        PartitionLog existing = logs.get(key);
        if (existing != null) {
            existing.updateSettings(settings);
            return existing;
        }
        copies.drop(key); // of a log that is gone by now
        PartitionLog log = newLogs.create(key, partition, settings);
        logs.put(key, log);
        return log;
    }

    /** Logs that come from other directories of the node, and those that have gone there. */
    public DirectoryCopies copies() {
        return copies;
    }

    /** Deletes a log: it is gone from the directory, durably, when this returns; its bytes go in the background. */
    public synchronized void delete(Uuid topicId, int partition) {
        Path aside = remove(new PartitionKey(topicId, partition), PartitionRemoval.DELETED);
        if (aside != null) removal.deleteInBackground(aside);
    }

    /** Takes a log out of use and keeps its files under another name, which is returned; null when there is no such log. */
    public synchronized Path setAside(Uuid topicId, int partition) {
        return remove(new PartitionKey(topicId, partition), STRAY_SUFFIX);
    }

    private Path remove(PartitionKey key, String suffix) {
        context.failure().check();
        copies.drop(key);
        if (later.cancel(key)) return removal.rename(key, suffix);
        PartitionLog log = logs.remove(key);
        return log == null ? null : removal.close(log, suffix);
    }

    /** Which processes used this directory last; before {@link #beginLife} those before this one. */
    public synchronized DirectoryLives lives() {
        return lives;
    }

    /**
     * Writes down, durably, that this process uses the directory. Call before the process registers: a registration that is accepted must be
     * known to every directory that took part in it.
     *
     * @param life higher than that of any directory of the node
     * @param incarnationId of the process
     */
    public synchronized void beginLife(long life, Uuid incarnationId) {
        context.failure().check();
        writeLives(lives.with(life, incarnationId));
    }

    private void writeLives(DirectoryLives next) {
        try {
            LivesFile.write(context.files(), context.directory(), next);
        } catch (IOException e) {
            throw context.failure().fail("writing the lives of " + context.directory(), e);
        }
        lives = next;
    }

    /**
     * Notes the registration and removes the clean mark, durably: from now on the directory counts as in use. Call after the registration was accepted and before the
     * first write.
     */
    public synchronized void markRunning(long brokerEpoch) {
        context.failure().check();
        if (!lives.incarnations().isEmpty()) writeLives(lives.accepted(brokerEpoch));
        boolean wasClean = context.marks().cleanBrokerEpoch() >= 0;
        try {
            context.marks().setClean(-1);
            context.marks().writeBothSlots();
        } catch (IOException e) {
            // Without a clean mark there is none to be removed, and the marks can wait for room.
            if (wasClean || !context.space().isOutOfSpace(e, 1)) {
                throw context.failure().fail("marking " + context.directory() + " as running", e);
            }
            context.space().noSpace(e);
        }
        copies.settle(Set.of());
        LOG.info("Data directory {} in use under broker epoch {}", context.directory(), brokerEpoch);
    }

    /** Flushes and checkpoints everything, sets the clean mark with the broker epoch, and closes. */
    public void closeCleanly(long brokerEpoch) {
        closeFiles(brokerEpoch);
    }

    /** Closes without a clean mark; what was not flushed is left to the operating system. */
    @Override
    public void close() {
        closeFiles(-1);
    }

    /**
     * Begins to write a few bytes to the disk now and then, so that a file system that takes nothing more is noticed even when nobody writes
     * to it. After {@link #recover}, once.
     */
    public void watch(long periodMs) {
        requireRecovered();
        DirectoryProbe probe = new DirectoryProbe(context.files(), context.directory());
        context.background().every(periodMs, "writing to " + context.directory(), () -> write(probe));
    }

    /** A disk without room for the probe's first bytes is full, and not lost. */
    private void write(DirectoryProbe probe) throws IOException {
        try {
            probe.write(context.clock());
        } catch (IOException e) {
            if (!context.space().isOutOfSpace(e, Long.BYTES)) throw e;
            context.space().noSpace(e);
        }
    }

    /** Is told, once, when failed I/O took the directory offline; at once if that has happened. Any thread. */
    public void onFailure(Consumer<StorageException> listener) {
        context.failure().listen(listener);
    }

    public boolean isOffline() {
        return context.failure().isOffline();
    }

    /** Is told, once for each segment, when something in an open log is not sound; at once of what was found before. Any thread. */
    public void onDamage(Consumer<LogDamage> listener) {
        context.integrity().listen(listener);
    }

    /** Begins to read every segment once per interval, and to check it. Once only, after {@link #recover}. */
    public synchronized void startScrub(ScrubSettings settings) {
        requireRecovered();
        if (scrub != null) throw new IllegalStateException("the scrub was started before");
        if (closed) return;
        context.integrity().trustReadsFor(settings.readTrustMs());
        scrub = new DirectoryScrub(context, logs, settings);
        scrub.start();
    }

    /** How far the scrub is; null before it was started. */
    public synchronized ScrubStatus scrubStatus() {
        return scrub == null ? null : scrub.status();
    }

    /** What is known not to be sound in open logs now. */
    public List<LogDamage> damages() {
        return context.integrity().known();
    }

    /** Segments of open logs in which something was found not to be sound, since the start. */
    public long damagesFound() {
        return context.integrity().found();
    }

    /** Partitions of which something was set aside, now or in an earlier life, and not removed since. */
    public List<PartitionKey> setAside() {
        try {
            return SetAside.partitions(context.files(), context.directory());
        } catch (IOException e) {
            throw context.failure().fail("listing " + context.directory(), e);
        }
    }

    /** Deletes, in the background, what was set aside of a partition: by now the log has it from elsewhere. */
    public void removeSetAside(Uuid topicId, int partition) {
        PartitionKey key = new PartitionKey(topicId, partition);
        context.background()
                .execute(
                        "removing what was set aside of " + key.directoryName(),
                        () -> SetAside.remove(context.files(), context.directory(), key));
    }

    /** Whether the index store has failed: until the next start indexes are built from segments then. */
    public boolean isIndexStoreOffline() {
        return context.index().isOffline();
    }

    /** How long this directory's syncs take. */
    public SyncTimes syncTimes() {
        return context.syncTimes();
    }

    /** Whether this directory has room. */
    public DiskSpace space() {
        return context.space();
    }

    /**
     * One round of housekeeping, on the background thread: marks, due checkpoints. Looks only at logs that something happened to.
     *
     * @param force takes the checkpoints of all logs, due or not
     */
    void checkpoint(boolean force) throws IOException {
        if (force) logs.values().forEach(log -> log.state().touch());
        for (int left = context.touched().size(); left > 0; left--) {
            LogState state = context.touched().poll();
            if (state == null) break;
            state.untouch();
            PartitionLog log = logs.get(state.key);
            if (log == null || log.state() != state) continue;
            log.checkpoints().tick(force);
            if (!log.checkpoints().isSettled()) state.touch();
        }
        long nowMs = context.clock().nowMs();
        long marksGapMs = context.marks().changes() / MARKS_PER_MS;
        if (force || marksGapMs <= context.config().marksIntervalMs() || nowMs - lastMarksMs >= marksGapMs) {
            lastMarksMs = nowMs;
            writeMarks();
        }
        if (nowMs - lastIndexFlushMs >= INDEX_FLUSH_INTERVAL_MS) {
            lastIndexFlushMs = nowMs;
            context.index().flush();
        }
    }

    /** On a disk that has no room they are written with the next round: until then the older ones hold, which promise less. */
    private void writeMarks() throws IOException {
        try {
            context.marks().write();
        } catch (IOException e) {
            if (!context.space().isOutOfSpace(e, 1)) throw e;
            context.space().noSpace(e);
        }
    }

    /** How many logs, or marks of logs, housekeeping has still to write down; 0 when a kill now would cost a start nothing. */
    public int housekeepingBacklog() {
        return context.touched().size() + context.marks().changes();
    }

    /** Native memory in bytes that the index stores of this process take besides a fixed cost, as they count it; -1 when it is not known. */
    public long indexMemoryBytes() {
        return context.index().memoryBytes();
    }

    /** Segment files that are open now. */
    public int openFileCount() {
        return context.openFiles().count();
    }

    /** Bytes of deleted files whose room is still to be given back. */
    public long deletedBytes() {
        return context.deleted().leftBytes();
    }

    LogContext context() {
        return context;
    }

    private void closeFiles(long cleanBrokerEpoch) {
        DirectoryScrub scrubbing;
        synchronized (this) {
            if (closed) return;
            closed = true;
            scrubbing = scrub;
        }
        later.stop();
        if (scrubbing != null) scrubbing.close();
        context.background().close();
        context.deleted().close();
        context.flusher().close();
        copies.close();
        boolean clean = cleanBrokerEpoch >= 0 && !context.failure().isOffline() && later.count() == 0;
        if (clean) {
            for (PartitionLog log : logs.values()) log.flush().flushNow();
        }
        try {
            if (clean && !context.failure().isOffline()) finishCleanly(cleanBrokerEpoch);
        } catch (IOException e) {
            context.failure().fail("closing " + context.directory(), e);
        }
        for (PartitionLog log : logs.values()) {
            log.state().close();
            log.start().release();
        }
        context.index().close();
        try {
            context.marks().close();
        } catch (IOException e) {
            LOG.warn("Closing the marks of {} failed: {}", context.directory(), e.toString());
        }
        unlock.run();
    }

    private void finishCleanly(long brokerEpoch) throws IOException {
        checkpoint(true);
        context.index().flush();
        context.marks().setClean(brokerEpoch);
        context.marks().write();
        LOG.info("Closed {} cleanly under broker epoch {}", context.directory(), brokerEpoch);
    }

    private synchronized void requireRecovered() {
        if (!recovered) throw new IllegalStateException("the directory was not recovered yet");
    }
}
