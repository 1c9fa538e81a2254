// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * An exchange without a connection. Requests and responses go through their encoding, so that a field which the version
 * does not have fails the test.
 */
final class FakeExchange implements Exchange {
    private final RequestHeader header;
    private final ByteBuffer body;
    private ApiMessage response;
    private FetchResponseData fetchResponse;
    private FetchSnapshotResponseData segmentResponse;
    private int followerId;
    private boolean nothing;
    private String closeReason;
    final List<Integer> throttles = new ArrayList<>();
    int fetchMaxBytes = Integer.MAX_VALUE;
    final List<Runnable> onQueuedBehind = new ArrayList<>();
    final List<Runnable> onClosed = new ArrayList<>();

    FakeExchange(ApiKeys api, int version, ApiMessage request) {
        this(api, version, encode(request, (short) version));
    }

    FakeExchange(ApiKeys api, int version, ByteBuffer body) {
        this.header = new RequestHeader(api, (short) version, "fake-client");
        this.body = body;
    }

    static ByteBuffer encode(ApiMessage message, short version) {
        var cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(bytes), cache, version);
        return bytes.flip();
    }

    /** The response as the client reads it: encoded in the version and decoded into {@code empty}. */
    <T extends ApiMessage> T response(T empty) {
        return response(empty, header.version());
    }

    <T extends ApiMessage> T response(T empty, short version) {
        if (response == null) {
            throw new AssertionError("not answered" + (closeReason == null ? "" : ", closed: " + closeReason));
        }
        ByteBuffer bytes = encode(response, version);
        empty.read(new ByteBufferAccessor(bytes), version);
        if (bytes.hasRemaining()) {
            throw new AssertionError(bytes.remaining() + " bytes too many");
        }
        return empty;
    }

    boolean isAnswered() {
        return response != null || fetchResponse != null || segmentResponse != null || nothing || closeReason != null;
    }

    boolean isAnsweredByNothing() {
        return nothing;
    }

    String closeReason() {
        return closeReason;
    }

    FetchSnapshotResponseData segmentResponse() {
        return segmentResponse;
    }

    FetchResponseData fetchResponse() {
        return fetchResponse;
    }

    int followerId() {
        return followerId;
    }

    @Override
    public RequestHeader header() {
        return header;
    }

    @Override
    public int correlationId() {
        return 77;
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
        onQueuedBehind.add(action);
    }

    @Override
    public void onClosed(Runnable action) {
        onClosed.add(action);
    }

    @Override
    public int fetchMaxBytes() {
        return fetchMaxBytes;
    }

    @Override
    public void throttle(int ms) {
        throttles.add(ms);
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public void respond(ApiMessage message) {
        end();
        response = message;
    }

    @Override
    public void respondFetch(FetchResponseData message, int follower) {
        end();
        fetchResponse = message;
        followerId = follower;
    }

    @Override
    public void respondSegment(FetchSnapshotResponseData message, int follower) {
        end();
        segmentResponse = message;
        followerId = follower;
    }

    @Override
    public void respondNothing() {
        end();
        nothing = true;
    }

    @Override
    public void close(String reason) {
        end();
        closeReason = reason;
    }

    private void end() {
        if (isAnswered()) {
            throw new AssertionError("answered twice");
        }
    }
}
