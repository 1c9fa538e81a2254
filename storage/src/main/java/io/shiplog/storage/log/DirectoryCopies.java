// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;

/**
 * The logs that are coming into a data directory from another one of the node, those that have left it for one, and the empty files that tell a
 * start which of two logs of a partition counts (decision 155):
 *
 * <pre>
 *   KEY.copying        the log KEY in this directory is not complete, and counts for nothing
 *   KEY.arrived        it is complete and on the disk; the one that it was copied from may still be there
 *   KEY.leaving.ID     the log KEY of this directory is going to the directory ID, or has gone there
 * </pre>
 *
 * The log in the new directory counts from the moment in which {@code copying} has durably become {@code arrived} while {@code leaving} is
 * there; an {@code arrived} without {@code leaving} beside another log of the partition is one that was given up. Any thread; what
 * changes which logs there are goes under the lock of the directory.
 */
public final class DirectoryCopies {
    private static final String COPYING = ".copying";
    private static final String ARRIVED = ".arrived";
    private static final String LEAVING = ".leaving.";

    private final Object lock;
    private final LogContext context;
    private final Map<PartitionKey, PartitionLog> logs;
    private final PartitionRemoval removal;
    private final NewLogs newLogs;
    private final Map<PartitionKey, PartitionLog> copies = new ConcurrentHashMap<>();
    /** Logs that go on in another directory; their files are still here. */
    private final Map<PartitionKey, Left> left = new ConcurrentHashMap<>();

    /** @param target directory that it goes on in */
    private record Left(PartitionLog log, Uuid target) {}

    /** What the files said at the start. */
    private final Set<PartitionKey> unfinished = new HashSet<>();

    private final Set<PartitionKey> arrived = new HashSet<>();
    private final Map<PartitionKey, Uuid> leaving = new HashMap<>();

    /** @param logs those of the directory that are open */
    DirectoryCopies(
            Object lock,
            LogContext context,
            Map<PartitionKey, PartitionLog> logs,
            PartitionRemoval removal,
            NewLogs newLogs) {
        this.lock = lock;
        this.context = context;
        this.logs = logs;
        this.removal = removal;
        this.newLogs = newLogs;
    }

    // ---- at the start

    /** Takes note of an entry of the directory, if it is one of the files above. */
    void found(String name) {
        int at = name.indexOf(LEAVING);
        if (at > 0) {
            PartitionKey key = PartitionKey.parse(name.substring(0, at));
            Uuid target = idOf(name.substring(at + LEAVING.length()));
            if (key != null) leaving.put(key, target);
        } else if (name.endsWith(COPYING)) {
            PartitionKey key = PartitionKey.parse(name.substring(0, name.length() - COPYING.length()));
            if (key != null) unfinished.add(key);
        } else if (name.endsWith(ARRIVED)) {
            PartitionKey key = PartitionKey.parse(name.substring(0, name.length() - ARRIVED.length()));
            if (key != null) arrived.add(key);
        }
    }

    private static Uuid idOf(String text) {
        try {
            return Uuid.fromString(text);
        } catch (IllegalArgumentException e) {
            return Uuid.ZERO_UUID; // no directory has that id: whether the log counts cannot be said
        }
    }

    boolean isUnfinished(PartitionKey key) {
        return unfinished.contains(key);
    }

    /** Moves what was copied of unfinished ones out of the way, and returns where it is. Nothing vouches for it any more. */
    List<Path> setUnfinishedAside() throws IOException {
        List<Path> aside = new ArrayList<>();
        for (PartitionKey key : unfinished) {
            context.marks().remove(key);
            context.index().forgetPartition(key);
            Path path = context.directory().resolve(key.directoryName());
            if (context.files().exists(path)) {
                Path target = removal.freeName(key, PartitionRemoval.DELETED);
                context.files().rename(path, target);
                aside.add(target);
            }
        }
        if (!aside.isEmpty()) context.files().syncDirectory(context.directory());
        return aside;
    }

    /** The marks of unfinished ones are gone from the disk: so may be the files that say what they were. */
    void forgetUnfinished() throws IOException {
        for (PartitionKey key : unfinished) context.files().delete(marker(key, COPYING));
        if (!unfinished.isEmpty()) context.files().syncDirectory(context.directory());
    }

    /** Logs that were on their way into this directory when the node stopped; what there was of them is gone. */
    public Set<PartitionKey> interrupted() {
        return Set.copyOf(unfinished);
    }

    /** Whether the log of the partition came here as a copy, and the end of that move was not seen before the start. */
    public boolean hasArrived(PartitionKey key) {
        return arrived.contains(key);
    }

    /** All of which {@link #hasArrived}. */
    Set<PartitionKey> arrived() {
        return Set.copyOf(arrived);
    }

    /** Logs that may count no longer, and the directories that they went to, or were about to go to. */
    public Map<PartitionKey, Uuid> leaving() {
        return Map.copyOf(leaving);
    }

    /** It has been settled which logs count: removes the files that told so; those of a partition that is not to be forgotten stay. */
    public void settle(Set<PartitionKey> notYet) {
        try {
            for (PartitionKey key : arrived) context.files().delete(marker(key, ARRIVED));
            for (Map.Entry<PartitionKey, Uuid> each : leaving.entrySet()) {
                if (!notYet.contains(each.getKey()))
                    context.files().delete(leavingFile(each.getKey(), each.getValue()));
            }
            if (!arrived.isEmpty() || !leaving.isEmpty()) context.files().syncDirectory(context.directory());
            arrived.clear();
            leaving.keySet().retainAll(notYet);
        } catch (IOException e) {
            throw context.failure().fail("settling what moved in " + context.directory(), e);
        }
    }

    // ---- a log comes

    /**
     * Begins an empty log that counts for nothing until {@link #arrive}.
     *
     * @throws NoRoom when the disk has none
     */
    PartitionLog begin(PartitionKey key, String topic, LogSettings settings) {
        synchronized (lock) {
            context.failure().check();
            if (logs.containsKey(key) || copies.containsKey(key)) {
                throw new StorageException(key.directoryName() + " is in " + context.directory() + " already");
            }
            try {
                Path marker = marker(key, COPYING);
                if (context.files().exists(context.directory().resolve(key.directoryName()))) {
                    removal.deleteInBackground(removal.rename(key, PartitionRemoval.DELETED));
                }
                context.files().delete(marker(key, ARRIVED));
                if (!context.files().exists(marker))
                    context.files().create(marker).close();
                context.files().syncDirectory(context.directory());
                PartitionLog copy = newLogs.make(key, topic, settings);
                copies.put(key, copy);
                return copy;
            } catch (IOException e) {
                if (!context.space().isOutOfSpace(e, 1) && !OpenFiles.isOutOfDescriptors(e)) {
                    throw context.failure().fail("beginning a copy of " + key.directoryName(), e);
                }
                throw new NoRoom("a copy of " + key.directoryName() + " cannot be begun: " + e, e);
            }
        }
    }

    /** From now on the copy counts. Only a log that {@link #leave} was called for in the other directory. */
    void arrive(PartitionKey key) throws IOException {
        context.files().rename(marker(key, COPYING), marker(key, ARRIVED));
        context.files().syncDirectory(context.directory());
    }

    /** The log goes on with the copy: it is one of this directory like any other. */
    void take(PartitionKey key, PartitionLog log) {
        copies.remove(key);
        logs.put(key, log);
    }

    /** The log that it was copied from is gone. A power loss may bring the file back, which the next start removes. */
    void forgetArrival(PartitionKey key) {
        try {
            context.files().delete(marker(key, ARRIVED));
        } catch (IOException e) {
            throw context.failure().fail("forgetting where " + key.directoryName() + " came from", e);
        }
    }

    // ---- a log goes

    /** Durable, before the copy in the other directory counts. */
    void leave(PartitionKey key, Uuid target) {
        try {
            Path file = leavingFile(key, target);
            context.files().delete(marker(key, ARRIVED)); // that move is over: only one of the two may be told of
            if (!context.files().exists(file)) context.files().create(file).close();
            context.files().syncDirectory(context.directory());
        } catch (IOException e) {
            if (context.space().isOutOfSpace(e, 1)) {
                throw new NoRoom("it cannot be noted where " + key.directoryName() + " goes: " + e, e);
            }
            throw context.failure().fail("noting where " + key.directoryName() + " goes", e);
        }
    }

    /** Removes what {@link #leave} wrote. Durable, before anything is appended here again: the log stays, whatever the other directory holds. */
    void stay(PartitionKey key, Uuid target) {
        try {
            context.files().delete(leavingFile(key, target));
            context.files().syncDirectory(context.directory());
        } catch (IOException e) {
            throw context.failure().fail("noting that " + key.directoryName() + " stays", e);
        }
    }

    /** The log goes on in another directory; what it was made of here is to be removed. */
    void letGo(PartitionKey key, PartitionLog parts, Uuid target) {
        left.put(key, new Left(parts, target));
        logs.remove(key);
    }

    // ---- the end

    /** Removes what was copied of a log, and what one has left that went; durably gone when this returns. Nothing happens when there is neither. */
    void drop(PartitionKey key) {
        synchronized (lock) {
            PartitionLog copy = copies.remove(key);
            if (copy != null) drop(key, copy);
            removeLeft(key);
        }
    }

    private void drop(PartitionKey key, PartitionLog copy) {
        if (context.failure().isOffline()) {
            copy.state().close();
            return;
        }
        Path aside = removal.close(copy, PartitionRemoval.DELETED);
        try {
            // As long as marks may tell of a directory that is gone, the file says that nobody misses it.
            if (!context.marks().mayTellOf(key)) {
                context.files().delete(marker(key, COPYING));
                context.files().delete(marker(key, ARRIVED));
                context.files().syncDirectory(context.directory());
            }
        } catch (IOException e) {
            throw context.failure().fail("dropping a copy of " + key.directoryName(), e);
        }
        if (aside != null) removal.deleteInBackground(aside);
    }

    /** Removes the files of a log that goes on elsewhere. */
    void removeLeft(PartitionKey key) {
        synchronized (lock) {
            Left gone = left.remove(key);
            if (gone == null) return;
            context.failure().check();
            Path aside = removal.close(gone.log(), PartitionRemoval.DELETED);
            stay(key, gone.target());
            if (aside != null) removal.deleteInBackground(aside);
        }
    }

    /** Whether something of the partition is here that is no log of this directory: it comes, or has gone. */
    public boolean has(PartitionKey key) {
        return copies.containsKey(key) || left.containsKey(key);
    }

    /** The logs that are being copied into this directory, as far as they are. */
    public List<PartitionLog> underWay() {
        return List.copyOf(copies.values());
    }

    /** The node stops; what is unfinished is dropped by the next start. */
    void close() {
        for (Map.Entry<PartitionKey, PartitionLog> each : copies.entrySet()) {
            each.getValue().state().close();
            each.getValue().start().release();
            context.marks().remove(each.getKey());
        }
    }

    private Path marker(PartitionKey key, String suffix) {
        return context.directory().resolve(key.directoryName() + suffix);
    }

    private Path leavingFile(PartitionKey key, Uuid target) {
        return target.equals(Uuid.ZERO_UUID) ? marker(key, LEAVING) : marker(key, LEAVING + target);
    }
}
