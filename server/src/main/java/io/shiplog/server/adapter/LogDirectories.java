// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.compact.CleanableLog;
import io.shiplog.storage.log.DamagedPartition;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.RecoveryReport;
import io.shiplog.storage.log.SyncTimes;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/**
 * All log directories of a node as one. Any thread; logs belong to their loops. A directory that fails takes the node with it
 * (who listens to {@link #onFailure} sees to that).
 */
public final class LogDirectories implements AutoCloseable {
    /** There is no clean mark, or not the same one in every directory. */
    private static final long NOT_CLEAN = -1;

    private final List<LogDirectory> directories;

    /**
     * What all directories together know after recovery.
     *
     * @param cleanBrokerEpoch broker epoch under which all of them were closed in order; -1 when one was not
     * @param damaged partitions whose data cannot be vouched for
     */
    public record Recovered(long cleanBrokerEpoch, List<PartitionId> damaged) {}

    private LogDirectories(List<LogDirectory> directories) {
        this.directories = directories;
    }

    /**
     * Opens and locks all directories, creating those that do not exist.
     *
     * @throws StorageException when one cannot be used; none is open then
     */
    public static LogDirectories open(List<Path> paths, LogDirectoryConfig config, StorageClock clock) {
        List<LogDirectory> opened = new ArrayList<>();
        try {
            for (Path path : paths) {
                createParents(path.toAbsolutePath());
                opened.add(LogDirectory.open(path.toAbsolutePath(), config, clock));
            }
            return new LogDirectories(List.copyOf(opened));
        } catch (IOException e) {
            opened.forEach(LogDirectory::close);
            throw new StorageException("the parent of a log directory cannot be created: " + e, e);
        } catch (StorageException e) {
            opened.forEach(LogDirectory::close);
            throw e;
        }
    }

    /** A directory that is not synced into its parent may be gone after a power loss, with all that was acknowledged in it. */
    private static void createParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        if (!Files.isDirectory(parent)) {
            createParents(parent);
            Files.createDirectory(parent);
        }
        if (parent.getParent() != null && Files.isReadable(parent.getParent())) {
            try (FileChannel channel = FileChannel.open(parent.getParent(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Opens all logs, the directories side by side. */
    public Recovered recover() {
        List<FutureTask<RecoveryReport>> tasks = new ArrayList<>();
        for (LogDirectory directory : directories) {
            FutureTask<RecoveryReport> task = new FutureTask<>(() -> directory.recover((done, total) -> {}));
            tasks.add(task);
            new Thread(task, "recovery-" + directory.path().getFileName()).start();
        }
        List<RecoveryReport> reports = new ArrayList<>();
        for (FutureTask<RecoveryReport> task : tasks) {
            reports.add(get(task));
        }
        refuseTwins();
        return combined(reports);
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

    private void refuseTwins() {
        Set<PartitionId> seen = new HashSet<>();
        for (LogDirectory directory : directories) {
            for (PartitionId id : partitionsOf(directory)) {
                if (!seen.add(id)) {
                    throw new StorageException("partition " + id.topicId() + "-" + id.partition()
                            + " is in two log directories, one of them " + directory.path());
                }
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
                damaged.add(new PartitionId(
                        each.partition().topicId(), each.partition().partition()));
            }
        }
        return new Recovered(cleanEpoch, damaged);
    }

    /**
     * Stamps new directories, and checks that the others are this node's.
     *
     * @throws StorageException when one belongs to another cluster or node
     */
    public void stampAs(String clusterId, int nodeId) {
        for (LogDirectory directory : directories) {
            directory.stampAs(clusterId, nodeId);
        }
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

    /** Each for itself. */
    List<LogDirectory> all() {
        return directories;
    }

    public List<Uuid> ids() {
        return directories.stream().map(LogDirectory::directoryId).toList();
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

    private static Set<PartitionId> partitionsOf(LogDirectory directory) {
        Set<PartitionId> partitions = new HashSet<>();
        for (PartitionKey key : directory.heldBack()) {
            partitions.add(new PartitionId(key.topicId(), key.partition()));
        }
        for (PartitionLog log : directory.logs()) {
            partitions.add(new PartitionId(log.topicId(), log.partition()));
        }
        return partitions;
    }

    /** Whether there is data of a partition whose log is not open yet, or is not going to be; it must not be made anew. */
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
        for (LogDirectory directory : directories) {
            PartitionLog log = directory.log(topicId, partition);
            if (log != null) {
                return log;
            }
        }
        return null;
    }

    /** The log of a partition, made where the fewest logs are when there is none; null while it is held back. */
    public PartitionLog logOrNew(TopicIdPartition partition, LogSettings settings) {
        // In this order: a log is among the open ones before it ceases to be held back.
        boolean heldBack = isHeldBack(new PartitionId(partition.topicId(), partition.partition()));
        PartitionLog log = log(partition.topicId(), partition.partition());
        if (log != null || heldBack) {
            return log;
        }
        LogDirectory emptiest = directories.get(0);
        for (LogDirectory directory : directories) {
            if (directory.logs().size() < emptiest.logs().size()) {
                emptiest = directory;
            }
        }
        return emptiest.create(partition, settings);
    }

    public void delete(PartitionId id) {
        for (LogDirectory directory : directories) {
            if (directory.isHeldBack(id.topicId(), id.partition())
                    || directory.log(id.topicId(), id.partition()) != null) {
                directory.delete(id.topicId(), id.partition());
            }
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

    /** From now on the directories count as in use; before the first write. */
    public void markRunning(long brokerEpoch) {
        for (LogDirectory directory : directories) {
            directory.markRunning(brokerEpoch);
        }
    }

    /** Is told, once per directory, when failed I/O took it offline. */
    public void onFailure(Consumer<StorageException> listener) {
        for (LogDirectory directory : directories) {
            directory.onFailure(listener);
        }
    }

    /** Flushes everything and leaves a clean mark in each directory. */
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
