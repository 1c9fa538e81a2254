// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * The leader's cache of fetch sessions, with the rules of KIP-227 and Kafka's {@code FetchManager} and
 * {@code FetchSessionCacheShard}. Beyond Kafka: a session belongs to the follower (and its broker epoch) that opened it, or to
 * consumers; a follower has one session, its older one ends when it opens another; the partitions in all sessions are bounded.
 */
final class FetchSessions {
    private final FetchSettings settings;
    private final IntSupplier random;
    /** By id, least recently used first. */
    private final LinkedHashMap<Integer, FetchSession> sessions = new LinkedHashMap<>();

    private long partitions;
    private long evictions;
    private long refusals;

    /** @param random any integers, hard to guess */
    FetchSessions(FetchSettings settings, IntSupplier random) {
        this.settings = settings;
        this.random = random;
    }

    /** Whether the request lists all its partitions: to open a session, or to go without one. */
    static boolean isFull(FetchRequestData request) {
        return request.sessionEpoch() == FetchMetadata.INITIAL_EPOCH
                || request.sessionEpoch() == FetchMetadata.FINAL_EPOCH;
    }

    /** Whether a full request wants a session of its own. */
    static boolean wantsSession(FetchRequestData request) {
        return request.sessionEpoch() == FetchMetadata.INITIAL_EPOCH;
    }

    /** Ends the session that a full request names, if it is the fetcher's. */
    void closeNamedBy(FetchRequestData request, int replicaId, long replicaEpoch) {
        FetchSession named = sessions.get(request.sessionId());
        if (named != null && named.belongsTo(replicaId, replicaEpoch)) {
            remove(named);
        }
    }

    /** Why an incremental request cannot be served, or NONE. */
    Errors check(FetchRequestData request, boolean byId, int replicaId, long replicaEpoch) {
        FetchSession session = sessions.get(request.sessionId());
        if (session == null || !session.belongsTo(replicaId, replicaEpoch)) {
            return Errors.FETCH_SESSION_ID_NOT_FOUND;
        }
        if (session.nextEpoch() != request.sessionEpoch()) {
            return Errors.INVALID_FETCH_SESSION_EPOCH;
        }
        return session.byId() == byId ? Errors.NONE : Errors.FETCH_SESSION_TOPIC_ID_ERROR;
    }

    FetchSession get(int id) {
        return sessions.get(id);
    }

    /**
     * Counts the request that was just taken into the session; afterwards the next epoch is awaited. A session that is empty
     * or does not fit any more ends.
     *
     * @return whether the session goes on
     */
    boolean advance(FetchSession session, long nowMs) {
        partitions += session.touch(nowMs);
        sessions.remove(session.id());
        sessions.put(session.id(), session);
        session.setNextEpoch(FetchMetadata.nextEpoch(session.nextEpoch()));
        if (session.size() == 0 || partitions > settings.sessionPartitions()) {
            remove(session);
            return false;
        }
        return true;
    }

    /** Gives the session a place if there is one for it; without, its id stays 0 and its fetcher goes on without sessions. */
    void tryAdd(FetchSession session, long nowMs) {
        if (session.isFollower()) {
            removeOthersOf(session.replicaId());
        }
        if (session.size() == 0) {
            return;
        }
        if ((sessions.size() >= settings.sessionSlots() && !tryEvict(session, nowMs))
                || partitions + session.size() > settings.sessionPartitions()) {
            refusals++;
            return;
        }
        session.enterCache(newId(), FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH), nowMs);
        sessions.put(session.id(), session);
        partitions += session.touch(nowMs);
    }

    void remove(FetchSession session) {
        if (sessions.remove(session.id()) != null) {
            partitions -= session.countedPartitions();
            session.leaveCache();
        }
    }

    int size() {
        return sessions.size();
    }

    /** Partitions in all sessions together. */
    long partitions() {
        return partitions;
    }

    /** Sessions that gave way to others. */
    long evictions() {
        return evictions;
    }

    /** Sessions for which there was no room. */
    long refusals() {
        return refusals;
    }

    private void removeOthersOf(int replicaId) {
        FetchSession other = null;
        for (FetchSession session : sessions.values()) {
            if (session.replicaId() == replicaId) {
                other = session;
                break;
            }
        }
        if (other != null) {
            remove(other);
        }
    }

    /**
     * Kafka's order: first a session that nobody used for long; else the least valuable one that may go at all, if the new one
     * is worth more. Followers are worth more than consumers, then more partitions are worth more.
     */
    private boolean tryEvict(FetchSession candidate, long nowMs) {
        Iterator<Map.Entry<Integer, FetchSession>> leastRecentlyUsed =
                sessions.entrySet().iterator();
        FetchSession eldest = leastRecentlyUsed.next().getValue();
        if (nowMs - eldest.lastUsedMs() > settings.sessionEvictionMs()) {
            remove(eldest);
            evictions++;
            return true;
        }
        FetchSession victim = null;
        for (FetchSession session : sessions.values()) {
            if (mayGiveWay(session, candidate, nowMs) && (victim == null || worth(session, victim) < 0)) {
                victim = session;
            }
        }
        if (victim == null || worth(candidate, victim) <= 0) {
            return false;
        }
        remove(victim);
        evictions++;
        return true;
    }

    private boolean mayGiveWay(FetchSession session, FetchSession candidate, long nowMs) {
        boolean old = nowMs - session.createdMs() > settings.sessionEvictionMs();
        return old || (candidate.isFollower() && !session.isFollower());
    }

    private static int worth(FetchSession one, FetchSession other) {
        int byKind = Boolean.compare(one.isFollower(), other.isFollower());
        return byKind != 0 ? byKind : Integer.compare(one.size(), other.size());
    }

    private int newId() {
        while (true) {
            int id = random.getAsInt() & Integer.MAX_VALUE;
            if (id != FetchMetadata.INVALID_SESSION_ID && !sessions.containsKey(id)) {
                return id;
            }
        }
    }
}
