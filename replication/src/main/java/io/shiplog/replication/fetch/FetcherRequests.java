// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.fetch.FetcherPartition.State;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;

/** Builds the requests of one {@link ReplicaFetcher}: collects what there is to tell, and tells each thing once. */
final class FetcherRequests {
    private final int leaderId;
    private final FetcherSettings settings;
    private final LongSupplier brokerEpoch;
    private final FetcherSession session;
    /** Partitions with something to tell, oldest change first; those that are not fetched any more are passed over. */
    private final ArrayDeque<FetcherPartition> changed = new ArrayDeque<>();
    /** Partitions that the leader's session still has and should not. */
    private final Set<FetchKey> forgotten = new LinkedHashSet<>();

    private final FollowerPosition position = new FollowerPosition();
    private final FetcherThrottle throttle;

    FetcherRequests(
            int leaderId,
            FetcherSettings settings,
            LongSupplier brokerEpoch,
            FetcherSession session,
            FetcherThrottle throttle) {
        this.throttle = throttle;
        this.leaderId = leaderId;
        this.settings = settings;
        this.brokerEpoch = brokerEpoch;
        this.session = session;
    }

    /** The next request tells this partition's position. */
    void addChanged(FetcherPartition partition) {
        if (!partition.changed) {
            partition.changed = true;
            changed.add(partition);
        }
    }

    /** The next request takes this partition out of the session. */
    void forget(FetcherPartition partition) {
        if (partition.inSession) {
            partition.inSession = false;
            forgotten.add(partition.key);
        }
    }

    /** Whether there is anything to tell. */
    boolean hasNews() {
        while (!changed.isEmpty() && changed.peek().state != State.ACTIVE) {
            changed.poll().changed = false;
        }
        return !changed.isEmpty() || !forgotten.isEmpty();
    }

    /** A request that opens a session with all partitions that are fetched now; null when there are none. */
    FetchRequestData full(long number, Collection<FetcherPartition> partitions) {
        changed.forEach(partition -> partition.changed = false);
        changed.clear();
        forgotten.clear();
        // At once, since nothing can be told while it waits; unless there was no session to be had the last time.
        int waitMs = session.wasRefused() ? settings.maxWaitMs() : 0;
        FetchRequestData request = envelope(waitMs);
        for (FetcherPartition partition : partitions) {
            partition.inSession = false;
            if (partition.state == State.ACTIVE) {
                name(partition, number, request.topics());
            }
        }
        return request.topics().isEmpty() ? null : request;
    }

    /**
     * A request that tells what changed.
     *
     * @param pipelined another request is on its way
     */
    FetchRequestData incremental(long number, boolean pipelined) {
        FetchRequestData request = envelope(settings.maxWaitMs());
        for (FetcherPartition partition = changed.poll(); partition != null; partition = changed.poll()) {
            partition.changed = false;
            if (partition.state == State.ACTIVE) {
                name(partition, number, request.topics());
                if (partition.inSession) {
                    forgotten.remove(partition.key);
                }
            }
        }
        forgotten.forEach(key -> forget(key, request.forgottenTopicsData()));
        forgotten.clear();
        if (pipelined) {
            InterBrokerTags.setPipelined(request);
        }
        return request;
    }

    private FetchRequestData envelope(int waitMs) {
        return new FetchRequestData()
                .setReplicaState(
                        new ReplicaState().setReplicaId(settings.nodeId()).setReplicaEpoch(brokerEpoch.getAsLong()))
                .setMaxWaitMs(waitMs)
                .setMinBytes(settings.minBytes())
                .setMaxBytes(settings.maxResponseBytes())
                .setSessionId(session.id())
                .setSessionEpoch(session.takeEpoch());
    }

    private void name(FetcherPartition partition, long number, List<FetchTopic> topics) {
        partition.replica.followerPosition(position);
        if (position.leaderId != leaderId) {
            // It stopped following this leader (its disk failed, it leads now) and nobody has told the fetcher yet.
            partition.state = State.STOPPED;
            forget(partition);
            return;
        }
        if (!throttle.mayAsk(partition)) {
            partition.state = State.HELD_BACK;
            forget(partition);
            throttle.hold(partition);
            return;
        }
        // A full disk takes nothing; what would be refused need not be sent. One batch, of the first partition, comes
        // all the same.
        int maxBytes = partition.replica.log().isFull() ? 1 : throttle.portion(partition);
        FetchPartition described = partition.describe(position, maxBytes);
        partition.tell(position, number);
        Uuid topicId = partition.key.topicId();
        FetchTopic last = topics.isEmpty() ? null : topics.get(topics.size() - 1);
        if (last == null || !last.topicId().equals(topicId)) {
            last = new FetchTopic().setTopicId(topicId);
            topics.add(last);
        }
        last.partitions().add(described);
    }

    private static void forget(FetchKey key, List<ForgottenTopic> topics) {
        ForgottenTopic last = topics.isEmpty() ? null : topics.get(topics.size() - 1);
        if (last == null || !last.topicId().equals(key.topicId())) {
            last = new ForgottenTopic().setTopicId(key.topicId());
            topics.add(last);
        }
        last.partitions().add(key.partition());
    }
}
