// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentCodec.BytesHeader;
import io.shiplog.replication.fetch.SegmentCodec.Description;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.SegmentListener;
import io.shiplog.replication.runtime.SegmentListener.Failure;
import io.shiplog.replication.runtime.SegmentOrder;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.StorageException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;

/** One segment on its way to this node; what {@code SegmentConnection} does by waiting happens here in events. On a thread of its own. */
final class SegmentTransfer {
    private static final int CHUNK_BYTES = 500;
    private static final int REQUESTS_AHEAD = 2;
    private static final long LOOK_MS = 100;
    private static final long TIMEOUT_MS = 500;

    private final SegmentLinks links;
    private final NodeWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final SimLoop thread;
    private final SegmentOrder order;
    private final SegmentListener listener;
    private SegmentRequest request;
    private int port;
    private FetchConnection connection;
    private ReceivedSegment file;
    private int pieceBytes;
    private int sent;
    private int answered;
    private int askedBytes;
    private long lastHeardMs;
    private boolean finishing;
    private boolean over;

    SegmentTransfer(
            SegmentLinks links,
            NodeWorld world,
            SimProcess process,
            SimLoop loop,
            SimLoop thread,
            SegmentOrder order,
            SegmentListener listener) {
        this.links = links;
        this.world = world;
        this.process = process;
        this.loop = loop;
        this.thread = thread;
        this.order = order;
        this.listener = listener;
    }

    void start(MetadataImage image, long brokerEpoch) {
        if (over) {
            return;
        }
        BrokerImage source = image.broker(order.source());
        if (source == null || source.endpoints().isEmpty()) {
            fail(Failure.SOURCE, "node " + order.source() + " is not registered");
            return;
        }
        request = new SegmentRequest(
                process.id(),
                brokerEpoch,
                order.partition().topicId(),
                order.partition().partition(),
                order.leaderEpoch(),
                order.baseOffset(),
                SegmentRequest.DESCRIBE,
                0,
                0,
                false);
        port = source.endpoints().get(0).port();
        connection = connect(() -> thread.execute(() -> fail(Failure.SOURCE, "the connection was closed")));
        lastHeardMs = thread.nowMs();
        send(request);
        look();
    }

    private FetchConnection connect(Runnable onClosed) {
        return new FetchConnection(world, process, order.source(), port, onClosed, SegmentServing::new);
    }

    private void send(SegmentRequest asked) {
        ByteBuffer frame = SegmentCodec.encodeRequest(sent++, "shipping", asked);
        connection.send(frame, bytes -> thread.enter(() -> onAnswer(bytes)));
    }

    /** Whether it is still wanted, and whether anything comes. */
    private void look() {
        if (over) {
            return;
        }
        if (order.isCancelled()) {
            giveUp();
        } else if (!finishing && thread.nowMs() - lastHeardMs > TIMEOUT_MS) {
            fail(Failure.SOURCE, "it sends nothing");
        } else {
            var unused = thread.schedule(this::look, LOOK_MS);
        }
    }

    private void onAnswer(ByteBuffer bytes) {
        if (over) {
            return;
        }
        lastHeardMs = thread.nowMs();
        ByteBuffer frame = bytes.position(Integer.BYTES).slice();
        try {
            BytesHeader header = SegmentCodec.readBytesHeader(file == null ? frame.duplicate() : frame);
            if (header.correlationId() != answered++) {
                fail(Failure.SOURCE, "answer " + header.correlationId() + " out of order");
            } else if (header.error() != Errors.NONE) {
                boolean nothing = header.error() == Errors.OFFSET_NOT_AVAILABLE;
                fail(
                        nothing ? Failure.NOTHING_THERE : Failure.SOURCE,
                        header.error().name());
            } else if (file == null) {
                onDescribed(SegmentCodec.readDescription(frame, order.baseOffset()));
            } else {
                onBytes(header, frame);
            }
        } catch (InvalidRequestException e) {
            fail(Failure.SOURCE, e.toString());
        } catch (StorageException e) {
            fail(Failure.HERE, e.getMessage());
        }
    }

    private void onDescribed(Description described) {
        SealedSegment segment = described.segment();
        if (segment.nextOffset() > order.endOffset()) {
            fail(Failure.NOTHING_THERE, "it is not committed as a whole");
            return;
        }
        file = order.log().shipping().receive(segment);
        pieceBytes = Math.min(CHUNK_BYTES, described.maxPieceBytes());
        loop.execute(() -> listener.described(segment));
        ask();
    }

    private void ask() {
        int size = file.segment().sizeInBytes();
        while (askedBytes < size && sent - answered < REQUESTS_AHEAD) {
            int portion = Math.min(size - askedBytes, pieceBytes);
            send(request.forBytes(size, askedBytes, portion));
            askedBytes += portion;
        }
    }

    private void onBytes(BytesHeader header, ByteBuffer frame) {
        int size = file.segment().sizeInBytes();
        if (header.position() != file.written() || header.bytes() != Math.min(pieceBytes, size - file.written())) {
            fail(Failure.SOURCE, "other bytes came than were asked for");
        } else if (!file.write(frame.slice(frame.position(), header.bytes()))) {
            refuse();
        } else if (file.written() < size) {
            ask();
        } else {
            finishing = true;
            world.scheduler().after(links.syncUs(), "segment synced", process, () -> thread.enter(this::finish));
        }
    }

    private void finish() {
        if (over) {
            return;
        }
        try {
            if (!file.finish()) {
                refuse();
                return;
            }
        } catch (StorageException e) {
            fail(Failure.HERE, e.getMessage());
            return;
        }
        world.scheduler()
                .trace()
                .line(() -> "node " + process.id() + " has received the segment at " + order.baseOffset() + " of "
                        + order.partition().topicPartition() + " from node " + order.source());
        ReceivedSegment whole = file;
        file = null;
        end();
        loop.execute(() -> listener.received(whole));
    }

    /** Lets the node that sent it know, so that it looks at its own bytes. */
    private void refuse() {
        FetchConnection[] told = new FetchConnection[1];
        told[0] = connect(() -> {});
        ByteBuffer frame = SegmentCodec.encodeRequest(0, "shipping", request.suspecting());
        told[0].send(frame, bytes -> told[0].close());
        world.scheduler()
                .trace()
                .line(() -> "node " + process.id() + " refuses the segment at " + order.baseOffset() + " of "
                        + order.partition().topicPartition() + " from node " + order.source());
        fail(Failure.SOURCE, file.problem());
    }

    private void fail(Failure failure, String why) {
        if (!over) {
            end();
            if (!order.isCancelled()) {
                loop.execute(() -> listener.failed(failure, why));
            }
        }
    }

    /** Nobody is told. */
    void giveUp() {
        if (!over) {
            end();
        }
    }

    private void end() {
        over = true;
        if (connection != null) {
            connection.close();
        }
        if (file != null) {
            file.discard();
        }
        links.onEnded(this, thread);
    }
}
