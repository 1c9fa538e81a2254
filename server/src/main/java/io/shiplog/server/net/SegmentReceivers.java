// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.replication.fetch.SegmentCodec.Description;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Limit;
import io.shiplog.replication.runtime.SegmentListener;
import io.shiplog.replication.runtime.SegmentListener.Failure;
import io.shiplog.replication.runtime.SegmentOrder;
import io.shiplog.replication.runtime.SegmentStreams;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives segments on threads of its own, a bounded number at a time in all and from each node. Each has a connection of its own
 * and one buffer; threads and buffers are there only while something is received.
 */
public final class SegmentReceivers implements SegmentStreams, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentReceivers.class);
    /** What comes in one goes into the file in one write, while it is in the processor's cache. */
    private static final int BUFFER_BYTES = 128 * 1024;

    private static final int SMALLEST_PORTION = 64 * 1024;
    private static final long IDLE_S = 10;
    private static final long CLOSE_TIMEOUT_S = 10;

    /** An order, and who waits for it. */
    private record Waiting(SegmentOrder order, SegmentListener listener) {}

    private final EventLoop loop;
    private final SegmentStreamSettings settings;
    private final IntFunction<InetSocketAddress> addresses;
    private final LongSupplier brokerEpoch;
    private final ThreadPoolExecutor threads;

    // Guarded by this.
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Map<Integer, Integer> activeBySource = new HashMap<>();
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private int active;

    private volatile boolean closed;

    /**
     * Nothing is received yet.
     *
     * @param addresses where a node is reached now, null when that is not known; any thread
     * @param brokerEpoch of this node's registration
     */
    public SegmentReceivers(
            EventLoop loop,
            SegmentStreamSettings settings,
            IntFunction<InetSocketAddress> addresses,
            LongSupplier brokerEpoch) {
        this.loop = loop;
        this.settings = settings;
        this.addresses = addresses;
        this.brokerEpoch = brokerEpoch;
        this.threads = new ThreadPoolExecutor(
                settings.streams(),
                settings.streams(),
                IDLE_S,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, "segments-" + settings.nodeId()));
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void receive(SegmentOrder order, SegmentListener listener) {
        synchronized (this) {
            if (!closed) {
                waiting.add(new Waiting(order, listener));
                startWhatMay();
                return;
            }
        }
        loop.execute(() -> listener.failed(Failure.HERE, "the node stops"));
    }

    @Override
    public void discard(ReceivedSegment segment) {
        synchronized (this) {
            if (!closed) {
                threads.execute(segment::discard);
                return;
            }
        }
        segment.discard();
    }

    private void startWhatMay() {
        Iterator<Waiting> orders = waiting.iterator();
        while (orders.hasNext() && active < settings.streams()) {
            Waiting next = orders.next();
            int source = next.order().source();
            if (next.order().isCancelled()) {
                orders.remove();
            } else if (activeBySource.getOrDefault(source, 0) < settings.streamsPerSource()) {
                orders.remove();
                active++;
                activeBySource.merge(source, 1, Integer::sum);
                threads.execute(() -> run(next));
            }
        }
    }

    private void run(Waiting next) {
        ByteBuffer buffer = takeBuffer();
        try {
            receive(next.order(), next.listener(), buffer);
        } finally {
            synchronized (this) {
                buffers.push(buffer);
                active--;
                activeBySource.merge(next.order().source(), -1, (a, b) -> a + b == 0 ? null : a + b);
                if (active == 0) {
                    buffers.clear();
                }
                if (!closed) {
                    startWhatMay();
                }
            }
        }
    }

    private synchronized ByteBuffer takeBuffer() {
        ByteBuffer free = buffers.poll();
        return free != null ? free : ByteBuffer.allocateDirect(BUFFER_BYTES);
    }

    private void receive(SegmentOrder order, SegmentListener listener, ByteBuffer buffer) {
        try {
            receiveWhole(order, listener, buffer);
        } catch (SegmentConnection.Refused e) {
            boolean nothing = e.error() == Errors.OFFSET_NOT_AVAILABLE;
            fail(order, listener, nothing ? Failure.NOTHING_THERE : Failure.SOURCE, e.getMessage());
        } catch (IOException | InvalidRequestException | UnresolvedAddressException e) {
            fail(order, listener, Failure.SOURCE, e.toString());
        } catch (StorageException e) {
            fail(order, listener, Failure.HERE, e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("{}: receiving a segment failed", order.partition().topicPartition(), e);
            fail(order, listener, Failure.HERE, e.toString());
            throw e;
        }
    }

    private void fail(SegmentOrder order, SegmentListener listener, Failure failure, String why) {
        if (!order.isCancelled()) {
            loop.execute(() -> listener.failed(failure, why));
        }
    }

    private void receiveWhole(SegmentOrder order, SegmentListener listener, ByteBuffer buffer)
            throws IOException, SegmentConnection.Refused {
        InetSocketAddress address = addresses.apply(order.source());
        if (address == null) {
            throw new IOException("node " + order.source() + " is not registered");
        }
        SegmentRequest request = new SegmentRequest(
                settings.nodeId(),
                brokerEpoch.getAsLong(),
                order.partition().topicId(),
                order.partition().partition(),
                order.leaderEpoch(),
                order.baseOffset(),
                SegmentRequest.DESCRIBE,
                0,
                0,
                false);
        ReceivedSegment file = null;
        boolean handedOver = false;
        try (SegmentConnection connection =
                new SegmentConnection(address, settings, buffer, () -> closed || order.isCancelled())) {
            Description described = connection.describe(request);
            SealedSegment segment = described.segment();
            if (segment.nextOffset() > order.endOffset()) {
                fail(order, listener, Failure.NOTHING_THERE, "it is not committed as a whole");
                return;
            }
            file = order.log().shipping().receive(segment);
            loop.execute(() -> listener.described(segment));
            if (connection.copy(request, file, described.maxPieceBytes(), pace(order)) && file.finish()) {
                ReceivedSegment whole = file;
                handedOver = true;
                loop.execute(() -> listener.received(whole));
            } else {
                report(order, request, address, buffer, file.problem());
                fail(order, listener, Failure.SOURCE, file.problem());
            }
        } finally {
            if (file != null && !handedOver) {
                file.discard();
            }
        }
    }

    /** Lets the node that sent it know, so that it looks at its own bytes. What it answers does not matter. */
    private void report(
            SegmentOrder order, SegmentRequest request, InetSocketAddress address, ByteBuffer buffer, String problem) {
        LOG.warn(
                "{}: the segment at {} came from node {} in a state that is not sound: {}",
                order.partition().topicPartition(),
                order.baseOffset(),
                order.source(),
                problem);
        try (SegmentConnection connection = new SegmentConnection(address, settings, buffer, () -> closed)) {
            Description unused = connection.describe(request.suspecting());
        } catch (IOException | SegmentConnection.Refused | InvalidRequestException e) {
            LOG.debug("node {} answers a suspicion with {}", order.source(), e.toString());
        }
    }

    private SegmentConnection.Pace pace(SegmentOrder order) {
        Limit limit = order.limit();
        return new SegmentConnection.Pace() {
            @Override
            public int portion(int atMost) {
                return limit != null ? limit.portion(SMALLEST_PORTION, atMost) : atMost;
            }

            @Override
            public long waitMs() {
                return limit != null ? limit.waitMs(loop.nowMs()) : 0;
            }

            @Override
            public void take(int bytes) {
                if (limit != null) {
                    limit.take(bytes, loop.nowMs());
                }
            }
        };
    }

    /** Segments that are being received now. */
    public synchronized int active() {
        return active;
    }

    /** Ends what is under way; returns when no thread uses a log any more, or after some seconds. Not from the loop. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("receiving segments did not end within {} s", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
