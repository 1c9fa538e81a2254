// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchResponseHandler;
import io.shiplog.replication.fetch.LeaderEndpoint;
import io.shiplog.replication.fetch.LeaderEndpoints;
import io.shiplog.server.net.LeaderEndpointSettings;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.NettyLeaderEndpoint;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchRequestData;

/** Opens connections to leaders at the addresses that the newest metadata gives. On the loop. */
public final class LeaderConnections implements LeaderEndpoints {
    private final NettyEventLoop loop;
    private final Supplier<MetadataImage> image;
    private final LeaderEndpointSettings settings;

    public LeaderConnections(NettyEventLoop loop, Supplier<MetadataImage> image, LeaderEndpointSettings settings) {
        this.loop = loop;
        this.image = image;
        this.settings = settings;
    }

    @Override
    public LeaderEndpoint open(int leaderId) {
        BrokerImage leader = image.get().broker(leaderId);
        if (leader == null || leader.endpoints().isEmpty()) {
            return new Nowhere(loop, leaderId);
        }
        ListenerEndpoint address = leader.endpoints().get(0);
        return new NettyLeaderEndpoint(loop, leaderId, address.host(), address.port(), settings);
    }

    /** The way to a leader that is not registered, until metadata says more and the fetcher is told to connect anew. */
    private record Nowhere(NettyEventLoop loop, int leaderId) implements LeaderEndpoint {
        @Override
        public void fetch(FetchRequestData request, FetchResponseHandler handler) {
            loop.execute(() -> handler.onFailure("node " + leaderId + " is not registered"));
        }

        @Override
        public void disconnect() {}

        @Override
        public void close() {}
    }
}
