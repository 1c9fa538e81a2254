// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.NoRoom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments on their way to one follower: some are received ahead, side by side; they become part of the log one after the other. One
 * source at a time; when it fails the next in-sync replica takes its place from the segment on that failed. Comes to an end by itself after a
 * GiB or a number of segments, so that the leader is asked, and told, how far the follower is. On the loop.
 */
final class Shipment {
    private static final Logger LOG = LoggerFactory.getLogger(Shipment.class);
    /** Segments that are received or wait to be adopted; so many files at most lie beside the log. */
    static final int MAX_AHEAD = 3;

    static final int MAX_SEGMENTS = 32;
    /** Nothing more is ordered after so much: the leader hears nothing of this follower meanwhile. */
    private static final long MAX_BYTES = 1L << 30;

    private final Replica replica;
    private final PartitionLog log;
    private final FollowerRole role;
    private final SegmentStreams streams;
    private final EventLoop loop;
    private final int batchesPerTurn;
    private final int leaderEpoch;
    private final long endOffset;
    private final List<Integer> sources;
    private final ArrayDeque<Part> parts = new ArrayDeque<>();
    private final long beganMs;

    private int source;
    private long nextOffset;
    private int ordered;
    private long describedBytes;
    /** The segment that was ordered last has not been described: where the next one begins is not known. */
    private boolean awaitsDescription;

    private boolean describedBySource;
    private boolean nothingMore;
    private boolean adopting;
    private int adopted;
    private long adoptedBytes;
    private boolean over;

    Shipment(Replica replica, FollowerRole role, ReplicaContext context, long fromOffset, long endOffset) {
        PartitionState state = replica.state();
        this.replica = replica;
        this.log = replica.log();
        this.role = role;
        this.streams = context.shipping().streams();
        this.batchesPerTurn = context.shipping().batchesPerTurn();
        this.loop = context.loop();
        this.leaderEpoch = state.leaderEpoch();
        this.endOffset = endOffset;
        this.nextOffset = fromOffset;
        this.sources = sources(state, replica.nodeId(), replica.id().partition());
        this.beganMs = loop.nowMs();
    }

    /** In-sync followers first, beginning with another one for each partition; the leader has enough to do. */
    static List<Integer> sources(PartitionState state, int self, int partition) {
        List<Integer> followers = new ArrayList<>();
        int leader = PartitionState.NO_LEADER;
        for (AssignedReplica each : state.replicas()) {
            if (!each.inIsr() || each.fenced() || each.id() == self) {
                continue;
            }
            if (each.id() == state.leader()) {
                leader = each.id();
            } else {
                followers.add(each.id());
            }
        }
        List<Integer> sources = new ArrayList<>();
        for (int i = 0; i < followers.size(); i++) {
            sources.add(followers.get((partition + i) % followers.size()));
        }
        if (leader != PartitionState.NO_LEADER) {
            sources.add(leader);
        }
        return sources;
    }

    void start() {
        order();
        endIfDone();
    }

    ReplicaStatus.ShipmentStatus status() {
        return new ReplicaStatus.ShipmentStatus(adoptedBytes, endOffset);
    }

    /** Gives up; nobody is told. */
    void cancel() {
        if (over) {
            return;
        }
        over = true;
        dropFrom(parts.peek());
        log.shipping().endAdoption();
        say("given up");
    }

    private void order() {
        while (!over && !nothingMore && !awaitsDescription && parts.size() < MAX_AHEAD) {
            if (replica.throttle().ordersNothing()
                    || ordered == MAX_SEGMENTS
                    || describedBytes >= MAX_BYTES
                    || nextOffset >= endOffset
                    || source == sources.size()) {
                nothingMore = true;
                return;
            }
            Part part = new Part(
                    new SegmentOrder(
                            replica.id(),
                            log,
                            sources.get(source),
                            leaderEpoch,
                            nextOffset,
                            endOffset,
                            replica.throttle().fetching()),
                    source);
            parts.add(part);
            ordered++;
            awaitsDescription = true;
            streams.receive(part.order, part);
        }
    }

    private void onDescribed(SealedSegment segment) {
        awaitsDescription = false;
        describedBySource = true;
        describedBytes += segment.sizeInBytes();
        nextOffset = segment.nextOffset();
        order();
    }

    private void onReceived(Part part, ReceivedSegment received) {
        part.received = received;
        adoptNext();
    }

    private void onFailed(Part part, SegmentListener.Failure failure, String why) {
        boolean nextSource = failure == SegmentListener.Failure.SOURCE
                || (failure == SegmentListener.Failure.NOTHING_THERE && !describedBySource);
        if (failure == SegmentListener.Failure.SOURCE) {
            LOG.warn(
                    "{}: node {} does not ship the segment at {}: {}",
                    replica.id().topicPartition(),
                    part.order.source(),
                    part.order.baseOffset(),
                    why);
        } else if (failure == SegmentListener.Failure.HERE) {
            LOG.warn("{}: segments cannot be taken: {}", replica.id().topicPartition(), why);
        }
        nextOffset = part.order.baseOffset();
        dropFrom(part);
        nothingMore = !nextSource;
        if (nextSource) {
            if (part.source == source) {
                source++;
                describedBySource = false;
            }
            order();
        }
        endIfDone();
    }

    /** Cancels a part and all behind it. */
    private void dropFrom(Part first) {
        boolean drop = false;
        for (Part part : List.copyOf(parts)) {
            drop |= part == first;
            if (drop) {
                parts.remove(part);
                part.order.cancel();
                if (part.received != null) {
                    streams.discard(part.received);
                }
            }
        }
        awaitsDescription = false;
    }

    private void adoptNext() {
        Part head = parts.peek();
        if (over || adopting || head == null || head.received == null) {
            return;
        }
        String refusal = log.shipping().beginAdoption(head.received, leaderEpoch);
        if (refusal != null) {
            onFailed(head, SegmentListener.Failure.HERE, refusal);
            return;
        }
        adopting = true;
        adoptSome();
    }

    private void adoptSome() {
        if (over) {
            return;
        }
        boolean done;
        try {
            done = log.shipping().adopt(batchesPerTurn);
        } catch (NoRoom e) {
            adopting = false;
            log.shipping().endAdoption();
            onFailed(parts.peek(), SegmentListener.Failure.HERE, e.getMessage());
            return;
        }
        if (!done) {
            loop.execute(() -> replica.event(this::adoptSome));
            return;
        }
        adopting = false;
        adopted++;
        adoptedBytes += parts.poll().received.written();
        role.shipped();
        if (over) {
            return;
        }
        order();
        adoptNext();
        endIfDone();
    }

    private void endIfDone() {
        if (!over && parts.isEmpty()) {
            over = true;
            say("done");
            role.shippingEnded();
        }
    }

    private void say(String how) {
        if (adopted > 0) {
            LOG.info(
                    "{}: {} segments of {} bytes were shipped in {} ms, the log ends at {} ({})",
                    replica.id().topicPartition(),
                    adopted,
                    adoptedBytes,
                    loop.nowMs() - beganMs,
                    log.logEndOffset(),
                    how);
        }
    }

    /** One segment. */
    private final class Part implements SegmentListener {
        private final SegmentOrder order;
        /** Which of the sources: several parts of one may fail, one after the other. */
        private final int source;

        private ReceivedSegment received; // null until it is complete

        Part(SegmentOrder order, int source) {
            this.order = order;
            this.source = source;
        }

        @Override
        public void described(SealedSegment segment) {
            if (!order.isCancelled()) {
                replica.event(() -> onDescribed(segment));
            }
        }

        @Override
        public void received(ReceivedSegment segment) {
            if (order.isCancelled()) {
                streams.discard(segment);
            } else {
                replica.event(() -> onReceived(this, segment));
            }
        }

        @Override
        public void failed(Failure failure, String why) {
            if (!order.isCancelled()) {
                replica.event(() -> onFailed(this, failure, why));
            }
        }
    }
}
