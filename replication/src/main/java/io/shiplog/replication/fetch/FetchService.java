// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.FetchOutcome;
import io.shiplog.replication.runtime.FollowerRead;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * The Fetch API on the side that has the records, for consumers and followers alike. One per loop, used on the loop only.
 *
 * <p>A follower's fetch first tells the leader how far the follower is; those positions are taken before anything is answered,
 * so that a high watermark that they move is already in the answer. A fetch of a session releases the one that is parked on it.
 */
public final class FetchService {
    private final EventLoop loop;
    private final PartitionLookup lookup;
    private final FetchSettings settings;
    private final FetchSessions sessions;
    private final FetchPurgatory purgatory;
    private final FetchOutcome positionsOutcome = new FetchOutcome();

    /** @param random any integers, hard to guess; they become session ids */
    public FetchService(EventLoop loop, PartitionLookup lookup, FetchSettings settings, IntSupplier random) {
        this(loop, lookup, settings, random, FetchPolicies.none());
    }

    /** @param random any integers, hard to guess; they become session ids */
    public FetchService(
            EventLoop loop,
            PartitionLookup lookup,
            FetchSettings settings,
            IntSupplier random,
            FetchPolicies policies) {
        this.loop = loop;
        this.lookup = lookup;
        this.settings = settings;
        this.sessions = new FetchSessions(settings, random);
        this.purgatory = new FetchPurgatory(loop, sessions, lookup, policies, settings.highWatermarkDelayMs());
    }

    /**
     * Serves one fetch. Requests of one connection are given in the order in which they came, without waiting for answers.
     *
     * <p>A request that claims to be a follower's must come from a node that is registered under that id and broker epoch; the
     * caller has checked it. Errors that name no leader although they should ({@code NOT_LEADER_OR_FOLLOWER} of a partition that
     * is not here) are for the caller to complete, as are the endpoints of the leaders (KIP-951).
     *
     * @param version 4 to 18
     * @param request not changed; nothing of it is kept
     * @return the fetch, for {@link PendingFetch#release} and {@link PendingFetch#drop}
     */
    public PendingFetch fetch(short version, FetchRequestData request, FetchResponder responder) {
        int replicaId = Math.max(FetchSession.CONSUMER, FetchRequest.replicaId(request));
        long replicaEpoch =
                replicaId == FetchSession.CONSUMER ? -1 : request.replicaState().replicaEpoch();
        boolean byId = version >= FetchCodec.FIRST_WITH_TOPIC_IDS;
        if (FetchSessions.isFull(request)) {
            sessions.closeNamedBy(request, replicaId, replicaEpoch);
            FetchSession session = new FetchSession(replicaId, replicaEpoch, byId);
            take(session, request);
            return start(pending(version, request, responder, session), request);
        }
        Errors refusal = sessions.check(request, byId, replicaId, replicaEpoch);
        FetchSession session = sessions.get(request.sessionId());
        return refusal == Errors.NONE
                ? fetchIncrementally(version, request, responder, session)
                : refuse(
                        pending(version, request, responder, new FetchSession(replicaId, replicaEpoch, byId)), refusal);
    }

    /** The numbers of the session cache, by Kafka's names, what it gives as a rate as a count. Any thread; a moment old. */
    public SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        values.put("FetchSessionCache.NumIncrementalFetchSessions", sessions::size);
        values.put("FetchSessionCache.NumIncrementalFetchPartitionsCached", sessions::partitions);
        values.put("FetchSessionCache.IncrementalFetchSessionEvictions", sessions::evictions);
        values.put("FetchSessionCache.SessionsRefused", sessions::refusals);
        return values;
    }

    /** Sessions in the cache. */
    public int sessionCount() {
        return sessions.size();
    }

    /** Partitions in all sessions of the cache together. */
    public long sessionPartitionCount() {
        return sessions.partitions();
    }

    /** Partitions that were read to answer fetches, since the start. */
    public long partitionsLookedAt() {
        return purgatory.partitionsLookedAt();
    }

    private PendingFetch fetchIncrementally(
            short version, FetchRequestData request, FetchResponder responder, FetchSession session) {
        PendingFetch predecessor = session.parked();
        PendingFetch fetch = pending(version, request, responder, session);
        take(session, request);
        forget(session, request);
        if (predecessor != null && !predecessor.isDone()) {
            predecessor.respond(new FetchResponseData().setSessionId(session.id()));
        }
        if (!sessions.advance(session, loop.nowMs())) {
            return refuse(fetch, session.size() == 0 ? Errors.NONE : Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        return start(fetch, request);
    }

    private PendingFetch pending(
            short version, FetchRequestData request, FetchResponder responder, FetchSession session) {
        int maxBytes = Math.min(Math.max(0, request.maxBytes()), settings.maxResponseBytes());
        return new PendingFetch(purgatory, responder, session, version, request, maxBytes);
    }

    private PendingFetch start(PendingFetch fetch, FetchRequestData request) {
        purgatory.start(fetch, Math.min(request.maxWaitMs(), settings.maxWaitMs()));
        return fetch;
    }

    /** An answer without partitions and without a session. */
    private static PendingFetch refuse(PendingFetch fetch, Errors error) {
        fetch.respond(new FetchResponseData().setErrorCode(error.code()));
        return fetch;
    }

    private void take(FetchSession session, FetchRequestData request) {
        FollowerRead positions = session.isFollower() ? new FollowerRead() : null;
        List<FetchTopic> topics = request.topics();
        for (int i = 0; i < topics.size(); i++) {
            FetchTopic topic = topics.get(i);
            for (int j = 0; j < topic.partitions().size(); j++) {
                FetchPartition asked = topic.partitions().get(j);
                FetchKey key = FetchKey.of(session.byId(), topic.topicId(), topic.topic(), asked.partition());
                SessionPartition partition = session.partition(key);
                if (partition == null) {
                    partition = session.add(key);
                }
                partition.take(asked);
                if (positions != null) {
                    takePosition(session, partition, positions);
                }
            }
        }
    }

    private void takePosition(FetchSession session, SessionPartition partition, FollowerRead positions) {
        if (partition.needsBinding()) {
            partition.bind(FetchPass.find(lookup, partition.key));
        }
        if (partition.replica != null) {
            FetchPass.fill(positions, session, partition);
            partition.replica.updateFollower(positions, positionsOutcome);
        }
    }

    private static void forget(FetchSession session, FetchRequestData request) {
        List<ForgottenTopic> topics = request.forgottenTopicsData();
        for (int i = 0; i < topics.size(); i++) {
            ForgottenTopic topic = topics.get(i);
            for (int partition : topic.partitions()) {
                session.forget(FetchKey.of(session.byId(), topic.topicId(), topic.topic(), partition));
            }
        }
    }
}
