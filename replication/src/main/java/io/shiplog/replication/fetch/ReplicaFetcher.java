// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.fetch.FetcherPartition.State;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches all partitions that this node follows on one leader node, over one session.
 *
 * <p>There is a fetch at the leader, parked there while nothing happens. What came with its answer is on its way to the disk when that was
 * little, and the next fetch waits for that: it tells what is appended and what is on disk together, and what came to the leader meanwhile is
 * one answer. After {@value #FLUSH_PATIENCE_MS} ms, or at once where much came, it is sent without, and what it leaves is told by
 * a second one while it waits: the leader takes the position from that and lets the first one go.
 * A request names only the partitions whose position changed. An answer is applied to the partitions one by one; one that fails
 * pauses, out of the session, and holds up no other.
 */
final class ReplicaFetcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaFetcher.class);
    /** A flush that takes longer does not hold up the records of other partitions. */
    private static final int FLUSH_PATIENCE_MS = 2;
    /** Whoever gets more in one answer is catching up, or the load is such that sending and flushing had better go on at the same time. */
    private static final int LITTLE_BYTES = 256 * 1024;

    private final EventLoop loop;
    private final LeaderEndpoint endpoint;
    private final FetcherSettings settings;
    private final FetcherSession session = new FetcherSession();
    private final FetcherThrottle throttle;
    private final FetcherRequests requests;
    private final Map<FetchKey, FetcherPartition> partitions = new HashMap<>();
    private final FollowerPosition position = new FollowerPosition();
    private final FetchedPartition fetched = new FetchedPartition();

    private long requestNumber;
    private int inFlight;
    /** Answers to requests of an older generation come too late: their session was given up. */
    private int generation;

    private long lastAnswerMs;
    private int failures;
    private int sessionRefusals;
    private boolean answering;
    private boolean sendScheduled;
    /** Partitions whose flush the next fetch waits for. */
    private int flushing;

    private Cancellable flushDeadline;
    private int answerBytes;
    private Cancellable pause;
    private Cancellable watchdog;
    private boolean closed;

    ReplicaFetcher(EventLoop loop, LeaderEndpoint endpoint, LongSupplier brokerEpoch, FetcherSettings settings) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.settings = settings;
        this.throttle = new FetcherThrottle(loop, settings.maxPartitionBytes(), this::activate);
        this.requests = new FetcherRequests(endpoint.leaderId(), settings, brokerEpoch, session, throttle);
        watch();
    }

    int leaderId() {
        return endpoint.leaderId();
    }

    boolean isIdle() {
        return partitions.isEmpty();
    }

    List<Replica> replicas() {
        List<Replica> replicas = new ArrayList<>(partitions.size());
        partitions.values().forEach(partition -> replicas.add(partition.replica));
        return replicas;
    }

    // ---- What is fetched

    /** Fetches the replica from now on, at once also when it paused or had stopped. */
    void add(Replica replica) {
        FetcherPartition partition = partitions.get(FetcherPartition.keyOf(replica));
        if (partition != null && partition.replica != replica) {
            remove(partition.replica);
            partition = null;
        }
        if (partition == null) {
            partition = new FetcherPartition(replica);
            partitions.put(partition.key, partition);
        }
        partition.failures = 0;
        activate(partition);
    }

    void remove(Replica replica) {
        FetcherPartition partition = partitions.remove(FetcherPartition.keyOf(replica));
        if (partition != null) {
            leave(partition, State.REMOVED);
            sendSoon();
        }
    }

    /** A flush of this follower completed. */
    void onPositionChanged(Replica replica) {
        FetcherPartition partition = partitions.get(FetcherPartition.keyOf(replica));
        if (partition != null && partition.state == State.ACTIVE) {
            requests.addChanged(partition);
            settle(partition);
            sendSoon();
        }
    }

    /** Nothing is shipped to this follower any more: it is fetched again. */
    void onShippingEnded(Replica replica) {
        FetcherPartition partition = partitions.get(FetcherPartition.keyOf(replica));
        if (partition != null && partition.state == State.SHIPPED) {
            activate(partition);
        }
    }

    private void activate(FetcherPartition partition) {
        partition.cancelPause();
        partition.state = State.ACTIVE;
        requests.addChanged(partition);
        sendSoon();
    }

    private void leave(FetcherPartition partition, State state) {
        partition.cancelPause();
        partition.state = state;
        throttle.giveBack(partition);
        requests.forget(partition);
        stopWaitingFor(partition);
    }

    private void setAside(FetcherPartition partition, Errors error) {
        partition.failures++;
        partition.lastError = error;
        int pauseMs = settings.backoffMs(partition.failures, settings.maxPartitionBackoffMs());
        if (partition.failures == 1) {
            LOG.debug("{}: fetch from node {} paused after {}", partition.replica.id(), leaderId(), error);
        }
        leave(partition, State.SET_ASIDE);
        partition.pause = loop.schedule(() -> activate(partition), pauseMs);
    }

    // ---- Waiting for flushes

    private void waitForFlush(FetcherPartition partition) {
        if (!partition.flushing) {
            partition.flushing = true;
            flushing++;
        }
    }

    /** What the partition appended may be on disk now. */
    private void settle(FetcherPartition partition) {
        if (partition.flushing) {
            partition.replica.followerPosition(position);
            if (!position.flushing) {
                stopWaitingFor(partition);
            }
        }
    }

    private void stopWaitingFor(FetcherPartition partition) {
        if (partition.flushing) {
            partition.flushing = false;
            flushing--;
        }
    }

    private void stopWaitingForFlushes() {
        if (flushing > 0) {
            partitions.values().forEach(this::stopWaitingFor);
        }
    }

    private boolean mayWaitForFlushes() {
        if (flushing == 0 || inFlight > 0 || !session.isOpen()) {
            return false;
        }
        if (flushDeadline == null) {
            flushDeadline = loop.schedule(this::onFlushDeadline, FLUSH_PATIENCE_MS);
        }
        return true;
    }

    private void onFlushDeadline() {
        flushDeadline = null;
        stopWaitingForFlushes();
        send();
    }

    private void cancelFlushDeadline() {
        if (flushDeadline != null) {
            flushDeadline.cancel();
            flushDeadline = null;
        }
    }

    // ---- Sending

    /** Sends at the end of this turn of the loop, so that one request tells everything that happened in it. */
    private void sendSoon() {
        if (!sendScheduled && !closed) {
            sendScheduled = true;
            loop.execute(() -> {
                sendScheduled = false;
                send();
            });
        }
    }

    private void send() {
        if (closed || pause != null || answering || mayWaitForFlushes()) {
            return;
        }
        cancelFlushDeadline();
        if (session.isOpen()) {
            if (inFlight < settings.maxInFlight() && (inFlight == 0 || requests.hasNews())) {
                transmit(requests.incremental(requestNumber + 1, inFlight > 0), false);
            }
        } else if (inFlight == 0) {
            FetchRequestData full = requests.full(requestNumber + 1, partitions.values());
            if (full != null) {
                transmit(full, true);
            }
        }
    }

    private void transmit(FetchRequestData request, boolean full) {
        requestNumber++;
        if (inFlight == 0) {
            lastAnswerMs = loop.nowMs();
        }
        inFlight++;
        endpoint.fetch(request, new SentFetch(requestNumber, full, generation));
    }

    // ---- Answers

    private void onAnswer(SentFetch sent, FetchResponseData response) {
        inFlight--;
        lastAnswerMs = loop.nowMs();
        if (failures > 0) {
            LOG.info("Node {} answers fetches again", leaderId());
            failures = 0;
        }
        Errors error = Errors.forCode(response.errorCode());
        if (error != Errors.NONE) {
            onSessionRefused(sent, error);
            return;
        }
        if (!sent.full) {
            sessionRefusals = 0;
        }
        session.onAnswer(sent.full, response.sessionId());
        answering = true;
        try {
            applyAll(sent, response);
        } finally {
            answering = false;
        }
        send();
    }

    private void applyAll(SentFetch sent, FetchResponseData response) {
        answerBytes = 0;
        List<FetchableTopicResponse> topics = response.responses();
        for (int i = 0; i < topics.size(); i++) {
            FetchableTopicResponse topic = topics.get(i);
            for (int j = 0; j < topic.partitions().size(); j++) {
                apply(sent, topic.topicId(), topic.partitions().get(j));
            }
        }
        if (answerBytes > LITTLE_BYTES) {
            stopWaitingForFlushes();
        }
    }

    private void apply(SentFetch sent, Uuid topicId, PartitionData answer) {
        FetcherPartition partition = partitions.get(FetchKey.of(true, topicId, "", answer.partitionIndex()));
        if (partition == null || partition.state != State.ACTIVE) {
            return;
        }
        if (!partition.isAnsweredBy(sent.number)) {
            // For a position that is no more. The leader believes that we know what it said: tell it what we do know.
            requests.addChanged(partition);
            return;
        }
        fill(partition, answer);
        boolean hadRecords = fetched.records != null && fetched.records.hasRemaining();
        int bytes = hadRecords ? fetched.records.remaining() : 0;
        answerBytes += bytes;
        throttle.received(partition, bytes);
        FetchNext next = partition.replica.onFetchedPartition(fetched);
        fetched.records = null;
        if (partition.state != State.ACTIVE) {
            return;
        }
        partition.replica.followerPosition(position);
        boolean stuck = hadRecords && next == FetchNext.CONTINUE && partition.isWhereTold(position);
        goOn(partition, stuck ? FetchNext.BACK_OFF : next);
    }

    private void fill(FetcherPartition partition, PartitionData answer) {
        fetched.clear();
        partition.fillQuestion(fetched);
        fetched.error = Errors.forCode(answer.errorCode());
        fetched.highWatermark = answer.highWatermark();
        fetched.logStartOffset = answer.logStartOffset();
        fetched.divergingEpoch = answer.divergingEpoch().epoch();
        fetched.divergingEndOffset = answer.divergingEpoch().endOffset();
        fetched.gapsBelow = InterBrokerTags.gapsBelow(answer);
        fetched.sealedBytes = partition.replica.throttle().ordersNothing() ? 0 : InterBrokerTags.sealedBytes(answer);
        if (answer.records() instanceof MemoryRecords records) {
            fetched.records = records.buffer();
        }
        if (fetched.error == Errors.NONE) {
            partition.leaderHighWatermark = answer.highWatermark();
        }
    }

    private void goOn(FetcherPartition partition, FetchNext next) {
        switch (next) {
            case CONTINUE -> {
                partition.failures = 0;
                partition.lastError = Errors.NONE;
                if (!partition.isTold(position)) {
                    requests.addChanged(partition);
                }
                if (position.flushing) {
                    waitForFlush(partition);
                }
            }
            case BACK_OFF -> setAside(partition, fetched.error);
            case SHIP -> leave(partition, State.SHIPPED);
            case STOP -> {
                partition.lastError = fetched.error;
                leave(partition, State.STOPPED);
            }
        }
    }

    // ---- Failures

    /** The session is gone or out of step: a full request opens another, after a pause when that happens again and again. */
    private void onSessionRefused(SentFetch sent, Errors error) {
        restart();
        sessionRefusals++;
        if (sent.full || sessionRefusals > 1) {
            pauseAfter("it refuses: " + error, sessionRefusals);
        } else {
            LOG.debug("Node {} gave up the fetch session: {}", leaderId(), error);
            send();
        }
    }

    private void onFailure(String reason) {
        restart();
        failures++;
        pauseAfter(reason, failures);
    }

    /** Forgets what is on its way and the session. */
    private void restart() {
        generation++;
        inFlight = 0;
        stopWaitingForFlushes();
        cancelFlushDeadline();
        session.restart();
    }

    private void pauseAfter(String reason, int failuresInARow) {
        if (failuresInARow == 1) {
            LOG.info("Fetching {} partitions from node {} failed: {}", partitions.size(), leaderId(), reason);
        }
        int pauseMs = settings.backoffMs(failuresInARow, settings.maxReconnectBackoffMs());
        pause = loop.schedule(
                () -> {
                    pause = null;
                    send();
                },
                pauseMs);
    }

    /** Gives a connection up on which no answer comes any more. */
    private void watch() {
        watchdog = loop.schedule(
                () -> {
                    if (inFlight > 0 && loop.nowMs() - lastAnswerMs >= settings.requestTimeoutMs()) {
                        endpoint.disconnect();
                    }
                    watch();
                },
                Math.max(1, settings.requestTimeoutMs() / 2));
    }

    // ---- Status

    void addStatus(List<FetcherStatus> statuses) {
        partitions.values().forEach(partition -> statuses.add(describe(partition)));
    }

    FetcherStatus status(Replica replica) {
        FetcherPartition partition = partitions.get(FetcherPartition.keyOf(replica));
        return partition == null ? null : describe(partition);
    }

    private FetcherStatus describe(FetcherPartition partition) {
        return new FetcherStatus(
                partition.replica.id(),
                leaderId(),
                partition.lag(),
                partition.lastError,
                partition.failures,
                failures == 0 && (session.isOpen() || inFlight > 0));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        restart();
        partitions.values().forEach(FetcherPartition::cancelPause);
        if (pause != null) {
            pause.cancel();
        }
        watchdog.cancel();
        throttle.close();
        endpoint.close();
    }

    /** One request on its way. */
    private final class SentFetch implements FetchResponseHandler {
        private final long number;
        private final boolean full;
        private final int sentIn;

        SentFetch(long number, boolean full, int sentIn) {
            this.number = number;
            this.full = full;
            this.sentIn = sentIn;
        }

        @Override
        public void onResponse(FetchResponseData response) {
            if (!closed && sentIn == generation) {
                onAnswer(this, response);
            }
        }

        @Override
        public void onFailure(String reason) {
            if (!closed && sentIn == generation) {
                ReplicaFetcher.this.onFailure(reason);
            }
        }
    }
}
