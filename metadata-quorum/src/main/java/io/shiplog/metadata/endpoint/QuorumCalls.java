// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/**
 * Questions to the active controller that are no commands, and may be asked again: about the quorum, and changes of its members. Asked until one
 * answers that is the controller, within the time given. Owned by the client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // time-outs fail the call's own future
final class QuorumCalls {
    private static final long AGAIN_MS = 50;
    /** The controller bounds its own wait; its answer is on the way then. */
    private static final long MARGIN_MS = 1_000;

    private final EventLoop loop;
    private final ControllerFinder finder;
    /** Those without an answer, by their number. */
    private final TreeMap<Long, CompletableFuture<EndpointResponse>> open = new TreeMap<>();

    private long calls;
    private boolean stopped;

    QuorumCalls(EventLoop loop, ControllerFinder finder) {
        this.loop = loop;
        this.finder = finder;
    }

    /** Fails with {@link MetadataRefusal} when the answer is no, with {@link MetadataUnavailable} when there is none in time. */
    CompletableFuture<EndpointResponse> call(EndpointRequest request, long timeoutMs) {
        CompletableFuture<EndpointResponse> result = new CompletableFuture<>();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        loop.execute(() -> {
            if (stopped) {
                result.completeExceptionally(closed());
            } else {
                long number = ++calls;
                open.put(number, result);
                result.whenComplete((answer, failure) -> open.remove(number));
                attempt(request, deadlineNs, result);
            }
        });
        return result;
    }

    /** Whoever waits hears nothing any more. */
    void stop() {
        stopped = true;
        List.copyOf(open.values()).forEach(result -> result.completeExceptionally(closed()));
    }

    private static MetadataUnavailable closed() {
        return new MetadataUnavailable("the client is closed");
    }

    private void attempt(EndpointRequest request, long deadlineNs, CompletableFuture<EndpointResponse> result) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        EndpointConnection controller = finder.controller();
        if (result.isDone()) {
            return;
        }
        if (leftMs <= 0) {
            result.completeExceptionally(new MetadataUnavailable("no answer of an active controller in time"));
        } else if (controller == null || controller.isClosed()) {
            loop.schedule(() -> attempt(request, deadlineNs, result), AGAIN_MS, TimeUnit.MILLISECONDS);
        } else {
            controller.send(request.toBuilder(), leftMs + MARGIN_MS, (response, failure) -> {
                if (failure instanceof EndpointConnection.ConnectFailed) {
                    loop.schedule(() -> attempt(request, deadlineNs, result), AGAIN_MS, TimeUnit.MILLISECONDS);
                } else if (failure != null) {
                    result.completeExceptionally(new MetadataUnavailable(failure.getMessage()));
                } else {
                    onAnswer(request, response, deadlineNs, result);
                }
            });
        }
    }

    private void onAnswer(
            EndpointRequest request,
            EndpointResponse response,
            long deadlineNs,
            CompletableFuture<EndpointResponse> result) {
        Errors error = Errors.forCode((short) response.getError());
        // A former controller describes the quorum too, but knows nobody's progress.
        boolean deposed =
                response.hasDescribeQuorum() && response.getDescribeQuorum().getVotersCount() == 0;
        if (error == Errors.NONE && !deposed) {
            result.complete(response);
        } else if (error == Errors.NOT_CONTROLLER || deposed) {
            finder.reject(response);
            loop.schedule(() -> attempt(request, deadlineNs, result), AGAIN_MS, TimeUnit.MILLISECONDS);
        } else {
            result.completeExceptionally(new MetadataRefusal(error, response.getMessage()));
        }
    }
}
