// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.HelloRequest;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a connection to the endpoint of one process, and tells as soon as that process is surely gone: the connection ended and the host says
 * that nobody listens there any more. A cut network or a process that hangs looks otherwise, and is left to time-outs.
 */
@SuppressWarnings("FutureReturnValueIgnored") // tasks of the loop report their own failures
public final class EndpointWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointWatch.class);
    /** Below the silence after which the server hangs up. */
    private static final long HELLO_EVERY_MS = 15_000;

    private static final long HELLO_TIMEOUT_MS = 5_000;
    private static final long RECONNECT_MS = 5;
    private static final long RETRY_MS = 250;

    private final EventLoopGroup group = EventLoops.one("metadata-watch");
    private final EventLoop loop = group.next();
    private final HelloRequest hello;
    private final Consumer<Endpoint> onGone;
    private Endpoint watched;
    private EndpointConnection connection;
    /** It was told about already. */
    private boolean gone;

    /** {@code onGone} runs on this object's thread, once per process that goes. */
    public EndpointWatch(HelloRequest hello, Consumer<Endpoint> onGone) {
        this.hello = hello;
        this.onGone = onGone;
    }

    /** Watches this one from now on; null: none. Any thread. */
    public void watch(Endpoint endpoint) {
        try {
            loop.execute(() -> change(endpoint));
        } catch (RejectedExecutionException e) {
            LOG.debug("this node stops and watches nobody", e);
        }
    }

    private void change(Endpoint endpoint) {
        if (endpoint == null ? watched == null : endpoint.equals(watched)) {
            return;
        }
        watched = endpoint;
        gone = false;
        EndpointConnection old = connection;
        connection = null;
        if (old != null) {
            old.close();
        }
        connect();
    }

    private void connect() {
        if (watched == null || connection != null) {
            return;
        }
        EndpointConnection[] own = new EndpointConnection[1];
        own[0] = new EndpointConnection(loop, watched, cause -> onEnded(own[0], cause));
        connection = own[0];
        greet(own[0]);
    }

    private void greet(EndpointConnection over) {
        if (!over.equals(connection)) {
            return;
        }
        over.send(EndpointRequest.newBuilder().setHello(hello), HELLO_TIMEOUT_MS, (response, failure) -> {
            if (response != null && over.equals(connection)) {
                gone = false;
                loop.schedule(() -> greet(over), HELLO_EVERY_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void onEnded(EndpointConnection ended, IOException cause) {
        if (!ended.equals(connection)) {
            return;
        }
        connection = null;
        boolean refused = cause instanceof EndpointConnection.ConnectFailed failed && failed.refused();
        if (refused && !gone) {
            gone = true;
            onGone.accept(ended.endpoint());
        }
        loop.schedule(this::connect, refused ? RETRY_MS : RECONNECT_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        loop.execute(() -> change(null));
        group.shutdownGracefully(0, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
