// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.BrokerRegistration.LogDirReport;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.compact.CleanableLog;
import io.shiplog.storage.compact.CleanerThreads;
import io.shiplog.storage.log.DamagedPartition;
import io.shiplog.storage.log.DirectoryLives;
import io.shiplog.storage.log.DiskSpace;
import io.shiplog.storage.log.LogDamage;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.MovedLogs;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.RecoveryReport;
import io.shiplog.storage.log.SyncTimes;
import io.shiplog.storage.metrics.StorageMetrics;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.ScrubSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All log directories of a node as one. Any thread; logs belong to their loops. A directory that fails takes only its own partitions with it,
 * unless it was the last. One that cannot be used at start is left out of everything until the next start; one that fails later stays where it
 * is, and its logs refuse.
 */
public final class LogDirectories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectories.class);
    /** There is no clean mark, or not the same one in every directory. */
    private static final long NOT_CLEAN = -1;

    private final List<LogDirectory> directories;
    private final List<Path> leftOut;
    private final DirectoryPlacement placement;
    /** Why directories failed, by their paths. */
    private final Map<Path, String> failures = new ConcurrentHashMap<>();

    /**
     * What all directories together know after recovery.
     *
     * @param cleanBrokerEpoch broker epoch under which all of them were closed in order; -1 when one was not
     * @param damaged partitions of which nothing can be vouched for; those that lack a part are served, and told to {@link #onDamage}
     */
    public record Recovered(long cleanBrokerEpoch, List<PartitionId> damaged) {}

    /** Hears of directories that fail while the node runs; on the thread that met the failure. */
    public interface FailureListener {
        /**
         * Failed I/O took a directory offline.
         *
         * @param partitions whose logs were in it
         * @param last whether no other directory is left
         */
        void onFailed(Path directory, List<PartitionId> partitions, boolean last, StorageException failure);
    }

    private LogDirectories(List<LogDirectory> opened, List<Path> leftOut) {
        this.directories = new CopyOnWriteArrayList<>(opened);
        this.leftOut = new CopyOnWriteArrayList<>(leftOut);
        this.placement = new DirectoryPlacement(directories);
    }

    /**
     * Opens and locks all directories, creating those of a new node that do not exist. Those whose disk does not answer are left out.
     *
     * @throws StorageException when one belongs to another node, is in use or is not to be used, or none can be; none is open then
     */
    public static LogDirectories open(int nodeId, List<Path> paths, LogDirectoryConfig config, StorageClock clock) {
        OpenedDirectories opened = OpenedDirectories.open(nodeId, paths, config, clock);
        return new LogDirectories(opened.opened(), opened.leftOut());
    }

    /** Directories that are open already. */
    public static LogDirectories of(List<LogDirectory> opened) {
        return new LogDirectories(opened, List.of());
    }

    /** Opens all logs, the directories side by side. */
    public Recovered recover() {
        Map<LogDirectory, FutureTask<RecoveryReport>> tasks = new HashMap<>();
        for (LogDirectory directory : directories) {
            FutureTask<RecoveryReport> task = new FutureTask<>(() -> directory.recover((done, total) -> {}));
            tasks.put(directory, task);
            if (directories.size() == 1) {
                task.run();
            } else {
                new Thread(task, "recovery-" + directory.path().getFileName()).start();
            }
        }
        List<RecoveryReport> reports = new ArrayList<>();
        onEach(directory -> reports.add(get(tasks.get(directory))));
        Set<PartitionKey> doubtful = MovedLogs.settle(directories);
        TwinLogs.resolve(directories);
        Recovered recovered = combined(reports);
        doubtful.forEach(key -> recovered.damaged().add(new PartitionId(key.topicId(), key.partition())));
        return recovered;
    }

    private static RecoveryReport get(FutureTask<RecoveryReport> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StorageException refusal) {
                throw refusal;
            }
            throw new IllegalStateException("recovery failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while the log directories were recovered", e);
        }
    }

    /**
     * Does something to every directory before the node serves. One that fails meanwhile is closed and left out.
     *
     * @throws StorageException when something was refused, or the last directory failed
     */
    private void onEach(Consumer<LogDirectory> action) {
        for (LogDirectory directory : List.copyOf(directories)) {
            try {
                action.accept(directory);
            } catch (StorageException e) {
                if (!directory.isOffline() || directories.size() == 1) {
                    throw e;
                }
                directories.remove(directory);
                leftOut.add(directory.path());
                failures.put(directory.path(), e.getMessage());
                directory.close();
                LOG.error("log directory {} is left out: {}", directory.path(), e.getMessage());
            }
        }
    }

    private static Recovered combined(List<RecoveryReport> reports) {
        long cleanEpoch = reports.get(0).cleanBrokerEpoch();
        List<PartitionId> damaged = new ArrayList<>();
        for (RecoveryReport report : reports) {
            if (!report.clean() || report.cleanBrokerEpoch() != cleanEpoch) {
                cleanEpoch = NOT_CLEAN;
            }
            for (DamagedPartition each : report.damaged()) {
                if (!each.isReportedAtRegistration()) {
                    continue;
                }
                damaged.add(new PartitionId(
                        each.partition().topicId(), each.partition().partition()));
            }
        }
        return new Recovered(cleanEpoch, damaged);
    }

    /**
     * Stamps new directories, and checks that the others are this node's; then writes down in all of them that this process uses them.
     *
     * @param incarnationId of the process
     * @throws StorageException when one belongs to another cluster or node, or holds partitions of nobody knows whom
     */
    public void stampAs(String clusterId, int nodeId, Uuid incarnationId) {
        for (LogDirectory directory : directories) {
            if (directory.isNobodys()) {
                throw new StorageException("the data directory " + directory.path()
                        + " holds partitions, but no stamp that says whose they are: empty it, and this node fetches its"
                        + " partitions from their leaders");
            }
        }
        onEach(directory -> directory.stampAs(clusterId, nodeId));
        long life = 0;
        for (LogDirectory directory : directories) {
            life = Math.max(life, directory.lives().life());
        }
        long next = life + 1;
        onEach(directory -> directory.beginLife(next, incarnationId));
    }

    /** The cluster id on the directories that have one; empty when they are all new. */
    public String clusterId() {
        for (LogDirectory directory : directories) {
            if (directory.stamp().isPresent()) {
                return directory.stamp().get().clusterId();
            }
        }
        return "";
    }

    /** Each for itself; those that are left out are not among them. */
    public List<LogDirectory> all() {
        return directories;
    }

    /** Paths of directories that could not be used at start. */
    public List<Path> leftOut() {
        return leftOut;
    }

    /** Why a directory failed; empty when it did not, or could not be opened at all. */
    public Optional<String> failure(Path directory) {
        return Optional.ofNullable(failures.get(directory));
    }

    /** The directory in which the open log of a partition is; null when there is none. */
    public Path pathOf(PartitionId id) {
        LogDirectory directory = holding(id);
        return directory == null ? null : directory.path();
    }

    public List<Uuid> ids() {
        return directories.stream().map(LogDirectory::directoryId).toList();
    }

    /** What the controller is told of the directories. */
    public List<LogDirReport> reports() {
        boolean several = directories.size() + leftOut.size() > 1;
        List<LogDirReport> reports = new ArrayList<>();
        for (LogDirectory directory : directories) {
            DirectoryLives lives = directory.lives();
            List<PartitionId> held = several ? List.copyOf(partitionsOf(directory)) : List.of();
            reports.add(new LogDirReport(directory.directoryId(), lives.incarnations(), held));
        }
        return reports;
    }

    public List<PartitionLog> logs() {
        List<PartitionLog> logs = new ArrayList<>();
        for (LogDirectory directory : directories) {
            logs.addAll(directory.logs());
        }
        return logs;
    }

    /** All partitions that there is data of: those with an open log, and those that are held back. */
    public List<PartitionId> partitions() {
        List<PartitionId> partitions = new ArrayList<>();
        directories.forEach(directory -> partitions.addAll(partitionsOf(directory)));
        return partitions;
    }

    /** Whose data are in the directory, their logs open or not yet. */
    static Set<PartitionId> partitionsOf(LogDirectory directory) {
        Set<PartitionId> partitions = new HashSet<>();
        for (PartitionKey key : directory.heldBack()) {
            partitions.add(new PartitionId(key.topicId(), key.partition()));
        }
        for (PartitionLog log : directory.logs()) {
            partitions.add(new PartitionId(log.topicId(), log.partition()));
        }
        return partitions;
    }

    /** Whether there is data of a partition whose log is not open yet; it must not be made anew. */
    public boolean isHeldBack(PartitionId id) {
        return directories.stream().anyMatch(directory -> directory.isHeldBack(id.topicId(), id.partition()));
    }

    /** Carries out an action when the log of a partition that is held back is open; false when that is not to be waited for. */
    public boolean whenRecovered(PartitionId id, Runnable action) {
        return directories.stream()
                .anyMatch(directory -> directory.whenRecovered(id.topicId(), id.partition(), action));
    }

    /** All logs as cleaner threads see them. */
    public List<CleanableLog> cleanable() {
        List<CleanableLog> logs = new ArrayList<>();
        for (LogDirectory directory : directories) {
            for (PartitionLog log : directory.logs()) {
                logs.add(log.cleanable());
            }
        }
        return logs;
    }

    /** The log of a partition; null when there is none. */
    public PartitionLog log(Uuid topicId, int partition) {
        PartitionLog log = firstLog(topicId, partition);
        // It may have moved to a directory that was passed over before it was there.
        return log != null ? log : firstLog(topicId, partition);
    }

    private PartitionLog firstLog(Uuid topicId, int partition) {
        for (LogDirectory directory : directories) {
            PartitionLog log = directory.log(topicId, partition);
            if (log != null) {
                return log;
            }
        }
        return null;
    }

    /** The directory in which the open log of a partition is; null when there is none, or it is just moving on. */
    LogDirectory holding(PartitionId id) {
        for (LogDirectory directory : directories) {
            if (directory.log(id.topicId(), id.partition()) != null) {
                return directory;
            }
        }
        return null;
    }

    /** Where a log that is not here yet is to be made, once. */
    void prefer(PartitionId id, LogDirectory directory) {
        placement.prefer(id, directory);
    }

    /**
     * The log of a partition, made where there is most room for it when there is none; null while it is held back.
     *
     * @throws io.shiplog.storage.model.NoRoom when it cannot be made for the time being
     */
    public PartitionLog logOrNew(TopicIdPartition partition, LogSettings settings) {
        // In this order: a log is among the open ones before it ceases to be held back.
        PartitionId id = new PartitionId(partition.topicId(), partition.partition());
        boolean heldBack = isHeldBack(id);
        PartitionLog log = log(partition.topicId(), partition.partition());
        boolean known = log != null || heldBack;
        return known ? log : placement.place(id, directory -> directory.create(partition, settings));
    }

    /** Deletes the log of a partition. In a directory that failed it is found, and deleted, when that one is usable again. */
    public void delete(PartitionId id) {
        for (LogDirectory directory : directories) {
            boolean here = directory.isHeldBack(id.topicId(), id.partition())
                    || directory.log(id.topicId(), id.partition()) != null
                    || directory.copies().has(new PartitionKey(id.topicId(), id.partition()));
            if (here && !directory.isOffline()) {
                deleteFrom(directory, id);
            }
        }
    }

    private static void deleteFrom(LogDirectory directory, PartitionId id) {
        try {
            directory.delete(id.topicId(), id.partition());
        } catch (StorageException e) {
            if (!directory.isOffline()) {
                throw e;
            }
            LOG.warn("{}-{} is not deleted: {}", id.topicId(), id.partition(), e.getMessage());
        }
    }

    /** The paths of the directories, in a fixed order. */
    public List<Path> paths() {
        return directories.stream().map(LogDirectory::path).toList();
    }

    /** How long the syncs of each directory take, in the order of {@link #paths}. */
    public List<SyncTimes> syncTimes() {
        return directories.stream().map(LogDirectory::syncTimes).toList();
    }

    /** What flushes of logs took on average since the last call, in ms, on the disk where they took longest; negative when there were none. Any thread. */
    public double takeFlushMs() {
        double slowest = -1;
        for (LogDirectory directory : directories) {
            slowest = Math.max(slowest, directory.syncTimes().takeFlushMs());
        }
        return slowest;
    }

    /** Whether each directory has room, in the order of {@link #paths}. */
    public List<DiskSpace> spaces() {
        return directories.stream().map(LogDirectory::space).toList();
    }

    /** Their numbers, and those of the threads that clean them. */
    public StorageMetrics metrics(CleanerThreads cleaners) {
        return new StorageMetrics(directories, leftOut::size, cleaners);
    }

    /**
     * From now on the directories count as in use; before the first write.
     *
     * @param brokerEpoch of the registration that was accepted
     * @throws StorageException when one of them has seen that epoch, or a later one: the quorum has forgotten metadata that this node acted on
     */
    public void markRunning(long brokerEpoch) {
        for (LogDirectory directory : directories) {
            long known = directory.lives().brokerEpoch();
            if (known >= brokerEpoch) {
                throw new StorageException("the data directory " + directory.path() + " was in use under broker epoch "
                        + known + ", and the quorum has given epoch " + brokerEpoch
                        + " to this node now: its metadata were"
                        + " taken back, as by a restore from an older copy. No log was deleted");
            }
        }
        onEach(directory -> directory.markRunning(brokerEpoch));
    }

    /** Notices within about this time when a disk takes no more writes. */
    public void watch(long periodMs) {
        directories.forEach(directory -> directory.watch(periodMs));
    }

    /** From now on the listener hears of directories that fail; at once of those that have failed since they were marked as running. */
    public void onFailure(FailureListener listener) {
        for (LogDirectory directory : directories) {
            directory.onFailure(failure -> {
                failures.put(directory.path(), failure.getMessage());
                boolean last = directories.stream().allMatch(LogDirectory::isOffline);
                listener.onFailed(directory.path(), List.copyOf(partitionsOf(directory)), last, failure);
            });
        }
    }

    /** Is told when something in an open log is not sound. Any thread. */
    public void onDamage(Consumer<LogDamage> listener) {
        for (LogDirectory directory : directories) {
            directory.onDamage(listener);
        }
    }

    /** Begins to look for rot; after recovery. */
    public void startScrub(ScrubSettings settings) {
        for (LogDirectory directory : directories) {
            directory.startScrub(settings);
        }
    }

    /** Partitions of which something was set aside, now or in an earlier life, and not removed since. */
    public List<PartitionId> setAside() {
        List<PartitionId> all = new ArrayList<>();
        for (LogDirectory directory : directories) {
            directory.setAside().forEach(key -> all.add(new PartitionId(key.topicId(), key.partition())));
        }
        return all;
    }

    /** What was set aside of a partition is not needed any more. */
    public void removeSetAside(PartitionId id) {
        for (LogDirectory directory : directories) {
            directory.removeSetAside(id.topicId(), id.partition());
        }
    }

    /** Flushes everything and leaves a clean mark in each directory that did not fail. */
    public void closeCleanly(long brokerEpoch) {
        for (LogDirectory directory : directories) {
            directory.closeCleanly(brokerEpoch);
        }
    }

    /** Closes without a clean mark. */
    @Override
    public void close() {
        directories.forEach(LogDirectory::close);
    }
}
