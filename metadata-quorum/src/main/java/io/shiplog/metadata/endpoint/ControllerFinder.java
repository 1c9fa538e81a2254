// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloResponse;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the active controller and keeps a connection to it: asks one quorum node after the other, follows their hints, and begins again when
 * the connection ends. Never gives up. Owned by the client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // tasks of the loop report their own failures
final class ControllerFinder {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerFinder.class);
    private static final long HELLO_TIMEOUT_MS = 400;
    private static final long HELLO_EVERY_MS = 20_000;
    private static final long KEEP_ALIVE_TIMEOUT_MS = 5_000;
    private static final long ELECTION_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int ELECTING_BACKOFF_MS = 40;
    private static final long SPEAK_AFTER_NS = TimeUnit.SECONDS.toNanos(3);

    /** Told about the controller; on the event loop. */
    interface Listener {
        /** A quorum node says that it is the active controller. */
        void onControllerFound(EndpointConnection connection);

        /**
         * The connection to it ended, or it said that it is not the controller.
         *
         * @param gone whether it surely is not the controller any more
         */
        void onControllerLost(boolean gone);

        /** The process that was the controller turned out not to be there any more. */
        void onControllerGone();

        /** A quorum node spoke of itself; false refuses it. */
        boolean onHello(Endpoint endpoint, HelloResponse hello);
    }

    private final EventLoop loop;
    private final MetadataClientSettings settings;
    private final KnownEndpoints endpoints;
    private final Supplier<HelloRequest> hello;
    private final Listener listener;
    private EndpointConnection connection;
    private boolean found;
    private boolean stopped;
    private int next;
    private Endpoint hint;
    private Endpoint lastController;
    private int failures;
    private long lostAtNs;
    private boolean spoken;
    private IOException lastFailure;

    ControllerFinder(
            EventLoop loop,
            MetadataClientSettings settings,
            KnownEndpoints endpoints,
            Supplier<HelloRequest> hello,
            Listener listener) {
        this.loop = loop;
        this.settings = settings;
        this.endpoints = endpoints;
        this.hello = hello;
        this.listener = listener;
    }

    void start() {
        lostAtNs = System.nanoTime();
        attempt();
    }

    void stop() {
        stopped = true;
        if (connection != null) {
            connection.close();
        }
    }

    /** The connection to the active controller; null while it is not known. */
    EndpointConnection controller() {
        return found ? connection : null;
    }

    /** It answered that it is not the controller, perhaps saying who is. */
    void reject(EndpointResponse response) {
        if (found) {
            hint = hintOf(response);
            lastController = null;
            lose(true);
        }
    }

    /** It does not answer: the others are asked first. */
    void suspect() {
        if (found) {
            skip(connection.endpoint());
            lastController = null;
            lose(false);
        }
    }

    private void lose(boolean gone) {
        EndpointConnection ended = connection;
        found = false;
        connection = null;
        lostAtNs = System.nanoTime();
        ended.close();
        listener.onControllerLost(gone);
        retry();
    }

    private void attempt() {
        if (stopped || connection != null) {
            return;
        }
        Endpoint endpoint = choose();
        EndpointConnection[] own = new EndpointConnection[1];
        own[0] = new EndpointConnection(loop, endpoint, cause -> onEnded(own[0], cause));
        connection = own[0];
        connection.send(EndpointRequest.newBuilder().setHello(hello.get()), HELLO_TIMEOUT_MS, (response, failure) -> {
            if (response != null) {
                onHello(own[0], response);
            }
        });
    }

    private Endpoint choose() {
        Endpoint chosen = hint;
        hint = null;
        if (chosen == null && lastController != null && failures == 0) {
            // Whether its process is still there tells whether it can still fence.
            return lastController;
        }
        return chosen != null
                ? chosen
                : endpoints.all().get(next++ % endpoints.all().size());
    }

    private void skip(Endpoint endpoint) {
        int index = endpoints.all().indexOf(endpoint);
        next = index < 0 ? next : index + 1;
    }

    private void onHello(EndpointConnection from, EndpointResponse response) {
        if (!from.equals(connection)) {
            return;
        }
        boolean accepted = response.getError() == Errors.NONE.code()
                && response.hasHello()
                && listener.onHello(from.endpoint(), response.getHello());
        if (accepted && response.getHello().getActiveController()) {
            found = true;
            failures = 0;
            lastController = from.endpoint();
            if (spoken) {
                LOG.info("the active controller is at {}", from.endpoint());
                spoken = false;
            }
            listener.onControllerFound(from);
            loop.schedule(() -> keepAlive(from), HELLO_EVERY_MS, TimeUnit.MILLISECONDS);
            return;
        }
        Endpoint hinted = hintOf(response);
        // One hint is followed at once; a second in a row may be stale like the first.
        hint = hinted != null
                        && !hinted.equals(from.endpoint())
                        && failures < endpoints.all().size()
                ? hinted
                : null;
        lastFailure = new IOException(
                response.getError() == Errors.NONE.code()
                        ? from.endpoint() + " is not the active controller"
                        : from.endpoint() + ": " + Errors.forCode((short) response.getError()) + " "
                                + response.getMessage());
        from.close();
    }

    /** The server hangs up on who is silent for a minute; the next command would have to look for the controller first. */
    private void keepAlive(EndpointConnection over) {
        if (found && over.equals(connection)) {
            over.send(
                    EndpointRequest.newBuilder().setHello(hello.get()), KEEP_ALIVE_TIMEOUT_MS, (response, failure) -> {
                        if (response != null) {
                            loop.schedule(() -> keepAlive(over), HELLO_EVERY_MS, TimeUnit.MILLISECONDS);
                        }
                    });
        }
    }

    private void onEnded(EndpointConnection ended, IOException cause) {
        if (!ended.equals(connection)) {
            return;
        }
        connection = null;
        if (found) {
            found = false;
            lostAtNs = System.nanoTime();
            listener.onControllerLost(false);
        } else {
            failures++;
            if (ended.endpoint().equals(lastController)) {
                lastController = null;
                if (cause instanceof EndpointConnection.ConnectFailed failed && failed.refused()) {
                    listener.onControllerGone();
                }
            }
            if (!"closed".equals(cause.getMessage())) {
                lastFailure = cause;
            }
        }
        retry();
    }

    private void retry() {
        if (stopped) {
            return;
        }
        speak();
        int rounds = Math.min(10, failures / endpoints.all().size());
        // An election takes less than this: whoever wins it is to be found at once.
        boolean electing = System.nanoTime() - lostAtNs < ELECTION_NS;
        int maxMs = electing ? Math.min(ELECTING_BACKOFF_MS, settings.backoffMaxMs()) : settings.backoffMaxMs();
        long backoffMs = Math.min(maxMs, (long) settings.backoffMinMs() << rounds);
        loop.schedule(this::attempt, backoffMs, TimeUnit.MILLISECONDS);
    }

    private void speak() {
        if (!spoken && lastFailure != null && System.nanoTime() - lostAtNs > SPEAK_AFTER_NS) {
            spoken = true;
            LOG.warn("no active controller found among {}; last: {}", endpoints.all(), lastFailure.getMessage());
        }
    }

    private static Endpoint hintOf(EndpointResponse response) {
        return response.hasController()
                ? new Endpoint(
                        response.getController().getHost(),
                        response.getController().getPort())
                : null;
    }
}
