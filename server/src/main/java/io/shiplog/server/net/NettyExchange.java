// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.storage.model.StorageException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** A request of a {@link ClientConnection} in its place in the order of answers. */
final class NettyExchange implements Exchange {
    private final ClientConnection connection;
    private final RequestHeader header;
    private final int correlationId;
    private final ByteBuffer body;
    private final int requestBytes;
    private final ByteBuf frame;

    private boolean queuedBehind;
    private Runnable onQueuedBehind;
    private Runnable onClosed;

    private boolean ended;
    private Object answer; // a message to write, a list of them, or null for none
    private String closeReason;

    NettyExchange(
            ClientConnection connection, RequestHeader header, int correlationId, ByteBuf frame, ByteBuffer body) {
        this.connection = connection;
        this.header = header;
        this.correlationId = correlationId;
        this.frame = frame;
        this.body = body;
        this.requestBytes = frame.readableBytes();
    }

    @Override
    public RequestHeader header() {
        return header;
    }

    @Override
    public int correlationId() {
        return correlationId;
    }

    @Override
    public long connectionId() {
        return connection.id();
    }

    @Override
    public InetAddress clientAddress() {
        return connection.address();
    }

    @Override
    public ByteBuffer body() {
        return body;
    }

    @Override
    public void onQueuedBehind(Runnable action) {
        if (ended) {
            return;
        }
        if (queuedBehind) {
            action.run();
        } else {
            onQueuedBehind = action;
        }
    }

    @Override
    public void onClosed(Runnable action) {
        if (!ended) {
            onClosed = action;
        }
    }

    @Override
    public void execute(Runnable task) {
        connection.execute(task);
    }

    @Override
    public int fetchMaxBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void throttle(int ms) {
        if (connection.inLoop()) {
            connection.mute(ms);
        } else {
            connection.execute(() -> connection.mute(ms));
        }
    }

    @Override
    public void respond(ApiMessage response) {
        if (!connection.inLoop()) {
            connection.execute(() -> respond(response));
        } else if (mayEnd()) {
            answer = connection.encoder().encode(header.api(), answerVersion(), correlationId, response);
            end();
        }
    }

    @Override
    public void respondFetch(FetchResponseData response, int followerId) {
        if (!connection.inLoop()) {
            connection.execute(() -> respondFetch(response, followerId));
        } else if (mayEnd()) {
            try {
                var peer = connection.transferPeer(followerId, header.clientId());
                answer = connection.encoder().encodeFetch(correlationId, header.version(), response, peer);
            } catch (StorageException e) {
                closeReason = "records could not be read: " + e.getMessage();
            }
            end();
        } else {
            FetchCodec.releaseRecords(response);
        }
    }

    @Override
    public void respondSegment(FetchSnapshotResponseData response, int followerId) {
        if (!connection.inLoop()) {
            connection.execute(() -> respondSegment(response, followerId));
        } else if (mayEnd()) {
            try {
                var peer = connection.transferPeer(followerId, header.clientId());
                answer = connection.encoder().encodeSegment(correlationId, response, peer);
            } catch (StorageException e) {
                closeReason = "a segment could not be read: " + e.getMessage();
            }
            end();
        } else {
            SegmentCodec.releaseRecords(response);
        }
    }

    @Override
    public void respondNothing() {
        if (!connection.inLoop()) {
            connection.execute(this::respondNothing);
        } else if (mayEnd()) {
            end();
        }
    }

    @Override
    public void close(String reason) {
        if (!connection.inLoop()) {
            connection.execute(() -> close(reason));
        } else if (mayEnd()) {
            closeReason = reason;
            end();
        }
    }

    int requestBytes() {
        return requestBytes;
    }

    boolean isEnded() {
        return ended;
    }

    /** Why the connection is to be closed instead of answered; null when it is to be answered. */
    String closeReason() {
        return closeReason;
    }

    /** Bytes of the answer that are in memory. */
    int answerBytes() {
        if (answer instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        int total = 0;
        if (answer instanceof List<?> parts) {
            for (int i = 0; i < parts.size(); i++) {
                total += parts.get(i) instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
            }
        }
        return total;
    }

    /** The answer, to be written and forgotten here. */
    Object takeAnswer() {
        Object taken = answer;
        answer = null;
        return taken;
    }

    /** The handler has returned: the request's bytes can go. */
    void handled() {
        frame.release();
    }

    void markQueuedBehind() {
        queuedBehind = true;
        Runnable action = onQueuedBehind;
        onQueuedBehind = null;
        if (action != null && !ended) {
            action.run();
        }
    }

    /** The connection is gone. */
    void drop() {
        boolean unanswered = !ended;
        ended = true;
        releaseAnswer();
        onQueuedBehind = null;
        Runnable action = onClosed;
        onClosed = null;
        if (action != null && unanswered) {
            action.run();
        }
    }

    /** An ApiVersions request that is too new is answered in version 0, which every client can read (KIP-511). */
    private short answerVersion() {
        boolean tooNew = header.api() == ApiKeys.API_VERSIONS && !header.api().isVersionSupported(header.version());
        return tooNew ? 0 : header.version();
    }

    private boolean mayEnd() {
        if (ended && !connection.isGone()) {
            throw new IllegalStateException("answered twice: " + header);
        }
        return !ended;
    }

    private void end() {
        ended = true;
        onQueuedBehind = null;
        onClosed = null;
        connection.ended(this);
    }

    private void releaseAnswer() {
        Object dropped = takeAnswer();
        if (dropped instanceof List<?> parts) {
            parts.forEach(ReferenceCountUtil::release);
        } else if (dropped != null) {
            ReferenceCountUtil.release(dropped);
        }
    }
}
