// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.log.LogSlice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * A connection to the leader's {@link FetchService} that carries real bytes: every hop is one task of the loop, answers keep the
 * order of requests. It can be cut, and it can hold what is on its way.
 */
final class WireEndpoint implements LeaderEndpoint {
    /** One request on its way, at the leader, or answered. */
    private static final class Call {
        private final FetchResponseHandler handler;
        private PendingFetch pending;
        private ByteBuffer answer;

        private Call(FetchResponseHandler handler) {
            this.handler = handler;
        }
    }

    private static final short VERSION = FetchCodec.MAX_VERSION;
    private static final int MAX_ELEMENTS = 100_000;
    private static final int HEADER_BYTES = 4 + 4 + 1;

    private final ManualLoop loop;
    private final int leaderId;
    private final ArrayDeque<Call> calls = new ArrayDeque<>();
    /** What the leader read, in order. */
    final List<FetchRequestData> requests = new ArrayList<>();

    /** What the follower read, in order, without records. */
    final List<FetchResponseData> responses = new ArrayList<>();

    FetchService leader;
    boolean reachable = true;
    boolean holdsAnswers;
    boolean closed;
    int mostInFlight;
    long recordBytes;

    WireEndpoint(ManualLoop loop, int leaderId, FetchService leader) {
        this.loop = loop;
        this.leaderId = leaderId;
        this.leader = leader;
    }

    @Override
    public int leaderId() {
        return leaderId;
    }

    @Override
    public void fetch(FetchRequestData request, FetchResponseHandler handler) {
        assertThat(closed).as("closed").isFalse();
        Call call = new Call(handler);
        calls.add(call);
        mostInFlight = Math.max(mostInFlight, calls.size());
        ByteBuffer bytes = RandomFetches.encode(request, VERSION);
        loop.execute(() -> arrive(call, bytes));
    }

    private void arrive(Call call, ByteBuffer bytes) {
        if (!calls.contains(call)) {
            return;
        }
        if (!reachable) {
            disconnect();
            return;
        }
        FetchRequestData request = FetchCodec.decodeRequest(bytes, VERSION, MAX_ELEMENTS);
        requests.add(request);
        // As the server does: a request that waits lets the next one of its connection pass.
        calls.forEach(earlier -> {
            if (earlier.pending != null) {
                earlier.pending.release();
            }
        });
        call.pending = leader.fetch(VERSION, request, response -> answered(call, response));
    }

    private void answered(Call call, FetchResponseData response) {
        FetchFrame frame = FetchCodec.encodeResponse(0, VERSION, response, ByteBuffer::allocate);
        call.answer = bytes(frame);
        if (!holdsAnswers) {
            loop.execute(this::deliver);
        }
    }

    /** Lets what was held go on. */
    void letGo() {
        holdsAnswers = false;
        loop.execute(this::deliver);
    }

    private void deliver() {
        while (!calls.isEmpty() && calls.peek().answer != null && !holdsAnswers) {
            Call call = calls.poll();
            ByteBuffer body = call.answer.position(HEADER_BYTES);
            FetchResponseData response = FetchCodec.decodeResponse(body, VERSION, MAX_ELEMENTS);
            responses.add(response);
            response.responses()
                    .forEach(topic -> topic.partitions()
                            .forEach(data -> recordBytes +=
                                    data.records() == null ? 0 : data.records().sizeInBytes()));
            call.handler.onResponse(response);
        }
    }

    @Override
    public void disconnect() {
        while (!calls.isEmpty()) {
            Call call = calls.poll();
            if (call.pending != null) {
                call.pending.drop();
            }
            loop.execute(() -> call.handler.onFailure("connection lost"));
        }
    }

    @Override
    public void close() {
        closed = true;
        calls.forEach(call -> {
            if (call.pending != null) {
                call.pending.drop();
            }
        });
        calls.clear();
    }

    /** Requests without an answer. */
    int inFlight() {
        return calls.size();
    }

    static ByteBuffer bytes(FetchFrame frame) {
        ByteBuffer whole = ByteBuffer.allocate(frame.sizeInBytes());
        frame.writeTo(new FrameSink() {
            @Override
            public void bytes(ByteBuffer bytes) {
                whole.put(bytes);
            }

            @Override
            public void slice(LogSlice slice) {
                int size = slice.sizeInBytes();
                assertThat(size).isPositive();
                assertThat(slice.copyTo(whole)).isEqualTo(size);
                slice.release();
            }
        });
        assertThat(whole.remaining()).isZero();
        return whole.flip();
    }
}
