// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;

/**
 * Commands to the active controller, in order, a few unanswered at a time. One that was surely not carried out is sent again; where that is not
 * known it fails with {@link MetadataUnavailable}, except what may be repeated: a registration, which names its incarnation, and the creation of
 * topics, which gives them their ids. Owned by the client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // time-outs fail the command's own future
final class CommandQueue {
    private static final int MAX_WAITING = 10_000;
    /** Below what the server takes unanswered on a connection. */
    private static final int MAX_UNANSWERED = 16;

    private static final long REPEAT_AFTER_MS = 100;

    private final EventLoop loop;
    private final ControllerFinder finder;
    private final long answerTimeoutMs;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int unanswered;
    private boolean stopped;

    private static final class Waiting {
        final MetadataCommand command;
        final boolean repeatable;
        final CompletableFuture<MetadataResult> result = new CompletableFuture<>();

        Waiting(MetadataCommand command, boolean repeatable) {
            this.command = command;
            this.repeatable = repeatable;
        }
    }

    CommandQueue(EventLoop loop, ControllerFinder finder, long answerTimeoutMs) {
        this.loop = loop;
        this.finder = finder;
        this.answerTimeoutMs = answerTimeoutMs;
    }

    /** Fails with a refusal when the command was refused as a whole. Waits at most {@code timeoutMs}, for ever when that is 0. */
    CompletableFuture<MetadataResult> submit(MetadataCommand command, long timeoutMs) {
        Waiting entry = new Waiting(command, command.hasRegisterBroker() || command.hasCreateTopics());
        if (stopped || waiting.size() >= MAX_WAITING) {
            entry.result.completeExceptionally(
                    new MetadataUnavailable(stopped ? "the client is closed" : "too many commands wait"));
            return entry.result;
        }
        waiting.add(entry);
        if (timeoutMs > 0) {
            loop.schedule(() -> expire(entry), timeoutMs, TimeUnit.MILLISECONDS);
        }
        drain();
        return entry.result;
    }

    private void expire(Waiting entry) {
        waiting.remove(entry);
        entry.result.completeExceptionally(new MetadataUnavailable("no answer of an active controller in time"));
    }

    /** There may be a controller now. */
    void drain() {
        EndpointConnection controller = finder.controller();
        while (controller != null && !controller.isClosed() && unanswered < MAX_UNANSWERED && !waiting.isEmpty()) {
            Waiting entry = waiting.poll();
            unanswered++;
            controller.send(
                    EndpointRequest.newBuilder().setCommand(entry.command), answerTimeoutMs, (response, failure) -> {
                        unanswered--;
                        if (response != null) {
                            onAnswer(entry, response);
                        } else {
                            onFailure(entry, failure);
                        }
                        drain();
                    });
        }
    }

    private void onAnswer(Waiting entry, EndpointResponse response) {
        Errors error = Errors.forCode(
                (short) (response.hasResult() ? response.getResult().getError() : response.getError()));
        if (error == Errors.NONE && response.hasResult()) {
            entry.result.complete(response.getResult());
        } else if (error == Errors.NOT_CONTROLLER) {
            again(entry);
            finder.reject(response);
        } else if (error == Errors.REQUEST_TIMED_OUT) {
            uncertain(entry, "the active controller changed");
        } else {
            String message = response.hasResult() ? response.getResult().getMessage() : response.getMessage();
            entry.result.completeExceptionally(new MetadataRefusal(error, message));
        }
    }

    private void onFailure(Waiting entry, IOException failure) {
        if (failure instanceof EndpointConnection.ConnectFailed) {
            again(entry);
        } else {
            uncertain(entry, "the active controller was lost before it answered: " + failure.getMessage());
        }
    }

    private void uncertain(Waiting entry, String why) {
        if (entry.repeatable && !stopped) {
            loop.schedule(
                    () -> {
                        again(entry);
                        drain();
                    },
                    REPEAT_AFTER_MS,
                    TimeUnit.MILLISECONDS);
        } else {
            entry.result.completeExceptionally(new MetadataUnavailable(why));
        }
    }

    private void again(Waiting entry) {
        if (stopped) {
            entry.result.completeExceptionally(new MetadataUnavailable("the client is closed"));
        } else if (!entry.result.isDone()) {
            waiting.addFirst(entry);
        }
    }

    void stop() {
        stopped = true;
        List<Waiting> all = new ArrayList<>(waiting);
        waiting.clear();
        all.forEach(entry -> entry.result.completeExceptionally(new MetadataUnavailable("the client is closed")));
    }
}
