// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimConnection;
import io.shiplog.simulation.node.StorageLife;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/** A client's connection to a storage node: requests are served in order, and answered in that order. */
final class ClientConnection {
    /** One request that is being served. */
    private static final class Exchange {
        private Runnable reply;
    }

    private final StorageLife server;
    private final SimConnection connection;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();

    ClientConnection(ClientWorld world, SimProcess client, int nodeId, int port, Runnable onClosed) {
        StorageLife life = world.lifeAt(port);
        boolean listens = life != null && life.serves();
        server = listens ? life : null;
        connection = world.network().connect(client, nodeId, listens ? life.process() : null, world.hasPower(nodeId));
        connection.onClosedAtClient(onClosed);
    }

    boolean isOpen() {
        return connection.isOpenAtClient();
    }

    /** Serves a request at the node, on its loop. What it hands to the answer's taker happens at the client. */
    void send(BiConsumer<StorageLife, Answer> request) {
        if (server == null) {
            return;
        }
        connection.toServer(() -> server.loop().enter(() -> {
            if (connection.isOpenAtServer()) {
                Exchange exchange = new Exchange();
                exchanges.add(exchange);
                request.accept(server, reply -> answer(exchange, reply));
            }
        }));
    }

    /** Takes the answer to a request: what happens at the client when it arrives. */
    interface Answer {
        void with(Runnable reply);
    }

    private void answer(Exchange exchange, Runnable reply) {
        exchange.reply = reply;
        while (!exchanges.isEmpty() && exchanges.peek().reply != null) {
            connection.toClient(exchanges.poll().reply);
        }
    }

    void close() {
        connection.closeAtClient();
    }
}
