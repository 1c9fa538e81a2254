// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimConnection;
import java.nio.ByteBuffer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** A connection of a client, which may be a follower, to the fetches of a storage node, or to its segments. */
public final class FetchConnection {
    /** What answers at the other end. */
    interface Serving {
        /**
         * A request has arrived.
         *
         * @param reply takes the answer's bytes, at the other end of the connection
         */
        void onRequest(ByteBuffer bytes, Consumer<ByteBuffer> reply);
    }

    private final SimConnection connection;
    private final StorageLife server;
    private final Serving serving;

    /**
     * Connects to the process that listens at a port, if there is one.
     *
     * @param onClosed run when the connection breaks, at the client
     */
    public FetchConnection(NodeWorld world, SimProcess client, int nodeId, int port, Runnable onClosed) {
        this(world, client, nodeId, port, onClosed, FetchServing::new);
    }

    FetchConnection(
            NodeWorld world,
            SimProcess client,
            int nodeId,
            int port,
            Runnable onClosed,
            BiFunction<StorageLife, SimConnection, Serving> served) {
        server = world.lifeAt(port);
        boolean listens = server != null && server.serves();
        connection = world.network().connect(client, nodeId, listens ? server.process() : null, world.hasPower(nodeId));
        connection.onClosedAtClient(onClosed);
        serving = listens ? served.apply(server, connection) : null;
    }

    public boolean isOpen() {
        return connection.isOpenAtClient();
    }

    /** Sends a request; the answer's bytes come to {@code reply}, at the client. */
    public void send(ByteBuffer request, Consumer<ByteBuffer> reply) {
        if (serving == null) {
            return;
        }
        // What has arrived is read before the end of the connection is, also when that has arrived too.
        connection.toServer(() -> server.loop().enter(() -> serving.onRequest(request, reply)));
    }

    public void close() {
        connection.closeAtClient();
    }
}
