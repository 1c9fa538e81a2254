// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.simulation.history.Outcome;
import io.shiplog.simulation.history.ProduceOp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a producer has to say to one partition. The rules of sequence numbers are those of Kafka's client: numbers are given with the first
 * attempt and kept for all others; what comes back goes to its place in the order; when it can no longer be known whether a number was taken,
 * the epoch is raised and counting begins anew, once nothing is in flight.
 */
final class ProducerLane {
    private static final long NO_PRODUCER_ID = -1;

    /** What takes longer makes a client ask who leads. */
    private static final long ANSWERS_WITHIN_US = 100_000;

    /** A batch without an outcome. */
    private static final class Batch {
        private final ProduceOp op;
        private final long deadlineUs;
        private ByteBuffer bytes;
        private ClientConnection sentOver;
        private Cancellable expiry;
        private Cancellable answerTimer;

        Batch(ProduceOp op, long deadlineUs) {
            this.op = op;
            this.deadlineUs = deadlineUs;
        }
    }

    private final SimProducer producer;
    private final TopicIdPartition partition;
    /** In the order in which they were given out; those that are in flight too. */
    private final List<Batch> batches = new ArrayList<>();

    private long producerId = NO_PRODUCER_ID;
    private short epoch;
    private int nextSequence;
    /** Of the present epoch; −1 before the first. */
    private int lastAcknowledged = -1;

    private boolean asksForId;
    /** A number may or may not have been taken: nothing is sent before the epoch was raised. */
    private boolean inDoubt;

    private LeaderFinder.Place leader;
    private boolean topicWasKnown;
    private ClientConnection connection;
    private boolean pumpIsDue;

    ProducerLane(SimProducer producer, TopicIdPartition partition) {
        this.producer = producer;
        this.partition = partition;
    }

    boolean isIdle() {
        return batches.isEmpty();
    }

    void add(ProduceOp op) {
        long deadlineUs = now() + producer.rules().deliveryTimeoutMs() * 1_000L;
        Batch batch = new Batch(op, deadlineUs);
        batches.add(batch);
        batch.expiry =
                producer.loop().schedule(() -> expire(batch), producer.rules().deliveryTimeoutMs());
        pump();
    }

    private long now() {
        return producer.world().scheduler().nowUs();
    }

    private void pumpIn(long delayMs) {
        if (!pumpIsDue) {
            pumpIsDue = true;
            var unused = producer.loop()
                    .schedule(
                            () -> {
                                pumpIsDue = false;
                                pump();
                            },
                            delayMs);
        }
    }

    /** Sends what may be sent; nothing while it waits before it tries again, as Kafka's client does (retry.backoff.ms). */
    private void pump() {
        if (pumpIsDue || batches.isEmpty() || !hasProducerId()) {
            return;
        }
        if (inDoubt && !resolveDoubt()) {
            return;
        }
        lookForAnotherLeader();
        if (!isConnected()) {
            pumpIn(10 + producer.dice().nextInt(20));
            return;
        }
        int inFlight = 0;
        for (Batch batch : List.copyOf(batches)) {
            if (batch.sentOver != null) {
                inFlight += batch.sentOver == connection ? 1 : 0;
            } else if (inFlight < producer.rules().maxInFlight() && connection != null) {
                inFlight++;
                send(batch);
            } else {
                return;
            }
        }
    }

    /**
     * Kafka's client hears of a new leader by itself, and goes on there with what it has not sent yet; what the old one holds comes after it, when
     * that answers or the connection ends.
     */
    private void lookForAnotherLeader() {
        boolean waits = batches.get(0).sentOver != null && now() - batches.get(0).op.triedUs > ANSWERS_WITHIN_US;
        if (connection == null || !waits) {
            return;
        }
        LeaderFinder.Place now =
                producer.leaders().leaderOf(partition, topicWasKnown).place();
        if (now != null && now.leaderEpoch() > leader.leaderEpoch()) {
            connection = null;
        }
    }

    private boolean hasProducerId() {
        if (!producer.rules().idempotent() || producerId != NO_PRODUCER_ID) {
            return true;
        }
        if (!asksForId) {
            asksForId = true;
            producer.askForProducerId(id -> {
                producerId = id;
                pump();
            });
        }
        return false;
    }

    /** Raises the epoch, once nothing is in flight; what was sent before will never be known. */
    private boolean resolveDoubt() {
        for (Batch batch : batches) {
            if (batch.sentOver != null) {
                return false;
            }
        }
        for (Batch batch : List.copyOf(batches)) {
            if (batch.op.attempts > 0) {
                end(batch, Outcome.UNKNOWN);
            }
        }
        epoch++;
        nextSequence = 0;
        lastAcknowledged = -1;
        inDoubt = false;
        return !batches.isEmpty();
    }

    private boolean isConnected() {
        if (connection != null) {
            return true;
        }
        LeaderFinder.Found found = producer.leaders().leaderOf(partition, topicWasKnown);
        if (found.topicIsGone()) {
            failAll();
            return false;
        }
        leader = found.place();
        if (leader == null) {
            return false;
        }
        topicWasKnown = true;
        ClientConnection[] own = new ClientConnection[1];
        own[0] = new ClientConnection(
                producer.world(),
                producer.process(),
                leader.nodeId(),
                leader.port(),
                () -> producer.loop().execute(() -> onClosed(own[0])));
        connection = own[0];
        return true;
    }

    /** The topic was deleted. */
    private void failAll() {
        for (Batch batch : List.copyOf(batches)) {
            if (batch.sentOver == null) {
                batch.op.error = Errors.UNKNOWN_TOPIC_ID;
                end(batch, batch.op.attempts == 0 ? Outcome.FAILED : Outcome.UNKNOWN);
            }
        }
    }

    private void send(Batch batch) {
        ProduceOp op = batch.op;
        if (op.attempts == 0) {
            number(batch);
        }
        op.attempts++;
        op.triedUs = producer.world().scheduler().nowUs();
        ClientConnection over = connection;
        batch.sentOver = over;
        ByteBuffer bytes = Batches.copy(batch.bytes);
        short acks = op.acks;
        int timeoutMs = producer.rules().requestTimeoutMs();
        over.send((server, answer) -> server.access()
                .produce(
                        partition.topicId(),
                        partition.partition(),
                        bytes,
                        acks,
                        timeoutMs,
                        (error, baseOffset, appendTimeMs, logStart, message) -> answer.with(() -> producer.loop()
                                .enter(() -> onAnswer(batch, over, server.nodeId(), error, baseOffset)))));
        if (acks == 0) {
            end(batch, Outcome.OK);
            return;
        }
        int attempt = op.attempts;
        batch.answerTimer = producer.loop()
                .schedule(
                        () -> {
                            if (batch.sentOver == over && op.attempts == attempt) {
                                giveUp(over);
                            }
                        },
                        timeoutMs + 100);
    }

    private void number(Batch batch) {
        ProduceOp op = batch.op;
        if (producer.rules().idempotent()) {
            op.producerId = producerId;
            op.producerEpoch = epoch;
            op.baseSequence = nextSequence;
            nextSequence += op.records;
        }
        batch.bytes = Batches.of(
                op.producerId,
                op.producerEpoch,
                op.baseSequence,
                op.firstValue,
                op.records,
                producer.rules().padding(),
                producer.process().clock().wallClockMs());
        op.crc = Batches.crcOf(batch.bytes);
    }

    // ---- answers

    private void onAnswer(Batch batch, ClientConnection over, int node, Errors error, long baseOffset) {
        if (batch.sentOver != over || !batches.contains(batch)) {
            return;
        }
        batch.sentOver = null;
        batch.answerTimer.cancel();
        batch.op.node = node;
        if (error == Errors.NONE) {
            batch.op.baseOffset = baseOffset;
            end(batch, Outcome.OK);
        } else {
            batch.op.error = error;
            onError(batch, error, over);
        }
        pump();
    }

    private void onError(Batch batch, Errors error, ClientConnection over) {
        switch (error) {
            case DUPLICATE_SEQUENCE_NUMBER -> end(batch, Outcome.OK);
            case OUT_OF_ORDER_SEQUENCE_NUMBER -> {
                // Behind others without an answer it only has to wait for them, and before others that have one it is
                // no loss.
                if (batches.get(0) == batch && batch.op.baseSequence > lastAcknowledged) {
                    end(batch, batch.op.attempts == 1 ? Outcome.FAILED : Outcome.UNKNOWN);
                    inDoubt = true;
                } else {
                    pumpIn(10);
                }
            }
            case UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                end(batch, Outcome.UNKNOWN);
                inDoubt = true;
            }
            case INVALID_RECORD, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE, INVALID_REQUIRED_ACKS -> {
                end(batch, batch.op.attempts == 1 ? Outcome.FAILED : Outcome.UNKNOWN);
                inDoubt = producer.rules().idempotent();
            }
            case NOT_ENOUGH_REPLICAS, THROTTLING_QUOTA_EXCEEDED ->
                pumpIn(20 + producer.dice().nextInt(30));
            default -> {
                // Somebody else leads, or may: look again.
                leave(over);
                pumpIn(10 + producer.dice().nextInt(20));
            }
        }
    }

    /** Later requests of the connection are answered yet, or found to be lost when it closes. */
    private void leave(ClientConnection over) {
        if (connection == over) {
            connection = null;
        }
        if (batches.stream().noneMatch(each -> each.sentOver == over)) {
            over.close();
        }
    }

    private void giveUp(ClientConnection over) {
        over.close();
        onClosed(over);
    }

    private void onClosed(ClientConnection over) {
        if (connection == over) {
            connection = null;
        }
        for (Batch batch : batches) {
            if (batch.sentOver == over) {
                batch.sentOver = null;
                batch.op.error = Errors.NETWORK_EXCEPTION;
            }
        }
        pumpIn(10 + producer.dice().nextInt(20));
    }

    private void expire(Batch batch) {
        if (batches.contains(batch) && now() >= batch.deadlineUs) {
            boolean wasSent = batch.op.attempts > 0;
            end(batch, wasSent ? Outcome.UNKNOWN : Outcome.FAILED);
            inDoubt |= wasSent && producer.rules().idempotent();
            pump();
        } else if (batches.contains(batch)) {
            // This clock is fast.
            batch.expiry = producer.loop().schedule(() -> expire(batch), 10);
        }
    }

    private void end(Batch batch, Outcome outcome) {
        batches.remove(batch);
        if (outcome == Outcome.OK && batch.op.producerEpoch == epoch) {
            lastAcknowledged = Math.max(lastAcknowledged, batch.op.baseSequence);
        }
        batch.expiry.cancel();
        producer.world().history().end(batch.op, outcome, now());
    }
}
