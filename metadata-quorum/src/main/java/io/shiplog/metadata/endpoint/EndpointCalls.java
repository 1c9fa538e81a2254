// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Single questions to metadata endpoints, each on a connection of its own; for what is asked seldom. */
@SuppressWarnings("FutureReturnValueIgnored") // the answer's future carries every failure
public final class EndpointCalls implements AutoCloseable {
    private final EventLoopGroup group = EventLoops.one("metadata-calls");

    /** Says Hello, asks, hangs up. The future completes on this object's thread; it fails with an {@link java.io.IOException}. */
    public CompletableFuture<EndpointResponse> call(
            Endpoint endpoint, HelloRequest hello, EndpointRequest.Builder question, long timeoutMs) {
        CompletableFuture<EndpointResponse> result = new CompletableFuture<>();
        EventLoop loop = group.next();
        loop.execute(() -> {
            EndpointConnection connection = new EndpointConnection(loop, endpoint, result::completeExceptionally);
            connection.send(EndpointRequest.newBuilder().setHello(hello), timeoutMs, (answer, failure) -> {});
            connection.send(question, timeoutMs, (answer, failure) -> {
                if (answer != null) {
                    result.complete(answer);
                }
                connection.close();
            });
        });
        return result;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
