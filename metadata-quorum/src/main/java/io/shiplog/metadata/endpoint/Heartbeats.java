// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HeartbeatRequest;
import io.shiplog.metadata.proto.HeartbeatResponse;
import io.shiplog.metadata.proto.HelloRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/**
 * Heartbeats of a registered broker, on a connection of their own to the active controller, so that nothing queues before them. Owned by the
 * client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // tasks of the loop report their own failures
final class Heartbeats {
    private static final int MAX_UNANSWERED = 8;
    /** Heartbeats out of turn, for a broker that has just caught up, come no closer than this. */
    private static final long MIN_GAP_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int SILENT_INTERVALS = 3;
    private static final int MAX_RECONNECTS = 2;
    private static final long RECONNECT_MS = 10;

    /** Told on the event loop. */
    interface Listener {
        void onCommittedOffset(long offset);

        void onShutdownGranted();

        void onLogInfoWanted(List<PartitionId> partitions);

        void onRegistrationLost(Errors error, String message);
    }

    private final EventLoop loop;
    private final MetadataClientSettings settings;
    private final ControllerFinder finder;
    private final Supplier<HelloRequest> hello;
    private final HeartbeatLease lease;
    private final Listener listener;
    private EndpointConnection connection;
    private Endpoint controller;
    private int brokerId;
    private Registration registration;
    private long appliedOffset;
    private boolean wantShutdown;
    private boolean wantFence;
    private boolean degraded;
    private volatile String shutdownWaitsFor = "";
    private boolean settled;
    private boolean due;
    private int unanswered;
    private long lastSentNs;
    private long answeredNs;
    private int failures;

    Heartbeats(
            EventLoop loop,
            MetadataClientSettings settings,
            ControllerFinder finder,
            Supplier<HelloRequest> hello,
            HeartbeatLease lease,
            Listener listener) {
        this.loop = loop;
        this.settings = settings;
        this.finder = finder;
        this.hello = hello;
        this.lease = lease;
        this.listener = listener;
    }

    void start() {
        loop.scheduleWithFixedDelay(
                this::tick, settings.heartbeatIntervalMs(), settings.heartbeatIntervalMs(), TimeUnit.MILLISECONDS);
    }

    /** The registration that heartbeats keep alive; null when there is none. */
    Registration registration() {
        return registration;
    }

    int brokerId() {
        return brokerId;
    }

    /** Begins with a new registration. */
    void begin(int registeredId, Registration newRegistration) {
        brokerId = registeredId;
        registration = newRegistration;
        wantShutdown = false;
        settled = false;
        connect();
        send();
    }

    /** Ends: there is no registration any more. */
    void end() {
        registration = null;
        lease.end(System.nanoTime());
        disconnect();
    }

    /** A connection to it that is open already stays: its end would look like the end of this node. */
    void onControllerFound(Endpoint endpoint) {
        boolean same = endpoint.equals(controller) && connection != null && !connection.isClosed();
        controller = endpoint;
        failures = 0;
        if (!same) {
            disconnect();
            connect();
        }
        send();
    }

    /** Another controller is looked for; the one that was known may still be there, so its connection stays open meanwhile. */
    void onControllerLost(boolean gone) {
        if (gone) {
            onControllerGone();
        }
    }

    /** Whoever was the controller cannot fence any more. */
    void onControllerGone() {
        lease.onControllerGone(System.nanoTime());
    }

    void onApplied(long offset) {
        appliedOffset = Math.max(appliedOffset, offset);
        lease.onApplied(offset, System.nanoTime());
        if (!settled) {
            sendSoon();
        }
    }

    void requestShutdown() {
        wantShutdown = true;
        settled = false;
        send();
    }

    void requestFencing(boolean wanted) {
        wantFence = wanted;
        settled = false;
        lease.suspend(wanted, System.nanoTime());
        send();
    }

    /** Any thread. */
    String shutdownWaitsFor() {
        return shutdownWaitsFor;
    }

    void reportDegraded(boolean now) {
        degraded = now;
        send();
    }

    void stop() {
        registration = null;
        disconnect();
    }

    private void connect() {
        if (registration == null || controller == null || (connection != null && !connection.isClosed())) {
            return;
        }
        EndpointConnection[] own = new EndpointConnection[1];
        own[0] = new EndpointConnection(loop, controller, cause -> onEnded(own[0], cause));
        connection = own[0];
        unanswered = 0;
        connection.send(
                EndpointRequest.newBuilder().setHello(hello.get()), settings.leaseMs(), (response, failure) -> {});
    }

    private void disconnect() {
        EndpointConnection ended = connection;
        connection = null;
        if (ended != null) {
            ended.close();
        }
    }

    /** Back as fast as can be when only this connection broke: the controller fences after a short grace. */
    private void onEnded(EndpointConnection ended, IOException cause) {
        if (!ended.equals(connection)) {
            return;
        }
        connection = null;
        lease.onConnectionLost(System.nanoTime());
        if (cause instanceof EndpointConnection.ConnectFailed failed && failed.refused()) {
            onControllerGone();
        }
        if (failures++ < MAX_RECONNECTS) {
            loop.schedule(
                    () -> {
                        connect();
                        send();
                    },
                    RECONNECT_MS,
                    TimeUnit.MILLISECONDS);
        } else {
            finder.suspect();
        }
    }

    /** A controller that hangs accepts connections and answers nothing: look whether there is another one by now. */
    private void checkSilence(long nowNs) {
        long limitNs = TimeUnit.MILLISECONDS.toNanos((long) SILENT_INTERVALS * settings.heartbeatIntervalMs());
        if (unanswered > 0 && nowNs - answeredNs > limitNs) {
            answeredNs = nowNs;
            finder.suspect();
        }
    }

    private void sendSoon() {
        long waitNs = lastSentNs + MIN_GAP_NS - System.nanoTime();
        if (waitNs <= 0) {
            send();
        } else if (!due) {
            due = true;
            loop.schedule(
                    () -> {
                        due = false;
                        send();
                    },
                    waitNs,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void tick() {
        checkSilence(System.nanoTime());
        connect();
        send();
    }

    private void send() {
        if (registration == null || connection == null || connection.isClosed() || unanswered >= MAX_UNANSWERED) {
            return;
        }
        long sentNs = System.nanoTime();
        lastSentNs = sentNs;
        if (unanswered++ == 0) {
            answeredNs = sentNs;
        }
        Registration of = registration;
        EndpointConnection over = connection;
        HeartbeatRequest request = HeartbeatRequest.newBuilder()
                .setBrokerId(brokerId)
                .setBrokerEpoch(of.brokerEpoch())
                .setAppliedOffset(appliedOffset)
                .setWantShutdown(wantShutdown)
                .setWantFence(wantFence)
                .setDegraded(degraded)
                .build();
        over.send(EndpointRequest.newBuilder().setHeartbeat(request), settings.leaseMs(), (response, failure) -> {
            if (over.equals(connection)) {
                unanswered--;
                answeredNs = System.nanoTime();
            }
            if (response != null && of.equals(registration)) {
                onAnswer(response, sentNs);
            }
        });
    }

    private void onAnswer(EndpointResponse response, long sentNs) {
        Errors error = Errors.forCode((short) response.getError());
        if (error == Errors.NOT_CONTROLLER) {
            finder.reject(response);
        } else if (error != Errors.NONE) {
            end();
            listener.onRegistrationLost(error, response.getMessage());
        } else {
            HeartbeatResponse heartbeat = response.getHeartbeat();
            failures = 0;
            lease.onSessionTimeout(heartbeat.getSessionTimeoutMs(), System.nanoTime());
            settled = !heartbeat.getFenced() && heartbeat.getCaughtUp() && !wantShutdown;
            lease.onAcknowledged(sentNs, heartbeat.getCommittedOffset(), heartbeat.getFenced(), System.nanoTime());
            listener.onCommittedOffset(heartbeat.getCommittedOffset());
            shutdownWaitsFor = heartbeat.getShutdownWaitsFor();
            if (heartbeat.getShouldShutdown() && wantShutdown) {
                listener.onShutdownGranted();
            }
            if (heartbeat.getLogInfoWantedCount() > 0) {
                listener.onLogInfoWanted(CommandCodec.partitions(heartbeat.getLogInfoWantedList()));
            }
        }
    }
}
