// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.fuzz.Finding;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.server.net.LongTexts;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** A request without a connection, whose answer is encoded as a connection would. What a task throws is kept: a node would have stopped. */
public final class CheckedExchange implements Exchange {
    private static final int CORRELATION_ID = 3;

    private final RequestHeader header;
    private final ByteBuffer body;
    private int ends;
    private String closeReason;
    private Throwable escaped;

    public CheckedExchange(RequestHeader header, ByteBuffer body) {
        this.header = header;
        this.body = body;
    }

    /** Why the connection was to be closed; null when it was not. */
    public String closeReason() {
        return closeReason;
    }

    /** Holds the exchange against what any must be, once the handler has returned. */
    public void check() throws Finding {
        if (escaped != null) {
            throw Finding.escaped("a task of a " + header.api().name + " request", escaped);
        }
        if (ends > 1) {
            throw new Finding(header.api().name + " is answered twice", "answered " + ends + " times: " + header);
        }
    }

    @Override
    public RequestHeader header() {
        return header;
    }

    @Override
    public int correlationId() {
        return CORRELATION_ID;
    }

    @Override
    public long connectionId() {
        return 5;
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public ByteBuffer body() {
        return body;
    }

    @Override
    public void onQueuedBehind(Runnable action) {
        action.run();
    }

    @Override
    public void onClosed(Runnable action) {
        // the connection stays
    }

    @Override
    public void execute(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            escaped = e;
        }
    }

    @Override
    public int fetchMaxBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void throttle(int ms) {
        // nobody reads on here
    }

    @Override
    public void respond(ApiMessage response) {
        ends++;
        boolean tooNew = header.api() == ApiKeys.API_VERSIONS && !header.api().isVersionSupported(header.version());
        encode(response, tooNew ? 0 : header.version());
    }

    private static void encode(ApiMessage response, short version) {
        var cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(LongTexts.size(response, cache, version));
        response.write(new ByteBufferAccessor(bytes), cache, version);
        if (bytes.hasRemaining()) {
            throw new IllegalStateException("an answer is shorter than it says");
        }
    }

    @Override
    public void respondFetch(FetchResponseData response, int followerId) {
        ends++;
        FetchCodec.encodeResponse(CORRELATION_ID, header.version(), response, ByteBuffer::allocate)
                .release();
    }

    @Override
    public void respondSegment(FetchSnapshotResponseData response, int followerId) {
        ends++;
    }

    @Override
    public void respondNothing() {
        ends++;
    }

    @Override
    public void close(String reason) {
        ends++;
        closeReason = reason;
    }
}
