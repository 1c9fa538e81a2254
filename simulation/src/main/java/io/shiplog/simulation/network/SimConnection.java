// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.network;

import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimProcess;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection between two processes. A message is what happens where it arrives; the messages of one direction arrive in the order in which they
 * were sent. When one side closes, the other hears of it behind the last message.
 */
public final class SimConnection {
    /** One direction. */
    private static final class Way {
        final int from;
        final int to;
        final SimProcess receiver;
        /** Sent and not arrived; the closing of the connection is the last one. */
        final ArrayDeque<Runnable> underWay = new ArrayDeque<>();

        long lastArrivalUs;
        /** How many of those under way have no arrival set: the link was cut. */
        int held;
        /** It was reset: nothing that is sent now arrives. */
        boolean broken;

        Way(int from, int to, SimProcess receiver) {
            this.from = from;
            this.to = to;
            this.receiver = receiver;
        }
    }

    private final SimNetwork network;
    private final Scheduler scheduler;
    private final SimProcess client;
    private final SimProcess server;
    private final int serverNode;
    private final Way toServer;
    private final Way toClient;
    private Runnable onClosedAtClient = () -> {};
    private Runnable onClosedAtServer = () -> {};
    private boolean closedAtClient;
    private boolean closedAtServer;
    private boolean refused;

    SimConnection(SimNetwork network, Scheduler scheduler, SimProcess client, int serverNode, SimProcess server) {
        this.network = network;
        this.scheduler = scheduler;
        this.client = client;
        this.server = server;
        this.serverNode = serverNode;
        this.toServer = new Way(client.id(), serverNode, server);
        this.toClient = new Way(serverNode, client.id(), client);
    }

    /** What happens at the client when the connection ended otherwise than by {@link #closeAtClient}. */
    public void onClosedAtClient(Runnable action) {
        onClosedAtClient = action;
    }

    /** What happens at the server when the connection ended otherwise than by {@link #closeAtServer}. */
    public void onClosedAtServer(Runnable action) {
        onClosedAtServer = action;
    }

    public boolean isOpenAtClient() {
        return !closedAtClient;
    }

    public boolean isOpenAtServer() {
        return !closedAtServer;
    }

    /** Sends; of no effect when this side knows that the connection is closed. */
    public void toServer(Runnable message) {
        if (!closedAtClient) {
            send(toServer, () -> {
                if (!closedAtServer) {
                    message.run();
                }
            });
        }
    }

    public void toClient(Runnable message) {
        if (!closedAtServer) {
            send(toClient, () -> {
                if (!closedAtClient) {
                    message.run();
                }
            });
        }
    }

    private void send(Way way, Runnable message) {
        if (way.broken) {
            return;
        }
        way.underWay.add(message);
        if (way.held > 0 || network.isCut(way.from, way.to)) {
            way.held++;
        } else {
            arrive(way);
        }
    }

    private void arrive(Way way) {
        way.lastArrivalUs = Math.max(way.lastArrivalUs + 1, scheduler.nowUs() + network.delayUs());
        scheduler.at(way.lastArrivalUs, "arrival", way.receiver, () -> deliver(way));
    }

    private void deliver(Way way) {
        if (network.isCut(way.from, way.to)) {
            way.held++;
            return;
        }
        Runnable message = way.underWay.poll();
        if (message != null) {
            message.run();
        }
    }

    /** The link may be whole again. */
    void flush() {
        flush(toServer);
        flush(toClient);
    }

    private void flush(Way way) {
        if (way.held > 0 && !network.isCut(way.from, way.to)) {
            int count = way.held;
            way.held = 0;
            for (int i = 0; i < count; i++) {
                arrive(way);
            }
        }
    }

    // ---- the end

    /** The client gives the connection up. What it has sent arrives, unless it waits at a cut: of that some does, late. */
    public void closeAtClient() {
        if (!closedAtClient) {
            closedAtClient = true;
            giveUp(toServer);
            send(toServer, () -> close(false));
            forgetIfOver();
        }
    }

    public void closeAtServer() {
        if (!closedAtServer) {
            closedAtServer = true;
            giveUp(toClient);
            send(toClient, () -> close(true));
            forgetIfOver();
        }
    }

    private void giveUp(Way way) {
        ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        for (; way.held > 0 && !way.underWay.isEmpty(); way.held--) {
            waiting.addFirst(way.underWay.pollLast());
        }
        way.held = 0;
        if (!waiting.isEmpty() && network.arrivesLate()) {
            arriveLate(way, waiting);
        }
    }

    /** In the order in which it was sent; returns when all of it has. */
    private long arriveLate(Way way, Iterable<Runnable> messages) {
        long atUs = scheduler.nowUs() + network.lateUs();
        for (Runnable message : messages) {
            scheduler.at(atUs++, "late arrival", way.receiver, message);
        }
        return atUs;
    }

    private void close(boolean atClient) {
        if (atClient && !closedAtClient) {
            closedAtClient = true;
            onClosedAtClient.run();
        } else if (!atClient && !closedAtServer) {
            closedAtServer = true;
            onClosedAtServer.run();
        }
        forgetIfOver();
    }

    private void forgetIfOver() {
        if (closedAtClient && closedAtServer) {
            network.remove(this);
        }
    }

    /** The connection breaks: both sides notice, and what is on its way is lost, but for what arrives late. */
    void reset() {
        breakOff(toServer, () -> close(false));
        breakOff(toClient, () -> close(true));
    }

    /** What arrives late does so in its order, and the receiver hears of the end behind it. */
    private void breakOff(Way way, Runnable end) {
        List<Runnable> sent = new ArrayList<>(way.underWay);
        way.held = 0;
        way.underWay.clear();
        if (sent.isEmpty() || !network.arrivesLate()) {
            send(way, end);
            return;
        }
        way.broken = true;
        scheduler.at(arriveLate(way, sent), "late end", way.receiver, end);
    }

    /** Whether nobody listened there when the connection was made. */
    public boolean wasRefused() {
        return refused;
    }

    void refuse() {
        refused = true;
        closedAtServer = true;
        send(toClient, () -> close(true));
    }

    boolean concerns(int node) {
        return client.id() == node || serverNode == node;
    }

    void onDied(SimProcess process, boolean machineHasPower) {
        if (process == client) {
            closedAtClient = true;
            if (machineHasPower) {
                send(toServer, () -> close(false));
            }
        } else if (process == server) {
            closedAtServer = true;
            if (machineHasPower) {
                send(toClient, () -> close(true));
            }
        }
        forgetIfOver();
    }

    void onPowerBack(int node) {
        if (node == serverNode && closedAtServer && !closedAtClient) {
            send(toClient, () -> close(true));
        } else if (node == client.id() && closedAtClient && !closedAtServer) {
            send(toServer, () -> close(false));
        }
    }
}
