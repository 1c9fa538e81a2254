// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.ConsumerRead;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.FetchOutcome;
import io.shiplog.replication.runtime.FollowerRead;
import io.shiplog.replication.runtime.Limit;
import io.shiplog.replication.runtime.Replica;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One look at the changed partitions of a fetch: reads them, and either {@link #commit}s to an answer or {@link #rollBack}s so
 * that the next look finds the same changes. Reusable, one at a time.
 */
final class FetchPass {
    private static final short FIRST_WITH_STORAGE_ERROR = 6;
    /** Clients of this version on may read from in-sync followers (KIP-392). */
    private static final short FIRST_WITH_FOLLOWER_READS = 11;

    private static final short FIRST_WITH_CURRENT_LEADER = 16;
    private static final byte READ_COMMITTED = 1;
    /** Outcomes that are kept for use again: as many as an answer usually names. */
    private static final int MAX_KEPT = 256;

    private final EventLoop loop;
    private final PartitionLookup lookup;
    private final FetchPolicies policies;
    private final ConsumerRead consumerRead = new ConsumerRead();
    private final FollowerRead followerRead = new FollowerRead();
    private final List<SessionPartition> included = new ArrayList<>();
    /** What was found of each of those that are included, in their order; and more of them, for use again. */
    private final List<FetchOutcome> outcomes = new ArrayList<>();
    /** What the records of each were taken from; null where nothing bounds them. */
    private final List<Limit> takenFrom = new ArrayList<>();

    private PendingFetch fetch;
    private FetchSession session;
    /** What was found of the partition that is looked at; one of {@link #outcomes}. */
    private FetchOutcome outcome;

    private int bytes;
    private boolean urgent;
    private int lookedAt;
    /** What bounds the partition that was read last; null for nothing. */
    private Limit limit;
    /** Time until those are to be looked at again that the throttle held back, or that are only to hear of a high watermark; 0 when there are none. */
    private long lookAgainMs;

    private final int highWatermarkDelayMs;

    FetchPass(EventLoop loop, PartitionLookup lookup, FetchPolicies policies, int highWatermarkDelayMs) {
        this.highWatermarkDelayMs = highWatermarkDelayMs;
        this.loop = loop;
        this.lookup = lookup;
        this.policies = policies;
    }

    /**
     * Reads the changed partitions, oldest change first, until the response is full.
     *
     * @param everything include every partition that is looked at, whether there is news of it or not
     */
    void run(PendingFetch toAnswer, boolean everything) {
        fetch = toAnswer;
        session = toAnswer.session();
        bytes = 0;
        lookAgainMs = 0;
        urgent = false;
        for (int left = session.changedCount(); left > 0; left--) {
            if (bytes > 0 && bytes >= fetch.maxBytes() && !everything) {
                return;
            }
            SessionPartition partition = session.pollChanged();
            if (partition.forgotten) {
                continue;
            }
            if (partition.wasMovedBy(fetch.unseenEpoch())) {
                // What it was told is still on the way: asking again from the old position would only send it twice.
                session.addChanged(partition);
            } else {
                look(partition, everything);
            }
        }
    }

    /** Whether what was found is worth an answer before the fetch's time is over. */
    boolean isEnough() {
        return urgent || bytes >= fetch.minBytes();
    }

    /** The response, whose slices belong to the caller; notes what the fetcher knows by it. */
    FetchResponseData commit() {
        FetchResponseData response = new FetchResponseData().setSessionId(fetch.sessionId());
        FetchableTopicResponse topic = null;
        FetchKey topicKey = null;
        for (int i = 0; i < included.size(); i++) {
            SessionPartition partition = included.get(i);
            if (topicKey == null
                    || !topicKey.topicId().equals(partition.key.topicId())
                    || !topicKey.topic().equals(partition.key.topic())) {
                topicKey = partition.key;
                topic = new FetchableTopicResponse().setTopic(topicKey.topic()).setTopicId(topicKey.topicId());
                response.responses().add(topic);
            }
            PartitionData told = describe(partition, outcomes.get(i));
            topic.partitions().add(told);
            noteTold(partition, told);
        }
        clear();
        return response;
    }

    /** Gives up what was read. What a full response lists without news is news to nobody, and stays off the list. */
    void rollBack() {
        for (int i = 0; i < included.size(); i++) {
            int found = outcomes.get(i).records.sizeInBytes();
            if (found > 0) {
                outcomes.get(i).records.release();
                giveBack(takenFrom.get(i), found);
            }
            if (!fetch.isFull() || included.get(i).mayHaveMore || found > 0) {
                session.addChanged(included.get(i));
            }
        }
        clear();
    }

    /** Partitions read since the last call. */
    int takeLookedAt() {
        int taken = lookedAt;
        lookedAt = 0;
        return taken;
    }

    /** After how long another look is worth it, by the last one; 0: not before something happens. */
    long takeLookAgainMs() {
        long taken = lookAgainMs;
        lookAgainMs = 0;
        return taken;
    }

    private void lookAgainAfter(long ms) {
        lookAgainMs = lookAgainMs == 0 ? ms : Math.min(lookAgainMs, ms);
    }

    private void giveBack(Limit from, int taken) {
        if (from != null) {
            from.take(-taken, loop.nowMs());
        }
    }

    private void clear() {
        for (int i = 0; i < included.size(); i++) {
            if (outcomes.get(i).aborted.size() > 0) {
                outcomes.set(i, new FetchOutcome()); // a long list of them is not kept
            }
        }
        included.clear();
        takenFrom.clear();
        if (outcomes.size() > MAX_KEPT) {
            outcomes.subList(MAX_KEPT, outcomes.size()).clear();
        }
        outcome = null;
        fetch = null;
        session = null;
    }

    private FetchOutcome unusedOutcome() {
        if (included.size() == outcomes.size()) {
            outcomes.add(new FetchOutcome());
        }
        return outcomes.get(included.size());
    }

    private void look(SessionPartition partition, boolean everything) {
        lookedAt++;
        outcome = unusedOutcome();
        boolean heldBack = read(partition);
        boolean failed = outcome.error != Errors.NONE;
        boolean moves = outcome.records.sizeInBytes() > 0 || diverges(outcome) || outcome.preferredReadReplica >= 0;
        // Once the response has records, a batch that does not fit is left out without a word.
        partition.mayHaveMore = heldBack || (!failed && !moves && bytes > 0);
        boolean knowsLess = outcome.highWatermark > partition.knownHighWatermark;
        boolean isToDelete = outcome.logStartOffset > Math.max(partition.toldLogStartOffset, partition.logStartOffset);
        urgent |= isNews(outcome.error) || (moves && outcome.records.sizeInBytes() == 0);
        if (session.isFollower()) {
            urgent |= isToDelete || isDue(partition, knowsLess);
        }
        boolean moved = outcome.highWatermark != partition.knownHighWatermark
                || outcome.logStartOffset != partition.toldLogStartOffset;
        if (everything || failed || moves || (moved && !fetch.isFull())) {
            included.add(partition);
            takenFrom.add(limit);
            bytes += outcome.records.sizeInBytes();
        } else if (partition.mayHaveMore) {
            session.addChanged(partition);
        }
    }

    /** A high watermark alone is not worth an answer at once, and one more fetch for each: under load the next records take it along. */
    private boolean isDue(SessionPartition partition, boolean knowsLess) {
        long restMs = partition.restMs(knowsLess, loop.nowMs(), highWatermarkDelayMs);
        if (knowsLess && restMs > 0) {
            lookAgainAfter(restMs);
        }
        return knowsLess && restMs <= 0;
    }

    /** Whether the fetcher should hear of it at once. What a follower does not have yet may come while the fetch waits. */
    private static boolean isNews(Errors error) {
        return error != Errors.NONE && error != Errors.OFFSET_NOT_AVAILABLE;
    }

    private static boolean diverges(FetchOutcome found) {
        return found.divergingEpoch >= 0 || found.divergingEndOffset >= 0;
    }

    private void noteTold(SessionPartition partition, PartitionData told) {
        boolean failed = told.errorCode() != Errors.NONE.code();
        boolean diverges =
                told.divergingEpoch().epoch() >= 0 || told.divergingEpoch().endOffset() >= 0;
        boolean moves = told.records().sizeInBytes() > 0 || told.preferredReadReplica() >= 0 || diverges;
        // Who diverges has to truncate, and takes no offsets from an answer that says so: they are told again.
        boolean takes = !failed && !diverges;
        partition.knownHighWatermark = takes ? told.highWatermark() : -1;
        partition.toldLogStartOffset = takes ? told.logStartOffset() : -1;
        if (moves) {
            partition.movedBy(fetch.requestEpoch());
        }
        if (failed || moves || partition.mayHaveMore) {
            session.addChanged(partition);
        }
    }

    // ---- Reading one partition

    /** Returns whether a throttle held back what there is. */
    private boolean read(SessionPartition partition) {
        outcome.clear();
        limit = null;
        if (partition.needsBinding()) {
            partition.bind(find(lookup, partition.key));
        }
        if (partition.replica == null) {
            outcome.error = absence(partition.key);
            return false;
        }
        int budget = Math.max(0, fetch.maxBytes() - bytes);
        int maxBytes = Math.min(partition.maxBytes, budget);
        if (session.isFollower()) {
            return readForFollower(partition, maxBytes);
        }
        readForConsumer(partition, maxBytes);
        return false;
    }

    private boolean readForFollower(SessionPartition partition, int maxBytes) {
        fill(followerRead, session, partition);
        followerRead.maxBytes = maxBytes;
        followerRead.atLeastOneBatch = bytes == 0;
        limit = partition.replica.throttle().sendingTo(session.replicaId());
        if (limit == null) {
            partition.replica.readForFollower(followerRead, outcome);
            return false;
        }
        long allowed = limit.available(loop.nowMs());
        if (allowed <= 0) {
            boolean waits = partition.replica.holdBackFollower(followerRead, outcome);
            if (waits) {
                lookAgainAfter(Math.max(1, limit.waitMs(loop.nowMs())));
            }
            return waits;
        }
        followerRead.maxBytes = (int) Math.min(maxBytes, allowed);
        partition.replica.readForFollower(followerRead, outcome);
        limit.take(outcome.records.sizeInBytes(), loop.nowMs());
        return false;
    }

    private void readForConsumer(SessionPartition partition, int maxBytes) {
        int preferred = preferredReadReplica(partition);
        consumerRead.currentLeaderEpoch = partition.currentLeaderEpoch;
        consumerRead.fetchOffset = partition.fetchOffset;
        consumerRead.lastFetchedEpoch = partition.lastFetchedEpoch;
        consumerRead.allowFollower = fetch.version() >= FIRST_WITH_FOLLOWER_READS
                && !partition.replica.isLeader()
                && policies.leaseHolds().getAsBoolean();
        consumerRead.withoutRecords = preferred >= 0;
        consumerRead.readCommitted = fetch.isolationLevel() == READ_COMMITTED;
        consumerRead.maxBytes = maxBytes;
        consumerRead.atLeastOneBatch = bytes == 0;
        partition.replica.readForConsumer(consumerRead, outcome);
        if (outcome.error != Errors.NONE) {
            // followers go by the offsets of a refusal, consumers are told none, as by Kafka
            outcome.highWatermark = -1;
            outcome.lastStableOffset = -1;
            outcome.logStartOffset = -1;
        } else if (!diverges(outcome)) {
            outcome.preferredReadReplica = preferred;
        }
    }

    private int preferredReadReplica(SessionPartition partition) {
        boolean asks = fetch.version() >= FIRST_WITH_FOLLOWER_READS
                && !fetch.clientRack().isEmpty()
                && partition.replica.isLeader()
                && policies.leaseHolds().getAsBoolean();
        return asks ? policies.selector().select(fetch.clientRack(), partition.fetchOffset, partition.replica) : -1;
    }

    /** What the follower says about the partition, without what it wants. */
    static void fill(FollowerRead read, FetchSession session, SessionPartition partition) {
        read.replicaId = session.replicaId();
        read.brokerEpoch = session.replicaEpoch();
        read.currentLeaderEpoch = partition.currentLeaderEpoch;
        read.fetchOffset = partition.fetchOffset;
        read.lastFetchedEpoch = partition.lastFetchedEpoch;
        read.flushedOffset = partition.flushedOffset;
        read.suspectsLeader = partition.suspectsLeader;
        read.repairing = partition.repairing;
        read.highWatermark = partition.knownHighWatermark;
        read.logStartOffset = partition.logStartOffset;
    }

    /** The replica that a request means, or null when this node has none. */
    static Replica find(PartitionLookup lookup, FetchKey key) {
        Uuid topicId = topicId(lookup, key);
        return topicId == null ? null : lookup.replica(topicId, key.partition());
    }

    private Errors absence(FetchKey key) {
        Uuid topicId = topicId(lookup, key);
        return topicId == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : lookup.absence(topicId, key.partition());
    }

    private static Uuid topicId(PartitionLookup lookup, FetchKey key) {
        return key.byId() ? key.topicId() : lookup.topicId(key.topic());
    }

    // ---- Describing what was read

    /** The found batches, if any, are a slice of the answer from now on. */
    private PartitionData describe(SessionPartition partition, FetchOutcome found) {
        PartitionData described = new PartitionData()
                .setPartitionIndex(partition.key.partition())
                .setErrorCode(errorFor(found.error).code())
                .setHighWatermark(found.highWatermark)
                .setLastStableOffset(found.lastStableOffset)
                .setLogStartOffset(found.logStartOffset)
                .setPreferredReadReplica(found.preferredReadReplica)
                .setAbortedTransactions(aborted(found))
                .setRecords(
                        found.records.sizeInBytes() > 0 ? new SliceRecords(found.records.take()) : MemoryRecords.EMPTY);
        if (diverges(found)) {
            described.divergingEpoch().setEpoch(found.divergingEpoch).setEndOffset(found.divergingEndOffset);
        }
        if (found.gapsBelow > 0) {
            InterBrokerTags.setGapsBelow(described, found.gapsBelow);
        }
        if (found.sealedBytes > 0) {
            InterBrokerTags.setSealedBytes(described, found.sealedBytes);
        }
        if (fetch.version() >= FIRST_WITH_CURRENT_LEADER && namesLeader(found.error)) {
            described.currentLeader().setLeaderId(found.currentLeaderId).setLeaderEpoch(found.currentLeaderEpoch);
        }
        return described;
    }

    /** Null where there is nothing to be told; but a partition that is nowhere has a list, as in Kafka, where it is the default. */
    private List<AbortedTransaction> aborted(FetchOutcome found) {
        if (found.error == Errors.UNKNOWN_TOPIC_OR_PARTITION || found.error == Errors.UNKNOWN_TOPIC_ID) {
            return List.of();
        }
        if (found.error != Errors.NONE || fetch.isolationLevel() != READ_COMMITTED) {
            return null;
        }
        List<AbortedTransaction> named = new ArrayList<>(found.aborted.size());
        for (int i = 0; i < found.aborted.size(); i++) {
            named.add(new AbortedTransaction()
                    .setProducerId(found.aborted.producerId(i))
                    .setFirstOffset(found.aborted.firstOffset(i)));
        }
        return named;
    }

    /** Errors that come with the current leader (KIP-951). */
    private static boolean namesLeader(Errors error) {
        return error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH;
    }

    private Errors errorFor(Errors error) {
        boolean unknownToClient = error == Errors.KAFKA_STORAGE_ERROR && fetch.version() < FIRST_WITH_STORAGE_ERROR;
        return unknownToClient ? Errors.NOT_LEADER_OR_FOLLOWER : error;
    }
}
