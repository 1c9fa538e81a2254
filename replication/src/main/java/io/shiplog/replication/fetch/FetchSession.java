// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.util.HashMap;
import java.util.Map;

/**
 * The partitions of one fetcher and what it knows about them (KIP-227). A session in the cache has an id and lives from
 * request to request; the partitions of a request without a session are kept in one that has none and ends with its answer.
 *
 * <p>Partitions that may have something to say are in a list, oldest change first: those that a request named, those whose
 * replica moved since, and those that were answered with something that the fetcher has yet to act on. Planning a response looks
 * at these alone, whatever the number of partitions in the session.
 */
final class FetchSession {
    /** Replica id of a session that is no follower's. */
    static final int CONSUMER = -1;

    static final int NO_ID = 0;

    private final int replicaId;
    private final long replicaEpoch;
    private final boolean byId;
    private final Map<FetchKey, SessionPartition> partitions = new HashMap<>();

    private int id = NO_ID;
    private int nextEpoch;
    private long createdMs;
    private long lastUsedMs;
    private int countedPartitions;

    private SessionPartition firstChanged;
    private SessionPartition lastChanged;
    private int changedCount;

    private boolean watching;
    private PendingFetch parked;

    /**
     * @param replicaId the follower's node id, or {@link #CONSUMER}
     * @param replicaEpoch the follower's broker epoch
     * @param byId whether requests name topics by id
     */
    FetchSession(int replicaId, long replicaEpoch, boolean byId) {
        this.replicaId = replicaId;
        this.replicaEpoch = replicaEpoch;
        this.byId = byId;
    }

    int id() {
        return id;
    }

    boolean isCached() {
        return id != NO_ID;
    }

    boolean isFollower() {
        return replicaId >= 0;
    }

    int replicaId() {
        return replicaId;
    }

    long replicaEpoch() {
        return replicaEpoch;
    }

    boolean byId() {
        return byId;
    }

    /** Whether requests of this fetcher may use the session. */
    boolean belongsTo(int otherReplicaId, long otherReplicaEpoch) {
        return replicaId == otherReplicaId && replicaEpoch == otherReplicaEpoch;
    }

    int size() {
        return partitions.size();
    }

    SessionPartition partition(FetchKey key) {
        return partitions.get(key);
    }

    SessionPartition add(FetchKey key) {
        SessionPartition partition = new SessionPartition(this, key);
        partitions.put(key, partition);
        return partition;
    }

    void forget(FetchKey key) {
        SessionPartition partition = partitions.remove(key);
        if (partition != null) {
            partition.forgotten = true;
            partition.unwatch();
        }
    }

    // ---- Changed partitions

    /** Puts the partition at the end of the list; it stays where it is when it is there already. */
    void addChanged(SessionPartition partition) {
        if (partition.changed) {
            return;
        }
        partition.changed = true;
        if (lastChanged == null) {
            firstChanged = partition;
        } else {
            lastChanged.nextChanged = partition;
        }
        lastChanged = partition;
        changedCount++;
    }

    /** Takes the first partition off the list; null when the list is empty. It may have been forgotten meanwhile. */
    SessionPartition pollChanged() {
        SessionPartition partition = firstChanged;
        if (partition == null) {
            return null;
        }
        firstChanged = partition.nextChanged;
        if (firstChanged == null) {
            lastChanged = null;
        }
        partition.nextChanged = null;
        partition.changed = false;
        changedCount--;
        return partition;
    }

    int changedCount() {
        return changedCount;
    }

    void addAllChanged() {
        for (SessionPartition partition : partitions.values()) {
            addChanged(partition);
        }
    }

    /** A replica moved. */
    void signal(SessionPartition partition) {
        addChanged(partition);
        if (parked != null) {
            parked.wake();
        }
    }

    // ---- Watching

    boolean isWatching() {
        return watching;
    }

    /** From now on every replica of the session signals its moves. */
    void startWatching() {
        if (!watching) {
            watching = true;
            partitions.values().forEach(SessionPartition::watch);
        }
    }

    void stopWatching() {
        if (watching) {
            watching = false;
            partitions.values().forEach(SessionPartition::unwatch);
        }
    }

    // ---- The fetch that waits

    PendingFetch parked() {
        return parked;
    }

    void setParked(PendingFetch fetch) {
        parked = fetch;
    }

    // ---- Life in the cache

    void enterCache(int newId, int firstEpoch, long nowMs) {
        id = newId;
        nextEpoch = firstEpoch;
        createdMs = nowMs;
    }

    void leaveCache() {
        id = NO_ID;
        stopWatching();
        if (parked != null) {
            parked.release();
        }
    }

    /** The session epoch that the next request must carry. */
    int nextEpoch() {
        return nextEpoch;
    }

    void setNextEpoch(int epoch) {
        nextEpoch = epoch;
    }

    long createdMs() {
        return createdMs;
    }

    long lastUsedMs() {
        return lastUsedMs;
    }

    /** Notes the use and answers by how many partitions the session grew since the last one. */
    int touch(long nowMs) {
        lastUsedMs = nowMs;
        int grown = partitions.size() - countedPartitions;
        countedPartitions = partitions.size();
        return grown;
    }

    int countedPartitions() {
        return countedPartitions;
    }
}
