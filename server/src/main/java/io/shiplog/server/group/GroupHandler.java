// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.Later;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.protocol.Exchange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.coordinator.group.GroupCoordinator;

/**
 * Serves one API by one question to the coordinator.
 *
 * @param <Q> the request
 * @param <A> the response
 */
final class GroupHandler<Q extends ApiMessage, A extends ApiMessage> implements RequestHandler<Q> {
    /** Reads a request's body. */
    @FunctionalInterface
    interface Reader<Q> {
        Q read(Readable body, short version);
    }

    /** Asks the coordinator; what this throws, and what the future fails with, becomes an error code. */
    @FunctionalInterface
    interface Question<Q, A> {
        CompletableFuture<A> ask(GroupCoordinator coordinator, RequestContext context, Q request);
    }

    /** The group that a request may make; null for none. */
    @FunctionalInterface
    interface Maker<Q> {
        String group(Q request);
    }

    /** The response that says nothing but the error. */
    @FunctionalInterface
    interface Refusal<Q, A> {
        A of(Q request, Errors error, short version);
    }

    private final GroupCoordinators coordinators;
    private final ApiKeys api;
    private final Reader<Q> reader;
    private final Maker<Q> maker;
    private final Question<Q, A> question;
    private final Refusal<Q, A> refusal;

    /** Of requests that make no groups. */
    GroupHandler(
            GroupCoordinators coordinators,
            ApiKeys api,
            Reader<Q> reader,
            Question<Q, A> question,
            Refusal<Q, A> refusal) {
        this(coordinators, api, reader, request -> null, question, refusal);
    }

    GroupHandler(
            GroupCoordinators coordinators,
            ApiKeys api,
            Reader<Q> reader,
            Maker<Q> maker,
            Question<Q, A> question,
            Refusal<Q, A> refusal) {
        this.coordinators = coordinators;
        this.api = api;
        this.reader = reader;
        this.maker = maker;
        this.question = question;
        this.refusal = refusal;
    }

    @Override
    public ApiKeys api() {
        return api;
    }

    @Override
    public Q read(BoundedReadable body, short version) {
        return reader.read(body, version);
    }

    @Override
    public void handle(Q request, Exchange exchange) {
        short version = exchange.header().version();
        Later.on(ask(request, RequestContext.of(exchange)), exchange, (answer, failure) -> {
            exchange.respond(failure == null ? answer : refusal.of(request, error(failure), version));
        });
    }

    private CompletableFuture<A> ask(Q request, RequestContext context) {
        GroupCoordinator coordinator = coordinators.coordinator();
        if (coordinator == null) {
            return CompletableFuture.failedFuture(Errors.NOT_COORDINATOR.exception());
        }
        return coordinators.ask(maker.group(request), () -> question.ask(coordinator, context, request));
    }

    /** A question whose failure is an answer, however it fails: what is thrown here would take the node along. */
    static <A> CompletableFuture<A> asked(Supplier<CompletableFuture<A>> question) {
        try {
            return question.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    static Errors error(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return Errors.forException(cause);
    }
}
