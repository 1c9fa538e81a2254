// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.server.api.SegmentRequests;
import io.shiplog.simulation.network.SimConnection;
import io.shiplog.storage.model.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/** The side of a connection that describes and sends segments; in the order in which they were asked for. On the node's loop. */
final class SegmentServing implements FetchConnection.Serving {
    private static final short HEADER_VERSION = ApiKeys.FETCH_SNAPSHOT.requestHeaderVersion(SegmentCodec.VERSION);

    private final StorageLife life;
    private final SimConnection connection;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();
    private boolean closed;

    SegmentServing(StorageLife life, SimConnection connection) {
        this.life = life;
        this.connection = connection;
        connection.onClosedAtServer(() -> life.loop().execute(this::drop));
    }

    @Override
    public void onRequest(ByteBuffer bytes, Consumer<ByteBuffer> reply) {
        ByteBufferAccessor in = new ByteBufferAccessor(bytes.position(Integer.BYTES));
        int correlationId = new RequestHeaderData(in, HEADER_VERSION).correlationId();
        Exchange exchange = new Exchange(correlationId, reply);
        exchanges.add(exchange);
        life.segmentRequests().answer(new FetchSnapshotRequestData(in, SegmentCodec.VERSION), exchange);
    }

    private void drop() {
        closed = true;
        exchanges.clear();
    }

    private final class Exchange implements SegmentRequests.Answer {
        private final int correlationId;
        private final Consumer<ByteBuffer> reply;
        private ByteBuffer answer;

        Exchange(int correlationId, Consumer<ByteBuffer> reply) {
            this.correlationId = correlationId;
            this.reply = reply;
        }

        @Override
        public void message(FetchSnapshotResponseData response) {
            finish(response);
        }

        @Override
        public void bytes(FetchSnapshotResponseData response, int nodeId) {
            life.loop().execute(() -> finish(response));
        }

        private void finish(FetchSnapshotResponseData response) {
            if (closed) {
                SegmentCodec.releaseRecords(response);
                return;
            }
            try {
                answer = FetchBytes.bytes(SegmentCodec.encodeResponse(correlationId, response, ByteBuffer::allocate));
            } catch (StorageException e) {
                // A transfer that comes out short closes the connection.
                connection.closeAtServer();
                drop();
                return;
            }
            while (!exchanges.isEmpty() && exchanges.peek().answer != null) {
                Exchange done = exchanges.poll();
                connection.toClient(() -> done.reply.accept(done.answer));
            }
        }
    }
}
