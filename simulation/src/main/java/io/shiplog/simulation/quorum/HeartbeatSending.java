// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.controller.HeartbeatReply;
import io.shiplog.metadata.endpoint.HeartbeatLease;
import io.shiplog.metadata.proto.HeartbeatRequest;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.network.SimConnection;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.apache.kafka.common.protocol.Errors;

/** Keeps a registration alive, on a connection of its own to the active controller. On the client's loop. */
final class HeartbeatSending {
    private static final long RECONNECT_MS = 10;
    private static final int MAX_UNANSWERED = 8;
    private static final int SILENT_INTERVALS = 3;

    private final QuorumLinks links;
    private final SimLoop loop;
    private final NodeClock clock;
    private final ControllerGuess controller;
    private final ClientSettings settings;
    private final HeartbeatLease lease;
    private final LongConsumer committed;

    private MetadataListener listener;
    private SimConnection connection;
    private int connectedTo;
    private Registration registration;
    private int brokerId;
    private long appliedOffset;
    private boolean wantFence;
    private boolean degraded;
    private CompletableFuture<Void> shutdown;
    private boolean settled;
    private int unanswered;
    private long answeredMs;

    HeartbeatSending(
            QuorumLinks links,
            SimLoop loop,
            NodeClock clock,
            ControllerGuess controller,
            ClientSettings settings,
            HeartbeatLease lease,
            LongConsumer committed) {
        this.links = links;
        this.loop = loop;
        this.clock = clock;
        this.controller = controller;
        this.settings = settings;
        this.lease = lease;
        this.committed = committed;
    }

    void start(MetadataListener newListener) {
        listener = newListener;
        tick();
    }

    private void tick() {
        if (registration != null) {
            if (unanswered > 0 && loop.nowMs() - answeredMs > (long) SILENT_INTERVALS * settings.heartbeatMs()) {
                // It hangs, or is cut off: look whether there is another one by now.
                controller.wasNot(connectedTo);
                answeredMs = loop.nowMs();
                connect();
            }
            send();
        }
        loop.schedule(this::tick, settings.heartbeatMs());
    }

    Registration registration() {
        return registration;
    }

    void begin(int registeredId, Registration accepted) {
        brokerId = registeredId;
        registration = accepted;
        settled = false;
        connect();
        send();
    }

    void end() {
        registration = null;
        lease.end(clock.nanoTime());
        disconnect();
    }

    void onApplied(long offset) {
        appliedOffset = Math.max(appliedOffset, offset);
        lease.onApplied(offset, clock.nanoTime());
        if (!settled) {
            send();
        }
    }

    void requestShutdown(CompletableFuture<Void> granted) {
        shutdown = granted;
        settled = false;
        send();
    }

    void requestFencing(boolean wanted) {
        wantFence = wanted;
        settled = false;
        lease.suspend(wanted, clock.nanoTime());
        send();
    }

    void reportDegraded(boolean now) {
        degraded = now;
    }

    private void disconnect() {
        SimConnection over = connection;
        connection = null;
        if (over != null) {
            over.closeAtClient();
        }
    }

    private void connect() {
        disconnect();
        if (registration == null) {
            return;
        }
        connectedTo = controller.id();
        unanswered = 0;
        SimConnection[] own = new SimConnection[1];
        own[0] = links.connect(connectedTo, () -> onClosed(own[0]));
        connection = own[0];
        SimConnection over = own[0];
        int to = connectedTo;
        SimQuorum quorum = links.quorum();
        over.onClosedAtServer(() -> quorum.controller(to).onConnectionClosed(over));
    }

    private void onClosed(SimConnection closed) {
        if (closed != connection) {
            return;
        }
        connection = null;
        lease.onConnectionLost(clock.nanoTime());
        if (closed.wasRefused()) {
            lease.onControllerGone(clock.nanoTime());
            controller.wasNot(connectedTo);
        }
        loop.schedule(
                () -> {
                    if (connection == null) {
                        connect();
                        send();
                    }
                },
                RECONNECT_MS);
    }

    private void send() {
        if (registration == null || connection == null || unanswered >= MAX_UNANSWERED) {
            return;
        }
        if (unanswered++ == 0) {
            answeredMs = loop.nowMs();
        }
        HeartbeatRequest request = HeartbeatRequest.newBuilder()
                .setBrokerId(brokerId)
                .setBrokerEpoch(registration.brokerEpoch())
                .setAppliedOffset(appliedOffset)
                .setWantShutdown(shutdown != null)
                .setWantFence(wantFence)
                .setDegraded(degraded)
                .build();
        SimConnection over = connection;
        Registration of = registration;
        int to = connectedTo;
        long sentNs = clock.nanoTime();
        SimQuorum quorum = links.quorum();
        over.toServer(() -> quorum.controller(to)
                .heartbeat(
                        over,
                        request,
                        reply -> over.toClient(() -> loop.enter(() -> onReply(over, of, to, sentNs, reply)))));
    }

    private void onReply(SimConnection over, Registration of, int from, long sentNs, HeartbeatReply reply) {
        if (over == connection) {
            unanswered--;
            answeredMs = loop.nowMs();
        }
        if (!of.equals(registration)) {
            return;
        }
        if (reply == null) {
            if (over == connection) {
                controller.wasNot(from);
                loop.schedule(
                        () -> {
                            if (over == connection) {
                                connect();
                                send();
                            }
                        },
                        RECONNECT_MS);
            }
            return;
        }
        if (reply.error() != Errors.NONE) {
            end();
            listener.onRegistrationLost(reply.error(), "");
            return;
        }
        committed.accept(reply.committedOffset());
        lease.onAcknowledged(sentNs, reply.committedOffset(), reply.fenced(), clock.nanoTime());
        settled = !reply.fenced();
        if (reply.shouldShutdown() && shutdown != null) {
            shutdown.complete(null);
        }
        if (!reply.logInfoWanted().isEmpty()) {
            listener.onLogInfoWanted(reply.logInfoWanted());
        }
    }
}
