// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchResponseHandler;
import io.shiplog.replication.fetch.LeaderEndpoint;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchRequestData;

/** The way of a follower to one leader. On the follower's loop. */
final class FetchLink implements LeaderEndpoint {
    private static final long CONNECT_TIMEOUT_MS = 500;

    private final NodeWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final Supplier<MetadataImage> image;
    private final int leaderId;
    private final ArrayDeque<FetchResponseHandler> waiting = new ArrayDeque<>();
    private FetchConnection connection;
    private boolean closed;

    FetchLink(NodeWorld world, SimProcess process, SimLoop loop, Supplier<MetadataImage> image, int leaderId) {
        this.world = world;
        this.process = process;
        this.loop = loop;
        this.image = image;
        this.leaderId = leaderId;
    }

    @Override
    public int leaderId() {
        return leaderId;
    }

    @Override
    public void fetch(FetchRequestData request, FetchResponseHandler handler) {
        if (connection == null && !connect()) {
            loop.execute(() -> handler.onFailure("the leader is not registered"));
            return;
        }
        waiting.add(handler);
        FetchConnection over = connection;
        over.send(FetchBytes.encode(request), bytes -> loop.enter(() -> onAnswer(over, bytes)));
    }

    private boolean connect() {
        BrokerImage leader = image.get().broker(leaderId);
        if (leader == null || leader.endpoints().isEmpty()) {
            return false;
        }
        FetchConnection[] own = new FetchConnection[1];
        own[0] = new FetchConnection(
                world, process, leaderId, leader.endpoints().get(0).port(), () -> loop.execute(() -> onClosed(own[0])));
        FetchConnection over = own[0];
        connection = over;
        if (!world.hasPower(leaderId)) {
            var unused = loop.schedule(() -> onClosed(over), CONNECT_TIMEOUT_MS);
        }
        return true;
    }

    private void onAnswer(FetchConnection over, ByteBuffer bytes) {
        if (over == connection && !waiting.isEmpty() && !closed) {
            waiting.poll().onResponse(FetchBytes.decodeResponse(bytes));
        }
    }

    private void onClosed(FetchConnection over) {
        if (over == connection) {
            disconnect();
        }
    }

    @Override
    public void disconnect() {
        FetchConnection over = connection;
        connection = null;
        if (over != null) {
            over.close();
        }
        while (!waiting.isEmpty()) {
            FetchResponseHandler handler = waiting.poll();
            loop.execute(() -> {
                if (!closed) {
                    handler.onFailure("the connection broke");
                }
            });
        }
    }

    @Override
    public void close() {
        closed = true;
        waiting.clear();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
